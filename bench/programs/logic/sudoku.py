bits = [bin(m).count("1") for m in range(1024)]
row_of = [p // 9 for p in range(81)]
column_of = [p % 9 for p in range(81)]
box_of = [p // 27 * 3 + p % 9 // 3 for p in range(81)]


def solve(puzzle):
    board = puzzle[:]
    rows = [0] * 9
    columns = [0] * 9
    boxes = [0] * 9
    open_cells = []
    for p in range(81):
        if board[p] == 0:
            open_cells.append(p)
        else:
            bit = 1 << board[p]
            rows[row_of[p]] |= bit
            columns[column_of[p]] |= bit
            boxes[box_of[p]] |= bit
    n = len(open_cells)
    candidates = [0] * (n + 1)
    depth = nodes = 0
    descending = True
    while 0 <= depth < n:
        if descending:
            nodes += 1
            best, best_count, best_mask = depth, 10, 0
            for c in range(depth, n):
                p = open_cells[c]
                mask = 1022 & ~(rows[row_of[p]] | columns[column_of[p]] | boxes[box_of[p]])
                if bits[mask] < best_count:
                    best, best_count, best_mask = c, bits[mask], mask
                    if best_count <= 1:
                        break
            open_cells[best], open_cells[depth] = open_cells[depth], open_cells[best]
            candidates[depth] = best_mask
        p = open_cells[depth]
        if not descending:
            bit = ~(1 << board[p])
            rows[row_of[p]] &= bit
            columns[column_of[p]] &= bit
            boxes[box_of[p]] &= bit
        mask = candidates[depth]
        if mask == 0:
            descending = False
            depth -= 1
        else:
            bit = mask & -mask
            candidates[depth] = mask & (mask - 1)
            board[p] = bits[bit - 1]
            rows[row_of[p]] |= bit
            columns[column_of[p]] |= bit
            boxes[box_of[p]] |= bit
            descending = True
            depth += 1
    return board, nodes


puzzles = [
    "..............3.85..1.2.......5.7.....4...1...9.......5......73..2.1........4...9",
    ".......12........3..23..4....18....5.6..7.8.......9.....85.....9...4.5..47...6...",
    ".2..5.7..4..1....68....3...2....8..3.4..2.5.....6...1...2.9.....9......57.4...9..",
    "........3..1..56...9..4..7......9.5.7.......8.5.4.2....8..2..9...35..1..6........",
    "12.3....435....1....4........54..2..6...7.........8.9...31..5.......9.7.....6...8",
]


def main():
    total = 0
    for text in puzzles:
        checksum = 0
        for factor in (1, 2, 4):
            for shift in range(9):
                renamed = [0 if c == "." else (int(c) * factor + shift) % 9 + 1 for c in text]
                board, nodes = solve(renamed)
                total += nodes
                for d in board:
                    checksum = (checksum * 10 + d) % 1_000_003
        print(checksum)
    print(total)


main()
