local function count_primes(limit)
  local bits = {}
  for i = 0, limit // 32 do bits[i] = 0xFFFFFFFF end
  local found = 0
  for i = 2, limit do
    if (bits[i >> 5] >> (i & 31)) & 1 == 1 then
      found = found + 1
      for k = i + i, limit, i do
        local w = k >> 5
        bits[w] = bits[w] & ~(1 << (k & 31))
      end
    end
  end
  return found
end

for shift = 0, 2 do
  local limit = 5120000 >> shift
  print("Primes up to " .. limit .. ": " .. count_primes(limit))
end
