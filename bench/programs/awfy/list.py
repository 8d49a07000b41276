class Cell:
    __slots__ = ("value", "next")

    def __init__(self, value, next_cell):
        self.value = value
        self.next = next_cell


def make(length):
    return None if length == 0 else Cell(length, make(length - 1))


def length_of(xs):
    return 0 if xs is None else 1 + length_of(xs.next)


def is_shorter(x, y):
    while y is not None:
        if x is None:
            return True
        x, y = x.next, y.next
    return False


def tail(x, y, z):
    if is_shorter(y, x):
        return tail(tail(x.next, y, z), tail(y.next, z, x), tail(z.next, x, y))
    return z


total = 0
for _ in range(1000):
    total += length_of(tail(make(15), make(10), make(6)))
print(total)
