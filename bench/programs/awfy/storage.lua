local random, count = 74755, 0

local function build(depth)
  count = count + 1
  random = (random * 1309 + 13849) & 65535 -- luajit: random = (random * 1309 + 13849) % 65536
  if depth == 1 then
    local cells = {}
    for i = 1, random % 10 + 1 do cells[i] = 0 end
    return { cells = cells }
  end
  local children = {}
  for i = 1, 4 do children[i] = build(depth - 1) end
  return { children = children }
end

local function cells_in(tree)
  if tree.cells then return #tree.cells end
  local n = 0
  for _, child in ipairs(tree.children) do n = n + cells_in(child) end
  return n
end

local cells = 0
for _ = 1, 120 do cells = cells + cells_in(build(7)) end
print(count .. " " .. cells)
