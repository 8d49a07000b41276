local Towers = {}
Towers.__index = Towers

function Towers:push(disk, pile)
  local top = self.piles[pile]
  if top and disk.size >= top.size then error("a disk of " .. disk.size .. " on one of " .. top.size) end
  disk.below = top
  self.piles[pile] = disk
end

function Towers:move_top(from, to)
  self.moves = self.moves + 1
  local disk = self.piles[from]
  if not disk then error("nothing to move") end
  self.piles[from] = disk.below
  disk.below = false
  self:push(disk, to)
end

function Towers:move_disks(n, from, to)
  if n == 1 then
    self:move_top(from, to)
    return
  end
  local other = 6 - from - to
  self:move_disks(n - 1, from, other)
  self:move_top(from, to)
  self:move_disks(n - 1, other, to)
end

local total = 0
for _ = 1, 120 do
  local t = setmetatable({ piles = { false, false, false }, moves = 0 }, Towers)
  for size = 12, 0, -1 do t:push({ size = size, below = false }, 1) end
  t:move_disks(13, 1, 2)
  total = total + t.moves
end
print(total)
