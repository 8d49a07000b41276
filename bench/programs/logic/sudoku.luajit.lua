local bitop = require("bit")
local band, bor, bnot, lshift = bitop.band, bitop.bor, bitop.bnot, bitop.lshift
local floor = math.floor

local function count_bits(mask)
  local n = 0
  while mask ~= 0 do
    mask = band(mask, mask - 1)
    n = n + 1
  end
  return n
end

local bits = {}
for m = 0, 1023 do bits[m] = count_bits(m) end

-- The row, column and box of each place.
local row_of, column_of, box_of = {}, {}, {}
for p = 0, 80 do
  row_of[p] = floor(p / 9)
  column_of[p] = p % 9
  box_of[p] = floor(p / 27) * 3 + floor(p % 9 / 3)
end

local function solve(puzzle)
  local board, rows, columns, boxes, open_cells, candidates = {}, {}, {}, {}, {}, {}
  for i = 0, 8 do rows[i], columns[i], boxes[i] = 0, 0, 0 end
  local n = 0
  for p = 0, 80 do
    local d = puzzle[p]
    board[p] = d
    if d == 0 then
      open_cells[n] = p
      n = n + 1
    else
      local bit = lshift(1, d)
      local r, c, b = row_of[p], column_of[p], box_of[p]
      rows[r] = bor(rows[r], bit)
      columns[c] = bor(columns[c], bit)
      boxes[b] = bor(boxes[b], bit)
    end
  end
  local depth, nodes, descending = 0, 0, true
  while depth >= 0 and depth < n do
    if descending then
      nodes = nodes + 1
      local best, best_count, best_mask = depth, 10, 0
      for c = depth, n - 1 do
        local p = open_cells[c]
        local mask = band(1022, bnot(bor(rows[row_of[p]], columns[column_of[p]], boxes[box_of[p]])))
        if bits[mask] < best_count then
          best = c
          best_count = bits[mask]
          best_mask = mask
          if best_count <= 1 then break end
        end
      end
      open_cells[best], open_cells[depth] = open_cells[depth], open_cells[best]
      candidates[depth] = best_mask
    end
    local p = open_cells[depth]
    local r, c, b = row_of[p], column_of[p], box_of[p]
    if not descending then
      local bit = bnot(lshift(1, board[p]))
      rows[r] = band(rows[r], bit)
      columns[c] = band(columns[c], bit)
      boxes[b] = band(boxes[b], bit)
    end
    local mask = candidates[depth]
    if mask == 0 then
      descending = false
      depth = depth - 1
    else
      local bit = band(mask, -mask)
      candidates[depth] = band(mask, mask - 1)
      board[p] = bits[bit - 1]
      rows[r] = bor(rows[r], bit)
      columns[c] = bor(columns[c], bit)
      boxes[b] = bor(boxes[b], bit)
      descending = true
      depth = depth + 1
    end
  end
  return board, nodes
end

local puzzles = {
  "..............3.85..1.2.......5.7.....4...1...9.......5......73..2.1........4...9",
  ".......12........3..23..4....18....5.6..7.8.......9.....85.....9...4.5..47...6...",
  ".2..5.7..4..1....68....3...2....8..3.4..2.5.....6...1...2.9.....9......57.4...9..",
  "........3..1..56...9..4..7......9.5.7.......8.5.4.2....8..2..9...35..1..6........",
  "12.3....435....1....4........54..2..6...7.........8.9...31..5.......9.7.....6...8",
}

local total = 0
for _, text in ipairs(puzzles) do
  local checksum = 0
  for _, factor in ipairs({ 1, 2, 4 }) do
    for shift = 0, 8 do
      local renamed = {}
      for p = 0, 80 do
        local c = text:sub(p + 1, p + 1)
        renamed[p] = c == "." and 0 or (tonumber(c) * factor + shift) % 9 + 1
      end
      local board, nodes = solve(renamed)
      total = total + nodes
      for p = 0, 80 do checksum = (checksum * 10 + board[p]) % 1000003 end
    end
  end
  print(checksum)
end
print(total)
