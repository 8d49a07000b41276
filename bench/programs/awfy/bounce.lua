local Ball = {}
Ball.__index = Ball
local abs = math.abs

function Ball:bounce()
  self.x = self.x + self.dx
  self.y = self.y + self.dy
  local bounced = false
  if self.x > 500 then self.x, self.dx, bounced = 500, 0 - abs(self.dx), true end
  if self.x < 0 then self.x, self.dx, bounced = 0, abs(self.dx), true end
  if self.y > 500 then self.y, self.dy, bounced = 500, 0 - abs(self.dy), true end
  if self.y < 0 then self.y, self.dy, bounced = 0, abs(self.dy), true end
  return bounced
end

local random
local function next_random()
  random = (random * 1309 + 13849) & 65535 -- luajit: random = (random * 1309 + 13849) % 65536
  return random
end

local function simulate()
  random = 74755
  local balls = {}
  for i = 1, 100 do
    local x, y = next_random() % 500, next_random() % 500
    local dx, dy = next_random() % 300 - 150, next_random() % 300 - 150
    balls[i] = setmetatable({ x = x, y = y, dx = dx, dy = dy }, Ball)
  end
  local bounced = 0
  for _ = 1, 50 do
    for _, ball in ipairs(balls) do
      if ball:bounce() then bounced = bounced + 1 end
    end
  end
  return bounced
end

local total = 0
for _ = 1, 400 do total = total + simulate() end
print(total)
