local SPAN = 4000000

local function random_intervals(n, seed)
  local r, packed = seed, {}
  for i = 1, n do
    r = (r * 3877 + 29573) % 139968
    local high = r
    r = (r * 3877 + 29573) % 139968
    packed[i] = (high * 139968 + r) % SPAN * 1024 + r % 1000 + 1
  end
  return packed
end

local function build(packed)
  table.sort(packed)
  local n = #packed
  local starts, ends, furthest = {}, {}, {}
  for i = 1, n do
    local p = packed[i]
    starts[i - 1] = p // 1024
    ends[i - 1] = p // 1024 + p % 1024
    furthest[i - 1] = ends[i - 1]
  end
  local last, last_i = 0, 0
  for i = 0, n - 1, 2 do
    last_i = i
    last = ends[i]
  end
  local k = 1
  while 1 << k <= n do
    local half = 1 << (k - 1)
    for i = (half << 1) - 1, n - 1, half << 2 do
      local left = furthest[i - half]
      local right = i + half < n and furthest[i + half] or last
      local far = ends[i]
      if left > far then far = left end
      if right > far then far = right end
      furthest[i] = far
    end
    if (last_i >> k) & 1 == 1 then last_i = last_i - half else last_i = last_i + half end
    if last_i < n and furthest[last_i] > last then last = furthest[last_i] end
    k = k + 1
  end
  return { starts = starts, ends = ends, furthest = furthest, levels = k - 1, n = n }
end

local function covered(index, from, to)
  local starts, ends, furthest, n = index.starts, index.ends, index.furthest, index.n
  local nodes, levels, visited = {}, {}, {}
  nodes[1] = (1 << index.levels) - 1
  levels[1] = index.levels
  local depth, total, reached = 1, 0, from
  while depth > 0 do
    local x, k = nodes[depth], levels[depth]
    if k <= 3 then
      depth = depth - 1
      local first_leaf = x >> k << k
      local stop = first_leaf + (1 << (k + 1)) - 1
      if stop > n then stop = n end
      local i = first_leaf
      while i < stop and starts[i] < to do
        if ends[i] > from then
          local a, b = starts[i], ends[i]
          if a < reached then a = reached end
          if b > to then b = to end
          if b > a then
            total = total + b - a
            reached = b
          end
        end
        i = i + 1
      end
    elseif not visited[depth] then
      local left = x - (1 << (k - 1))
      visited[depth] = true
      if left >= n or furthest[left] > from then
        depth = depth + 1
        nodes[depth] = left
        levels[depth] = k - 1
        visited[depth] = false
      end
    else
      visited[depth] = false
      if x < n and starts[x] < to then
        if ends[x] > from then
          local a, b = starts[x], ends[x]
          if a < reached then a = reached end
          if b > to then b = to end
          if b > a then
            total = total + b - a
            reached = b
          end
        end
        nodes[depth] = x + (1 << (k - 1))
        levels[depth] = k - 1
      else
        depth = depth - 1
      end
    end
  end
  return total
end

local index = build(random_intervals(100000, 42))
local total, most = 0, 0
for _, p in ipairs(random_intervals(200000, 4711)) do
  local from = p // 1024
  local c = covered(index, from, from + p % 1024)
  total = total + c
  if c > most then most = c end
end
print(total .. " " .. most)
