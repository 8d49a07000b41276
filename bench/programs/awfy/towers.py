class Disk:
    __slots__ = ("size", "below")

    def __init__(self, size):
        self.size = size
        self.below = None


class Towers:
    __slots__ = ("piles", "moves")

    def __init__(self):
        self.piles = [None, None, None]
        self.moves = 0

    def push(self, disk, pile):
        top = self.piles[pile]
        if top is not None and disk.size >= top.size:
            raise ValueError(f"a disk of {disk.size} on one of {top.size}")
        disk.below = top
        self.piles[pile] = disk

    def move_top(self, source, target):
        self.moves += 1
        disk = self.piles[source]
        if disk is None:
            raise ValueError("nothing to move")
        self.piles[source] = disk.below
        disk.below = None
        self.push(disk, target)

    def move_disks(self, n, source, target):
        if n == 1:
            self.move_top(source, target)
            return
        other = 3 - source - target
        self.move_disks(n - 1, source, other)
        self.move_top(source, target)
        self.move_disks(n - 1, other, target)


total = 0
for _ in range(120):
    t = Towers()
    for size in range(12, -1, -1):
        t.push(Disk(size), 0)
    t.move_disks(13, 0, 1)
    total += t.moves
print(total)
