local function escape(cr, ci, limit)
  local zr, zi, steps = 0.0, 0.0, 0
  while steps < limit do
    local rr, ii = zr * zr, zi * zi
    if rr + ii > 4.0 then break end
    zi = 2.0 * zr * zi + ci
    zr = rr - ii + cr
    steps = steps + 1
  end
  return steps
end

local n, limit = 800, 100
local inside, total = 0, 0
for y = 0, n - 1 do
  local ci = 2.0 * y / n - 1.0
  for x = 0, n - 1 do
    local cr = 2.0 * x / n - 1.5
    local steps = escape(cr, ci, limit)
    total = total + steps
    if steps == limit then inside = inside + 1 end
  end
end
print(inside .. " " .. total)
