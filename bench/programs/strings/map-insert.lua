local n = 1000000
local m, size = {}, 0
local r = 42
for i = 0, n - 1 do
  r = (r * 1103515245 + 12345) % 2147483648 -- luajit: r = tonumber((r * 1103515245ULL + 12345) % 2147483648)
  if m[r] == nil then size = size + 1 end
  m[r] = i
end
local found, sum = 0, 0
r = 42
for i = 0, n * 2 - 1 do
  if i % 2 == 0 then
    r = (r * 1103515245 + 12345) % 2147483648 -- luajit: r = tonumber((r * 1103515245ULL + 12345) % 2147483648)
    local value = m[r]
    if value ~= nil then
      found = found + 1
      sum = (sum + value) % 1000007
    end
  elseif m[i] ~= nil then
    found = found + 1
  end
end
print(size .. " " .. found .. " " .. sum)
r = 42
for i = 0, n - 1 do
  r = (r * 1103515245 + 12345) % 2147483648 -- luajit: r = tonumber((r * 1103515245ULL + 12345) % 2147483648)
  if i % 3 == 0 then
    if m[r] ~= nil then
      size = size - 1
      m[r] = nil
    end
  else
    local key = r % 1000
    local value = m[key]
    if value == nil then size = size + 1 end
    m[key] = (value or 0) + 1
  end
end
local checksum = 0
for key, value in pairs(m) do
  checksum = (checksum + key % 1000 * (value % 1000)) % 1000007
end
print(size .. " " .. checksum)
