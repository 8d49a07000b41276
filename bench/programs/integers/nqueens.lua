local function count_solutions(n)
  local column_of, column, rising, falling = {}, {}, {}, {}
  for i = 0, n - 1 do column_of[i], column[i] = 0, false end
  for i = 0, 2 * n - 1 do rising[i], falling[i] = false, false end
  local solutions, row, col = 0, 0, 0
  while row >= 0 do
    while col < n and (column[col] or rising[row + col] or falling[row - col + n]) do
      col = col + 1
    end
    if col < n then
      if row == n - 1 then
        solutions = solutions + 1
        col = col + 1
      else
        column_of[row] = col
        column[col] = true
        rising[row + col] = true
        falling[row - col + n] = true
        row = row + 1
        col = 0
      end
    else
      row = row - 1
      if row >= 0 then
        local back = column_of[row]
        column[back] = false
        rising[row + back] = false
        falling[row - back + n] = false
        col = back + 1
      end
    end
  end
  return solutions
end

local n = 12
print(n .. " queens: " .. count_solutions(n))
