local function build(n)
  local chain = false
  for i = 0, n - 1 do chain = { head = i % 1000, rest = chain } end
  return chain
end

local function reverse_onto(chain, done)
  while chain do
    local rest = chain.rest
    chain.rest = done
    done = chain
    chain = rest
  end
  return done
end

local function add_onto(chain, amount, done)
  while chain do
    local rest = chain.rest
    chain.head = chain.head + amount
    chain.rest = done
    done = chain
    chain = rest
  end
  return done
end

local function total_of(chain)
  local total = 0
  while chain do
    total = total + chain.head
    chain = chain.rest
  end
  return total
end

local total = 0
for round = 0, 39 do
  local chain = build(40000)
  for _ = 1, 5 do
    chain = reverse_onto(chain, false)
    chain = add_onto(chain, round, false)
  end
  total = total + total_of(chain)
end
print(total)
