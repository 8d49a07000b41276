class Board:
    __slots__ = ("rows", "rising", "falling", "placed", "done")

    def __init__(self):
        self.rows = [True] * 8
        self.rising = [True] * 16
        self.falling = [True] * 16
        self.placed = [-1] * 8
        self.done = False

    def is_free(self, row, column):
        return self.rows[row] and self.rising[column + row] and self.falling[column - row + 7]

    def mark(self, row, column, free):
        self.rows[row] = free
        self.rising[column + row] = free
        self.falling[column - row + 7] = free

    def place(self, column):
        for row in range(8):
            if self.is_free(row, column):
                self.placed[row] = column
                self.mark(row, column, False)
                if column == 7:
                    self.done = True
                    return
                self.place(column + 1)
                if self.done:
                    return
                self.mark(row, column, True)


solved, last = 0, []
for _ in range(3000):
    b = Board()
    b.place(0)
    solved += b.done
    last = b.placed
print(solved, *last)
