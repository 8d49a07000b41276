local MODULUS = 65537
local NUM, VAR, ADD, MUL = 0, 1, 2, 3

-- An expression is { tag, first, second }. Trees have one owner, so folding changes nodes where they are.
local function grow(depth, seed)
  local r = (seed * 3877 + 29573) % 139968
  if depth == 0 then
    if r % 8 == 0 then return { VAR, r % 5, false } end
    return { NUM, r % 100, false }
  end
  if r % 3 == 0 then return { MUL, grow(depth - 1, r), grow(depth - 1, (r + 4711) % 139968) } end
  return { ADD, grow(depth - 1, r), grow(depth - 1, (r + 1234) % 139968) }
end

local function is_num(e, n) return e[1] == NUM and e[2] == n end

local function apply(tag, a, b)
  if tag == ADD then return (a + b) % MODULUS end
  return a * b % MODULUS
end

-- e is a sum or a product whose operands are folded.
local function fold_node(e)
  local tag, f, g = e[1], e[2], e[3]
  local unit = tag == ADD and 0 or 1
  if f[1] == NUM and g[1] == NUM then
    f[2] = apply(tag, f[2], g[2])
    return f
  end
  if tag == MUL and is_num(f, 0) then return f end
  if tag == MUL and is_num(g, 0) then return g end
  if is_num(f, unit) then return g end
  if is_num(g, unit) then return f end
  if g[1] == NUM then
    e[2], e[3] = g, f
  elseif g[1] == tag and g[2][1] == NUM then
    local n = g[2]
    if f[1] == NUM then
      f[2] = apply(tag, f[2], n[2])
      e[3] = g[3]
    else
      e[2] = n
      g[2] = f
    end
  elseif f[1] == tag and f[2][1] == NUM then
    e[2] = f[2]
    f[2] = f[3]
    f[3] = g
    e[3] = f
  end
  return e
end

local function fold_constants(e)
  if e[1] < ADD then return e end
  e[2] = fold_constants(e[2])
  e[3] = fold_constants(e[3])
  return fold_node(e)
end

local function evaluate(e)
  local tag = e[1]
  if tag == NUM then return e[2] end
  if tag == VAR then return e[2] * 7 + 3 end
  return apply(tag, evaluate(e[2]), evaluate(e[3]))
end

local function node_count(e)
  if e[1] < ADD then return 1 end
  return 1 + node_count(e[2]) + node_count(e[3])
end

for seed = 1, 10 do
  local e = grow(14, seed)
  local before, expected = node_count(e), evaluate(e)
  local size = before + 1
  while node_count(e) < size do
    size = node_count(e)
    e = fold_constants(e)
  end
  print(before .. " " .. node_count(e) .. " " .. expected .. " " .. evaluate(e))
end
