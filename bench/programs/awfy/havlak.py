import sys
import threading

PLAIN, REDUCIBLE, ITSELF, IRREDUCIBLE = 0, 1, 2, 3


class Block:
    __slots__ = ("into", "out")

    def __init__(self):
        self.into, self.out = [], []


class Graph:
    def __init__(self):
        self.blocks = []

    def node(self, n):
        while len(self.blocks) <= n:
            self.blocks.append(Block())
        return self.blocks[n]

    def connect(self, start, end):
        a, b = self.node(start), self.node(end)
        a.out.append(b)
        b.into.append(a)

    def straight(self, start, n):
        for i in range(n):
            self.connect(start + i, start + i + 1)
        return start + n

    def diamond(self, start):
        self.connect(start, start + 1)
        self.connect(start, start + 2)
        self.connect(start + 1, start + 3)
        self.connect(start + 2, start + 3)
        return start + 3

    def base_loop(self, start):
        header = self.straight(start, 1)
        first = self.diamond(header)
        between = self.straight(first, 1)
        second = self.diamond(between)
        footer = self.straight(second, 1)
        self.connect(second, between)
        self.connect(first, header)
        self.connect(footer, start)
        return self.straight(footer, 1)


def build(outer, middle, inner):
    g = Graph()
    g.node(0)
    g.base_loop(0)
    g.node(1)
    g.connect(0, 2)
    n = 2
    for _ in range(outer):
        g.connect(2, n + 1)
        n += 1
        for _ in range(middle):
            top = n
            n = g.straight(n, 1)
            for _ in range(inner):
                n = g.base_loop(n)
            bottom = g.straight(n, 1)
            g.connect(bottom, top)
            n = bottom
        g.connect(n, 1)
    return g


class Node:
    __slots__ = ("block", "number", "last", "parent", "loop", "back", "others")

    def __init__(self, block, number):
        self.block, self.number, self.last, self.parent = block, number, number, self
        self.loop, self.back, self.others = None, [], {}

    def is_ancestor(self, v):
        return self.number <= v.number <= self.last

    def find(self):
        root = self
        while root.parent is not root:
            root = root.parent
        node = self
        while node.parent is not root:
            node.parent, node = root, node.parent
        return root


class Loop:
    __slots__ = ("outer", "size")

    def __init__(self):
        self.outer, self.size = None, 1


def find_loops(g):
    nodes, numbers = [], {}

    def number(block, current):
        node = Node(block, current)
        numbers[block] = node
        nodes.append(node)
        last = current
        for to in block.out:
            if to not in numbers:
                last = number(to, last + 1)
        node.last = last
        return last

    number(g.blocks[0], 0)
    for w in nodes:
        for start in w.block.into:
            v = numbers.get(start)
            if v is None:
                continue
            if w.is_ancestor(v):
                w.back.append(v)
            else:
                w.others[v] = True
    loops = []
    for w in reversed(nodes):
        pool, kind = [], PLAIN
        for v in w.back:
            if v is w:
                kind = ITSELF
            else:
                pool.append(v.find())
        if pool:
            kind = REDUCIBLE
        for x in pool:
            for y in x.others:
                root = y.find()
                if not w.is_ancestor(root):
                    kind = IRREDUCIBLE
                    w.others[root] = True
                elif root is not w and root not in pool:
                    pool.append(root)
        if pool or kind == ITSELF:
            loop = Loop()
            loops.append(loop)
            w.loop = loop
            for member in pool:
                member.parent = w
                if member.loop is not None:
                    member.loop.outer = loop
                else:
                    loop.size += 1
    return loops


def main():
    g = build(10, 10, 5)
    line = ""
    for _ in range(30):
        loops = find_loops(g)
        roots = sum(loop.outer is None for loop in loops)
        line = f"{len(g.blocks)} {len(loops)} {roots} {sum(loop.size for loop in loops)}"
    print(line)


sys.setrecursionlimit(100000)
threading.stack_size(256 << 20)
work = threading.Thread(target=main)
work.start()
work.join()
