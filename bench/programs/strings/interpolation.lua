local names = { "Ada", "Bob", "Charlotte", "Dan" }
local length, last = 0, ""
for i = 0, 299999 do
  local name = names[i % 4 + 1]
  local line = i .. ": " .. name .. " is " .. i % 90 .. " years old"
  local row = string.format("%-10s|%8d|%.2f", name, i, i / 7)
  length = length + #line + #row
  last = row
end
print(length .. " " .. last)
