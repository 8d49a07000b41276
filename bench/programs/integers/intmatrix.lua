local function build(n, seed)
  local r = seed
  local rows = {}
  for i = 1, n do
    local row = {}
    for j = 1, n do
      r = (r * 3877 + 29573) % 139968
      row[j] = r % 1000
    end
    rows[i] = row
  end
  return rows
end

local function multiply(a, b)
  local n = #a
  local c = {}
  for i = 1, n do
    local row, out = a[i], {}
    for j = 1, n do
      local total = 0
      for k = 1, n do total = total + row[k] * b[k][j] end
      out[j] = total % 10007
    end
    c[i] = out
  end
  return c
end

local n = 350
local c = multiply(build(n, 42), build(n, 7))
local trace, checksum = 0, 0
for i = 1, n do
  local row = c[i]
  trace = trace + row[i]
  for j = 1, n do checksum = (checksum * 31 + row[j]) % 1000003 end
end
print(trace .. " " .. checksum)
