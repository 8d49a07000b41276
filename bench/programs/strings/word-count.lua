local function text(lines)
  local parts, r, out = { "ka", "lo", "mi", "ne", "tu", "sa", "ri", "Vo" }, 42, {}
  for _ = 1, lines do
    for word = 0, 9 do
      r = (r * 3877 + 29573) % 139968
      local n = r % 3 + 1
      if word > 0 then out[#out + 1] = " " end
      for _ = 1, n do
        r = (r * 3877 + 29573) % 139968
        out[#out + 1] = parts[r // 17496 + 1] -- luajit: out[#out + 1] = parts[math.floor(r / 17496) + 1]
      end
    end
    out[#out + 1] = ",\n"
  end
  return table.concat(out)
end

local counts = {}
for line in text(20000):gmatch("[^\n]+") do
  for word in line:gmatch("[^ ]+") do
    local key = word:gsub(",", ""):lower()
    counts[key] = (counts[key] or 0) + 1
  end
end
local ranked = {}
for word in pairs(counts) do ranked[#ranked + 1] = word end
table.sort(ranked, function(a, b)
  if counts[a] == counts[b] then return a < b end
  return counts[a] > counts[b]
end)
print(#ranked)
for i = 1, 20 do print(ranked[i] .. " " .. counts[ranked[i]]) end
