class Leaf:
    __slots__ = ("cells",)

    def __init__(self, cells):
        self.cells = cells

    def cells_in(self):
        return len(self.cells)


class Node:
    __slots__ = ("children",)

    def __init__(self, children):
        self.children = children

    def cells_in(self):
        n = 0
        for child in self.children:
            n += child.cells_in()
        return n


random, count = 74755, 0


def build(depth):
    global random, count
    count += 1
    random = (random * 1309 + 13849) & 65535
    if depth == 1:
        return Leaf([0] * (random % 10 + 1))
    return Node([build(depth - 1) for _ in range(4)])


cells = 0
for _ in range(120):
    cells += build(7).cells_in()
print(count, cells)
