# A leaf is None, as a variant without payload is an immediate value in Lumen.
def make(depth):
    return None if depth == 0 else (make(depth - 1), make(depth - 1))


def check(tree):
    if tree is None:
        return 1
    left, right = tree
    return 1 + check(left) + check(right)


def main():
    max_depth = 16
    stretch = max_depth + 1
    print(f"stretch tree of depth {stretch}: {check(make(stretch))}")
    long_lived = make(max_depth)
    for depth in range(4, max_depth + 1, 4):
        iterations = 1 << (max_depth - depth + 4)
        total = 0
        for _ in range(iterations):
            total += check(make(depth))
        print(f"{iterations} trees of depth {depth}: {total}")
    print(f"long-lived tree of depth {max_depth}: {check(long_lived)}")


main()
