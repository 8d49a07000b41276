local total = 0
for round = 0, 4 do
  local pieces = {}
  for i = 0, 99999 do
    pieces[#pieces + 1] = "item" .. (i * 7 % 1000) .. ";"
  end
  local s = table.concat(pieces)
  local kept, parts = {}, 1
  for part in s:gmatch("([^;]*);") do
    parts = parts + 1
    if part:sub(-1) == "7" or part:sub(1, 5) == "item1" then
      kept[#kept + 1] = part:upper()
    end
  end
  local joined = table.concat(kept, ", ")
  local changed = joined:gsub("ITEM", "x")
  local commas = 0
  for c in changed:gmatch(".") do
    if c == "," then commas = commas + 1 end
  end
  local at = changed:find("x999", 1, true)
  total = total + #s + parts + #joined + #changed + commas + (at and at - 1 or round)
end
print(total)
