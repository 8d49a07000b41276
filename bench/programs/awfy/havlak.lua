local PLAIN, REDUCIBLE, ITSELF, IRREDUCIBLE = 0, 1, 2, 3

local Graph = {}
Graph.__index = Graph

function Graph:node(n)
  while #self <= n do self[#self + 1] = { into = {}, out = {} } end
  return self[n + 1]
end

function Graph:connect(from, to)
  local a, b = self:node(from), self:node(to)
  a.out[#a.out + 1] = b
  b.into[#b.into + 1] = a
end

function Graph:straight(start, n)
  for i = 0, n - 1 do self:connect(start + i, start + i + 1) end
  return start + n
end

function Graph:diamond(start)
  self:connect(start, start + 1)
  self:connect(start, start + 2)
  self:connect(start + 1, start + 3)
  self:connect(start + 2, start + 3)
  return start + 3
end

function Graph:base_loop(from)
  local header = self:straight(from, 1)
  local first = self:diamond(header)
  local between = self:straight(first, 1)
  local second = self:diamond(between)
  local footer = self:straight(second, 1)
  self:connect(second, between)
  self:connect(first, header)
  self:connect(footer, from)
  return self:straight(footer, 1)
end

local function build(outer, middle, inner)
  local g = setmetatable({}, Graph)
  g:node(0)
  g:base_loop(0)
  g:node(1)
  g:connect(0, 2)
  local n = 2
  for _ = 1, outer do
    g:connect(2, n + 1)
    n = n + 1
    for _ = 1, middle do
      local top = n
      n = g:straight(n, 1)
      for _ = 1, inner do n = g:base_loop(n) end
      local bottom = g:straight(n, 1)
      g:connect(bottom, top)
      n = bottom
    end
    g:connect(n, 1)
  end
  return g
end

local function find(node)
  local root = node
  while root.parent ~= root do root = root.parent end
  while node.parent ~= root do node.parent, node = root, node.parent end
  return root
end

local function add(set, node)
  if not set[node] then
    set[node] = true
    set[#set + 1] = node
  end
end

local function find_loops(g)
  local nodes, numbers = {}, {}
  local function number(block, current)
    local node = { number = current, block = block, last = current, loop = false, back = {}, others = {} }
    node.parent = node
    numbers[block] = node
    nodes[current] = node
    local last = current
    for _, to in ipairs(block.out) do
      if not numbers[to] then last = number(to, last + 1) end
    end
    node.last = last
    return last
  end
  local last = number(g[1], 0)
  local function is_ancestor(w, v) return w.number <= v.number and v.number <= w.last end
  for at = 0, last do
    local w = nodes[at]
    for _, from in ipairs(w.block.into) do
      local v = numbers[from]
      if v then
        if is_ancestor(w, v) then w.back[#w.back + 1] = v else add(w.others, v) end
      end
    end
  end
  local loops = {}
  for at = last, 0, -1 do
    local w = nodes[at]
    local pool, kind = {}, PLAIN
    for _, v in ipairs(w.back) do
      if v == w then kind = ITSELF else pool[#pool + 1] = find(v) end
    end
    if #pool > 0 then kind = REDUCIBLE end
    local next = 1
    while next <= #pool do
      local x = pool[next]
      next = next + 1
      for _, y in ipairs(x.others) do
        local root = find(y)
        if not is_ancestor(w, root) then
          kind = IRREDUCIBLE
          add(w.others, root)
        elseif root ~= w then
          local known = false
          for _, member in ipairs(pool) do
            if member == root then
              known = true
              break
            end
          end
          if not known then pool[#pool + 1] = root end
        end
      end
    end
    if #pool > 0 or kind == ITSELF then
      local loop = { outer = false, size = 1 }
      loops[#loops + 1] = loop
      w.loop = loop
      for _, member in ipairs(pool) do
        member.parent = w
        if member.loop then member.loop.outer = loop else loop.size = loop.size + 1 end
      end
    end
  end
  return loops
end

local g = build(10, 10, 5)
local line
for _ = 1, 30 do
  local loops, roots, size = find_loops(g), 0, 0
  for _, loop in ipairs(loops) do
    if not loop.outer then roots = roots + 1 end
    size = size + loop.size
  end
  line = #g .. " " .. #loops .. " " .. roots .. " " .. size
end
print(line)
