local function letters(n, seed)
  local r, out = seed, {}
  for i = 1, n do
    r = (r * 3877 + 29573) % 139968
    out[i] = r * 4 // 139968 -- luajit: out[i] = math.floor(r * 4 / 139968)
  end
  return out
end

local function distance(a, b)
  local n = #b
  local previous, current = {}, {}
  for j = 0, n do previous[j], current[j] = j, 0 end
  for i = 1, #a do
    current[0] = i
    local x = a[i]
    for j = 1, n do
      local best = previous[j - 1]
      if x ~= b[j] then best = best + 1 end
      if previous[j] + 1 < best then best = previous[j] + 1 end
      if current[j - 1] + 1 < best then best = current[j - 1] + 1 end
      current[j] = best
    end
    previous, current = current, previous
  end
  return previous[n]
end

print(distance(letters(3500, 42), letters(3400, 1234)))
