local function build(n)
  local scale = 1.0 / n / n
  local m = {}
  for i = 0, n - 1 do
    local row = {}
    for j = 0, n - 1 do row[j + 1] = scale * ((i - j) * (i + j)) end
    m[i + 1] = row
  end
  return m
end

local function transpose(m, n)
  local t = {}
  for j = 1, n do
    local row = {}
    for i = 1, n do row[i] = m[i][j] end
    t[j] = row
  end
  return t
end

local function multiply(a, b, n)
  local columns, c = transpose(b, n), {}
  for i = 1, n do
    local row, out = a[i], {}
    for j = 1, n do
      local column, total = columns[j], 0.0
      for k = 1, n do total = total + row[k] * column[k] end
      out[j] = total
    end
    c[i] = out
  end
  return c
end

local n = 360
local c = multiply(build(n), build(n), n)
local trace = 0.0
for i = 1, n do trace = trace + c[i][i] end
print(string.format("%.9f %.9f", c[n / 2 + 1][n / 2 + 1], trace))
