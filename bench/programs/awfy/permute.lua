local State = {}
State.__index = State

function State:exchange(i, j)
  local list = self.list
  list[i], list[j] = list[j], list[i]
end

function State:permute(n)
  self.count = self.count + 1
  if n == 0 then return end
  self:permute(n - 1)
  for i = n, 1, -1 do
    self:exchange(n, i)
    self:permute(n - 1)
    self:exchange(n, i)
  end
end

local total = 0
for _ = 1, 200 do
  local s = setmetatable({ list = { 0, 1, 2, 3, 4, 5 }, count = 0 }, State)
  s:permute(6)
  assert(table.concat(s.list, ",") == "0,1,2,3,4,5")
  total = total + s.count
end
print(total)
