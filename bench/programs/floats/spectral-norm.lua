local function element(i, j)
  local ij = i + j
  return 1.0 / (ij * (ij + 1) * 0.5 + i + 1)
end

local function times(v)
  local n, out = #v, {}
  for i = 1, n do
    local total = 0.0
    for j = 1, n do total = total + element(i - 1, j - 1) * v[j] end
    out[i] = total
  end
  return out
end

local function times_transposed(v)
  local n, out = #v, {}
  for i = 1, n do
    local total = 0.0
    for j = 1, n do total = total + element(j - 1, i - 1) * v[j] end
    out[i] = total
  end
  return out
end

local n = 700
local u, v = {}, {}
for i = 1, n do u[i] = 1.0 end
for _ = 1, 10 do
  v = times_transposed(times(u))
  u = times_transposed(times(v))
end
local vbv, vv = 0.0, 0.0
for i = 1, n do
  vbv = vbv + u[i] * v[i]
  vv = vv + v[i] * v[i]
end
print(string.format("%.9f", math.sqrt(vbv / vv)))
