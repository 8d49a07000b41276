local REQUIRED, PREFERRED, STRONG_DEFAULT, NORMAL, WEAKEST = 0, 2, 3, 4, 6
local FORWARD, NOWHERE, BACKWARD = 1, 0, -1

local planner

local function variable(value)
  return { value = value, constraints = {}, determined_by = false, mark = 0, strength = WEAKEST, stay = true }
end

local function connect(v, c) v.constraints[#v.constraints + 1] = c end

local function disconnect(v, c)
  local kept = {}
  for _, other in ipairs(v.constraints) do
    if other ~= c then kept[#kept + 1] = other end
  end
  v.constraints = kept
  if v.determined_by == c then v.determined_by = false end
end

local Unary = {}
Unary.__index = Unary

function Unary:choose(mark)
  local to = self.to
  self.direction = to.mark ~= mark and self.strength < to.strength and FORWARD or NOWHERE
end
function Unary:output() return self.to end
function Unary:mark_inputs() end
function Unary:inputs_known() return true end
function Unary:execute() end
function Unary:recalculate()
  self.to.strength = self.strength
  self.to.stay = not self.is_edit
end
function Unary:add_to_graph() connect(self.to, self) end
function Unary:remove_from_graph()
  disconnect(self.to, self)
  self.direction = NOWHERE
end

local function choose(self, mark)
  local from, to = self.from, self.to
  local forward = self.strength < to.strength and FORWARD or NOWHERE
  local backward = self.strength < from.strength and BACKWARD or NOWHERE
  if from.mark == mark then
    self.direction = to.mark ~= mark and forward or NOWHERE
  elseif to.mark == mark then
    self.direction = backward
  elseif from.strength > to.strength then
    self.direction = backward
  else
    self.direction = forward
  end
end

local function output(self) return self.direction == FORWARD and self.to or self.from end
local function input(self) return self.direction == FORWARD and self.from or self.to end
local function is_known(v, mark) return v.mark == mark or v.stay or not v.determined_by end

local Equal = { choose = choose, output = output, input = input }
Equal.__index = Equal

function Equal:mark_inputs(mark) self:input().mark = mark end
function Equal:inputs_known(mark) return is_known(self:input(), mark) end
function Equal:execute() self:output().value = self:input().value end
function Equal:recalculate()
  local from, out = self:input(), self:output()
  out.strength = self.strength > from.strength and self.strength or from.strength
  out.stay = from.stay
  if out.stay then self:execute() end
end
function Equal:add_to_graph()
  connect(self.from, self)
  connect(self.to, self)
end
function Equal:remove_from_graph()
  disconnect(self.to, self)
  disconnect(self.from, self)
  self.direction = NOWHERE
end

local Scale = { choose = choose, output = output, input = input }
Scale.__index = Scale

function Scale:mark_inputs(mark)
  self:input().mark = mark
  self.scale.mark = mark
  self.offset.mark = mark
end
function Scale:inputs_known(mark)
  return is_known(self:input(), mark) and is_known(self.scale, mark) and is_known(self.offset, mark)
end
function Scale:execute()
  if self.direction == FORWARD then
    self.to.value = self.from.value * self.scale.value + self.offset.value
  else
    self.from.value = (self.to.value - self.offset.value) // self.scale.value -- luajit: self.from.value = math.floor((self.to.value - self.offset.value) / self.scale.value)
  end
end
function Scale:recalculate()
  local from, out = self:input(), self:output()
  out.strength = self.strength > from.strength and self.strength or from.strength
  out.stay = from.stay and self.scale.stay and self.offset.stay
  if out.stay then self:execute() end
end
function Scale:add_to_graph()
  connect(self.from, self)
  connect(self.to, self)
  connect(self.scale, self)
  connect(self.offset, self)
end
function Scale:remove_from_graph()
  disconnect(self.to, self)
  disconnect(self.from, self)
  disconnect(self.scale, self)
  disconnect(self.offset, self)
  self.direction = NOWHERE
end

local function consuming(v, found)
  local by = v.determined_by
  for _, c in ipairs(v.constraints) do
    if c ~= by and c.direction ~= NOWHERE then found[#found + 1] = c end
  end
end

local function add_propagate(c, mark)
  local todo = { c }
  while #todo > 0 do
    local d = table.remove(todo)
    local out = d:output()
    if out.mark == mark then error("a cycle") end
    d:recalculate()
    consuming(out, todo)
  end
end

local function incremental_add(c)
  planner.mark = planner.mark + 1
  local mark = planner.mark
  while c do
    c:choose(mark)
    local overridden = false
    if c.direction ~= NOWHERE then
      c:mark_inputs(mark)
      local out = c:output()
      overridden = out.determined_by
      if overridden then overridden.direction = NOWHERE end
      out.determined_by = c
      add_propagate(c, mark)
      out.mark = mark
    elseif c.strength == REQUIRED then
      error("a required constraint fails")
    end
    c = overridden
  end
end

local function incremental_remove(c)
  local out = c:output()
  c.direction = NOWHERE
  c:remove_from_graph()
  out.determined_by = false
  out.strength = WEAKEST
  out.stay = true
  local unsatisfied, todo = {}, { out }
  while #todo > 0 do
    local v = table.remove(todo)
    for _, d in ipairs(v.constraints) do
      if d.direction == NOWHERE then unsatisfied[#unsatisfied + 1] = d end
    end
    local by = v.determined_by
    for _, d in ipairs(v.constraints) do
      if d ~= by and d.direction ~= NOWHERE then
        d:recalculate()
        todo[#todo + 1] = d:output()
      end
    end
  end
  for strength = REQUIRED, WEAKEST - 1 do
    for _, d in ipairs(unsatisfied) do
      if d.strength == strength then incremental_add(d) end
    end
  end
end

local function constrain(class, c)
  c.direction = NOWHERE
  setmetatable(c, class)
  c:add_to_graph()
  incremental_add(c)
  return c
end

local function make_plan(source)
  planner.mark = planner.mark + 1
  local mark, plan, todo = planner.mark, {}, {}
  if source.direction ~= NOWHERE then todo[1] = source end
  while #todo > 0 do
    local c = table.remove(todo)
    local out = c:output()
    if out.mark ~= mark and c:inputs_known(mark) then
      plan[#plan + 1] = c
      out.mark = mark
      consuming(out, todo)
    end
  end
  return plan
end

local function execute(plan)
  for _, c in ipairs(plan) do c:execute() end
end

local function change(v, value)
  local edit = constrain(Unary, { is_edit = true, strength = PREFERRED, to = v })
  local plan = make_plan(edit)
  for _ = 1, 10 do
    v.value = value
    execute(plan)
  end
  if edit.direction ~= NOWHERE then incremental_remove(edit) else edit:remove_from_graph() end
end

local function chain(n)
  planner = { mark = 0 }
  local first, last
  for i = 0, n do
    local v = variable(0)
    if i == 0 then first = v else constrain(Equal, { strength = REQUIRED, from = last, to = v }) end
    last = v
  end
  constrain(Unary, { is_edit = false, strength = STRONG_DEFAULT, to = last })
  local edit = constrain(Unary, { is_edit = true, strength = PREFERRED, to = first })
  local plan = make_plan(edit)
  for value = 0, 99 do
    first.value = value
    execute(plan)
    if last.value ~= value then error("the chain") end
  end
end

local function projection(n)
  planner = { mark = 0 }
  local scale, offset, source, target, targets = variable(10), variable(1000), nil, nil, {}
  for i = 0, n - 1 do
    source, target = variable(i), variable(i)
    targets[#targets + 1] = target
    constrain(Unary, { is_edit = false, strength = NORMAL, to = source })
    constrain(Scale, { strength = REQUIRED, from = source, to = target, scale = scale, offset = offset })
  end
  change(source, 17)
  if target.value ~= 1170 then error("forward") end
  change(target, 1050)
  if source.value ~= 5 then error("backward") end
  change(scale, 5)
  for i = 0, n - 2 do
    if targets[i + 1].value ~= i * 5 + 1000 then error("scale") end
  end
  change(offset, 2000)
  for i = 0, n - 2 do
    if targets[i + 1].value ~= i * 5 + 2000 then error("offset") end
  end
end

for _ = 1, 4 do
  chain(2000)
  projection(2000)
end
print("solved")
