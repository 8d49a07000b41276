local VAL, VAR, ADD, MUL, POW, LN = 0, 1, 2, 3, 4, 5

-- An expression is { tag, first, second }.
local function val(n) return { VAL, n, false } end

local function is_val(e, n) return e[1] == VAL and e[2] == n end

local function int_power(base, exponent)
  if exponent < 0 then return 0 end
  local power = 1
  for _ = 1, exponent do power = power * base end
  return power
end

local function add_of(f, g)
  if f[1] == VAL and g[1] == VAL then return val(f[2] + g[2]) end
  if is_val(f, 0) then return g end
  if is_val(g, 0) then return f end
  if g[1] == VAL then return add_of(g, f) end
  if g[1] == ADD and g[2][1] == VAL then
    if f[1] == VAL then return add_of(val(f[2] + g[2][2]), g[3]) end
    return add_of(g[2], add_of(f, g[3]))
  end
  if f[1] == ADD then return add_of(f[2], add_of(f[3], g)) end
  return { ADD, f, g }
end

local function mul_of(f, g)
  if f[1] == VAL and g[1] == VAL then return val(f[2] * g[2]) end
  if is_val(f, 0) then return f end
  if is_val(g, 0) then return g end
  if is_val(f, 1) then return g end
  if is_val(g, 1) then return f end
  if g[1] == VAL then return mul_of(g, f) end
  if g[1] == MUL and g[2][1] == VAL then
    if f[1] == VAL then return mul_of(val(f[2] * g[2][2]), g[3]) end
    return mul_of(g[2], mul_of(f, g[3]))
  end
  if f[1] == MUL then return mul_of(f[2], mul_of(f[3], g)) end
  return { MUL, f, g }
end

local function pow_of(f, g)
  if f[1] == VAL and g[1] == VAL then return val(int_power(f[2], g[2])) end
  if is_val(g, 0) then return val(1) end
  if is_val(g, 1) then return f end
  if is_val(f, 0) then return f end
  return { POW, f, g }
end

local function ln_of(f)
  if is_val(f, 1) then return val(0) end
  return { LN, f, false }
end

local function derive(x, e)
  local tag, f, g = e[1], e[2], e[3]
  if tag == VAL then return val(0) end
  if tag == VAR then return val(x == f and 1 or 0) end
  if tag == ADD then return add_of(derive(x, f), derive(x, g)) end
  if tag == MUL then return add_of(mul_of(f, derive(x, g)), mul_of(g, derive(x, f))) end
  if tag == POW then
    local of_base = mul_of(mul_of(g, derive(x, f)), pow_of(f, val(-1)))
    local of_exponent = mul_of(ln_of(f), derive(x, g))
    return mul_of(pow_of(f, g), add_of(of_base, of_exponent))
  end
  return mul_of(derive(x, f), pow_of(f, val(-1)))
end

local function node_count(e)
  local tag = e[1]
  if tag <= VAR then return 1 end
  if tag == LN then return node_count(e[2]) end
  return node_count(e[2]) + node_count(e[3])
end

local total = 0
for _ = 1, 3 do
  local e = pow_of({ VAR, "x", false }, { VAR, "x", false })
  for _ = 1, 8 do
    e = derive("x", e)
    total = total + node_count(e)
  end
end
print(total)
