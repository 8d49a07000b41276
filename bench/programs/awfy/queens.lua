local Board = {}
Board.__index = Board

local function filled(n, value)
  local list = {}
  for i = 1, n do list[i] = value end
  return list
end

function Board.new()
  return setmetatable({ rows = filled(8, true), rising = filled(16, true), falling = filled(16, true),
    placed = filled(8, -1), done = false }, Board)
end

function Board:is_free(row, column)
  return self.rows[row + 1] and self.rising[column + row + 1] and self.falling[column - row + 8]
end

function Board:mark(row, column, free)
  self.rows[row + 1] = free
  self.rising[column + row + 1] = free
  self.falling[column - row + 8] = free
end

function Board:place(column)
  for row = 0, 7 do
    if self:is_free(row, column) then
      self.placed[row + 1] = column
      self:mark(row, column, false)
      if column == 7 then
        self.done = true
        return
      end
      self:place(column + 1)
      if self.done then return end
      self:mark(row, column, true)
    end
  end
end

local solved, last = 0, nil
for _ = 1, 3000 do
  local b = Board.new()
  b:place(0)
  if b.done then solved = solved + 1 end
  last = b.placed
end
print(solved .. " " .. table.concat(last, " "))
