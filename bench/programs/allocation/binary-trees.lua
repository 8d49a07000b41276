-- A leaf is false, as a variant without payload is an immediate value in Lumen.
local function make(depth)
  if depth == 0 then return false end
  return { make(depth - 1), make(depth - 1) }
end

local function check(tree)
  if tree then return 1 + check(tree[1]) + check(tree[2]) end
  return 1
end

local max_depth = 16
local stretch = max_depth + 1
print("stretch tree of depth " .. stretch .. ": " .. check(make(stretch)))
local long_lived = make(max_depth)
for depth = 4, max_depth, 4 do
  local iterations = math.floor(2 ^ (max_depth - depth + 4))
  local total = 0
  for _ = 1, iterations do total = total + check(make(depth)) end
  print(iterations .. " trees of depth " .. depth .. ": " .. total)
end
print("long-lived tree of depth " .. max_depth .. ": " .. check(long_lived))
