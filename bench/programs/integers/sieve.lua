local function sieve(limit)
  local composite = {}
  for i = 1, limit do composite[i] = false end
  local found, last = 0, 0
  for i = 2, limit do
    if not composite[i] then
      found = found + 1
      last = i
      for k = i * i, limit, i do composite[k] = true end
    end
  end
  return found, last
end

for round = 0, 3 do
  local found, last = sieve(4000000 + 100000 * round)
  print(found .. " " .. last)
end
