local function best_value(items, capacity)
  local best = {}
  for i = 0, capacity do best[i] = 0 end
  local r = 42
  for _ = 1, items do
    r = (r * 3877 + 29573) % 139968
    local weight = r % 97 + 3
    r = (r * 3877 + 29573) % 139968
    local worth = r % 211 + 1
    for room = capacity, weight, -1 do
      local taken = best[room - weight] + worth
      if taken > best[room] then best[room] = taken end
    end
  end
  return best[capacity]
end

print(best_value(1500, 15000))
