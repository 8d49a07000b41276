local IDLER, WORKER, HANDLER_A, HANDLER_B, DEVICE_A, DEVICE_B = 1, 2, 3, 4, 5, 6
local DEVICE, WORK = 0, 1

local Kernel = {}
Kernel.__index = Kernel

local function packet(link, to, kind)
  return { link = link, to = to, kind = kind, datum = 0, data = { 0, 0, 0, 0 } }
end

local function append(p, head)
  p.link = false
  if not head then return p end
  local last = head
  while last.link do last = last.link end
  last.link = p
  return head
end

function Kernel:hold_self()
  self.held = self.held + 1
  self.current.holding = true
  return self.current.link
end

function Kernel:wait_self()
  self.current.waiting = true
  return self.current
end

function Kernel:release(id)
  local t = self.tasks[id]
  t.holding = false
  if t.priority > self.current.priority then return t end
  return self.current
end

function Kernel:queue_packet(p)
  local t = self.tasks[p.to]
  self.queued = self.queued + 1
  p.link = false
  p.to = self.current.id
  if t.input then
    append(p, t.input)
    return self.current
  end
  t.input = p
  t.pending = true
  if t.priority > self.current.priority then return t end
  return self.current
end

function Kernel:idle(task)
  task.count = task.count - 1
  if task.count == 0 then return self:hold_self() end
  if task.control & 1 == 0 then -- luajit: if task.control % 2 == 0 then
    task.control = task.control // 2 -- luajit: task.control = math.floor(task.control / 2)
    return self:release(DEVICE_A)
  end
  task.control = (task.control // 2) ~ 53256 -- luajit: task.control = require("bit").bxor(math.floor(task.control / 2), 53256)
  return self:release(DEVICE_B)
end

function Kernel:send(task, work)
  if not work then return self:wait_self() end
  task.to = task.to == HANDLER_A and HANDLER_B or HANDLER_A
  work.to = task.to
  work.datum = 0
  for i = 1, 4 do
    task.count = task.count + 1
    if task.count > 26 then task.count = 1 end
    work.data[i] = 64 + task.count
  end
  return self:queue_packet(work)
end

function Kernel:handle(task, p)
  if p then
    if p.kind == WORK then task.work = append(p, task.work) else task.device = append(p, task.device) end
  end
  local work = task.work
  if work then
    local count = work.datum
    if count >= 4 then
      task.work = work.link
      return self:queue_packet(work)
    end
    local device = task.device
    if device then
      task.device = device.link
      device.datum = work.data[count + 1]
      work.datum = count + 1
      return self:queue_packet(device)
    end
  end
  return self:wait_self()
end

function Kernel:serve(task, work)
  if work then
    task.served = work
    return self:hold_self()
  end
  local served = task.served
  if not served then return self:wait_self() end
  task.served = false
  return self:queue_packet(served)
end

function Kernel:run_task()
  local t, message = self.current, false
  if t.pending and t.waiting and not t.holding then
    message = t.input
    t.input = message.link
    t.waiting = false
    t.pending = t.input and true or false
  end
  return t.run(self, t, message)
end

function Kernel:schedule()
  while self.current do
    local t = self.current
    if t.holding or (t.waiting and not t.pending) then
      self.current = t.link
    else
      self.current = self:run_task()
    end
  end
end

function Kernel:add_task(priority, input, waiting, task)
  task.id = #self.tasks + 1
  task.link = self.current
  task.priority = priority
  task.input = input
  task.pending = input and true or false
  task.waiting = waiting
  task.holding = false
  self.tasks[task.id] = task
  self.current = task
end

local function devices(to)
  return packet(packet(packet(false, to, DEVICE), to, DEVICE), to, DEVICE)
end

local function start()
  local k = setmetatable({ tasks = {}, current = false, queued = 0, held = 0 }, Kernel)
  k:add_task(0, false, false, { run = Kernel.idle, control = 1, count = 10000 })
  k:add_task(1000, packet(packet(false, WORKER, WORK), WORKER, WORK), true,
    { run = Kernel.send, to = HANDLER_A, count = 0 })
  k:add_task(2000, devices(DEVICE_A), true, { run = Kernel.handle, work = false, device = false })
  k:add_task(3000, devices(DEVICE_B), true, { run = Kernel.handle, work = false, device = false })
  k:add_task(4000, false, true, { run = Kernel.serve, served = false })
  k:add_task(5000, false, true, { run = Kernel.serve, served = false })
  return k
end

local good = 0
for _ = 1, 10 do
  local k = start()
  k:schedule()
  if k.queued == 23246 and k.held == 9297 then good = good + 1 end
end
print(good)
