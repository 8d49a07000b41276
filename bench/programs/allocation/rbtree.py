# The same insertion; nodes are changed where they are.
class Node:
    __slots__ = ("red", "left", "key", "value", "right")

    def __init__(self, red, left, key, value, right):
        self.red = red
        self.left = left
        self.key = key
        self.value = value
        self.right = right


def is_red(t):
    return t is not None and t.red


def balance_left(t):
    """t is black and its left child has just been inserted into."""
    l = t.left
    if is_red(l.left):
        t.left = l.right
        l.right = t
        l.left.red = False
        l.red = True
        t.red = False
        return l
    x = l.right
    if is_red(x):
        l.right = x.left
        t.left = x.right
        x.left = l
        x.right = t
        l.red = False
        t.red = False
        x.red = True
        return x
    l.red = True
    t.red = False
    return t


def balance_right(t):
    r = t.right
    x = r.left
    if is_red(x):
        t.right = x.left
        r.left = x.right
        x.left = t
        x.right = r
        t.red = False
        r.red = False
        x.red = True
        return x
    if is_red(r.right):
        t.right = r.left
        r.left = t
        r.right.red = False
        r.red = True
        t.red = False
        return r
    r.red = True
    t.red = False
    return t


def insert_below(t, key, value):
    if t is None:
        return Node(True, None, key, value, None)
    if key < t.key:
        balance = not t.red and is_red(t.left)
        t.left = insert_below(t.left, key, value)
        return balance_left(t) if balance else t
    if key > t.key:
        balance = not t.red and is_red(t.right)
        t.right = insert_below(t.right, key, value)
        return balance_right(t) if balance else t
    t.value = value
    return t


def insert_key(t, key, value):
    t = insert_below(t, key, value)
    t.red = False
    return t


def count_true(t):
    return 0 if t is None else count_true(t.left) + count_true(t.right) + (1 if t.value else 0)


def height(t):
    return 0 if t is None else 1 + max(height(t.left), height(t.right))


def main():
    tree = None
    key = 42
    for _ in range(200_000):
        key = (key * 3877 + 29573) % 139968
        tree = insert_key(tree, key, key % 10 == 0)
    print(count_true(tree), height(tree))


main()
