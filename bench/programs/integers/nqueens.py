def count_solutions(n):
    column_of = [0] * n
    column = [False] * n
    rising = [False] * (2 * n)
    falling = [False] * (2 * n)
    solutions = row = col = 0
    while row >= 0:
        while col < n and (column[col] or rising[row + col] or falling[row - col + n]):
            col += 1
        if col < n:
            if row == n - 1:
                solutions += 1
                col += 1
            else:
                column_of[row] = col
                column[col] = rising[row + col] = falling[row - col + n] = True
                row += 1
                col = 0
        else:
            row -= 1
            if row >= 0:
                back = column_of[row]
                column[back] = rising[row + back] = falling[row - back + n] = False
                col = back + 1
    return solutions


n = 12
print(f"{n} queens: {count_solutions(n)}")
