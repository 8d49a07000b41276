local bit = require("bit")
local band, bnot, lshift, rshift = bit.band, bit.bnot, bit.lshift, bit.rshift

local function count_primes(limit)
  local bits = {}
  for i = 0, rshift(limit, 5) do bits[i] = -1 end
  local found = 0
  for i = 2, limit do
    if band(rshift(bits[rshift(i, 5)], band(i, 31)), 1) == 1 then
      found = found + 1
      for k = i + i, limit, i do
        local w = rshift(k, 5)
        bits[w] = band(bits[w], bnot(lshift(1, band(k, 31))))
      end
    end
  end
  return found
end

for shift = 0, 2 do
  local limit = rshift(5120000, shift)
  print("Primes up to " .. limit .. ": " .. count_primes(limit))
end
