class State:
    __slots__ = ("list", "count")

    def __init__(self):
        self.list = [0, 1, 2, 3, 4, 5]
        self.count = 0

    def exchange(self, i, j):
        self.list[i], self.list[j] = self.list[j], self.list[i]

    def permute(self, n):
        self.count += 1
        if n == 0:
            return
        self.permute(n - 1)
        for i in range(n - 1, -1, -1):
            self.exchange(n - 1, i)
            self.permute(n - 1)
            self.exchange(n - 1, i)


total = 0
for _ in range(200):
    s = State()
    s.permute(6)
    assert s.list == [0, 1, 2, 3, 4, 5]
    total += s.count
print(total)
