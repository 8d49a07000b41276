MODULUS = 65537
NUM, VAR, ADD, MUL = range(4)


# An expression is [tag, first, second]. Trees have one owner, so folding changes nodes where they are.
def grow(depth, seed):
    r = (seed * 3877 + 29573) % 139968
    if depth == 0:
        return [VAR, r % 5, None] if r % 8 == 0 else [NUM, r % 100, None]
    if r % 3 == 0:
        return [MUL, grow(depth - 1, r), grow(depth - 1, (r + 4711) % 139968)]
    return [ADD, grow(depth - 1, r), grow(depth - 1, (r + 1234) % 139968)]


def apply(tag, a, b):
    return (a + b if tag == ADD else a * b) % MODULUS


def fold_node(e):
    """e is a sum or a product whose operands are folded."""
    tag, f, g = e
    unit = 0 if tag == ADD else 1
    if f[0] == NUM:
        if g[0] == NUM:
            f[1] = apply(tag, f[1], g[1])
            return f
        if tag == MUL and f[1] == 0:
            return f
        if f[1] == unit:
            return g
    if g[0] == NUM:
        if tag == MUL and g[1] == 0:
            return g
        if g[1] == unit:
            return f
        e[1], e[2] = g, f
    elif g[0] == tag and g[1][0] == NUM:
        n = g[1]
        if f[0] == NUM:
            f[1] = apply(tag, f[1], n[1])
            e[2] = g[2]
        else:
            e[1] = n
            g[1] = f
    elif f[0] == tag and f[1][0] == NUM:
        e[1] = f[1]
        f[1] = f[2]
        f[2] = g
        e[2] = f
    return e


def fold_constants(e):
    if e[0] < ADD:
        return e
    e[1] = fold_constants(e[1])
    e[2] = fold_constants(e[2])
    return fold_node(e)


def evaluate(e):
    tag, f, g = e
    if tag == NUM:
        return f
    if tag == VAR:
        return f * 7 + 3
    return apply(tag, evaluate(f), evaluate(g))


def node_count(e):
    tag, f, g = e
    return 1 if tag < ADD else 1 + node_count(f) + node_count(g)


def main():
    for seed in range(1, 11):
        e = grow(14, seed)
        before = node_count(e)
        expected = evaluate(e)
        size = before + 1
        while node_count(e) < size:
            size = node_count(e)
            e = fold_constants(e)
        print(before, node_count(e), expected, evaluate(e))


main()
