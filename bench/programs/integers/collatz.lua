local function chain_length(n)
  local steps = 1
  while n ~= 1 do
    if n % 2 == 0 then n = n // 2 else n = 3 * n + 1 end -- luajit: if n % 2 == 0 then n = n / 2 else n = 3 * n + 1 end
    steps = steps + 1
  end
  return steps
end

local best, longest, total = 0, 0, 0
for start = 1, 399999 do
  local steps = chain_length(start)
  total = total + steps
  if steps > longest then
    longest = steps
    best = start
  end
end
print(best .. " " .. longest .. " " .. total)
