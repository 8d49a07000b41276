-- The same insertion; nodes are changed where they are.
local function is_red(t) return t and t.red end

-- t is black and its left child has just been inserted into.
local function balance_left(t)
  local l = t.left
  if is_red(l.left) then
    t.left = l.right
    l.right = t
    l.left.red = false
    l.red = true
    t.red = false
    return l
  end
  local x = l.right
  if is_red(x) then
    l.right = x.left
    t.left = x.right
    x.left = l
    x.right = t
    l.red = false
    t.red = false
    x.red = true
    return x
  end
  l.red = true
  t.red = false
  return t
end

local function balance_right(t)
  local r = t.right
  local x = r.left
  if is_red(x) then
    t.right = x.left
    r.left = x.right
    x.left = t
    x.right = r
    t.red = false
    r.red = false
    x.red = true
    return x
  end
  if is_red(r.right) then
    t.right = r.left
    r.left = t
    r.right.red = false
    r.red = true
    t.red = false
    return r
  end
  r.red = true
  t.red = false
  return t
end

local function insert_below(t, key, value)
  if not t then return { red = true, left = false, key = key, value = value, right = false } end
  local k = t.key
  if key < k then
    local balance = not t.red and is_red(t.left)
    t.left = insert_below(t.left, key, value)
    if balance then return balance_left(t) end
  elseif key > k then
    local balance = not t.red and is_red(t.right)
    t.right = insert_below(t.right, key, value)
    if balance then return balance_right(t) end
  else
    t.value = value
  end
  return t
end

local function insert_key(t, key, value)
  t = insert_below(t, key, value)
  t.red = false
  return t
end

local function count_true(t)
  if not t then return 0 end
  return count_true(t.left) + count_true(t.right) + (t.value and 1 or 0)
end

local function height(t)
  if not t then return 0 end
  return 1 + math.max(height(t.left), height(t.right))
end

local tree, key = false, 42
for _ = 1, 200000 do
  key = (key * 3877 + 29573) % 139968
  tree = insert_key(tree, key, key % 10 == 0)
end
print(count_true(tree) .. " " .. height(tree))
