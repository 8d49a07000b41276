VAL, VAR, ADD, MUL, POW, LN = range(6)


# An expression is (tag, first, second).
def val(n):
    return (VAL, n, None)


def int_power(base, exponent):
    return 0 if exponent < 0 else base**exponent


def add_of(f, g):
    f0, f1, f2 = f
    g0, g1, g2 = g
    if f0 == VAL:
        if g0 == VAL:
            return val(f1 + g1)
        if f1 == 0:
            return g
    if g0 == VAL:
        return f if g1 == 0 else add_of(g, f)
    if g0 == ADD and g1[0] == VAL:
        if f0 == VAL:
            return add_of(val(f1 + g1[1]), g2)
        return add_of(g1, add_of(f, g2))
    if f0 == ADD:
        return add_of(f1, add_of(f2, g))
    return (ADD, f, g)


def mul_of(f, g):
    f0, f1, f2 = f
    g0, g1, g2 = g
    if f0 == VAL:
        if g0 == VAL:
            return val(f1 * g1)
        if f1 == 0:
            return f
    if g0 == VAL and g1 == 0:
        return g
    if f0 == VAL and f1 == 1:
        return g
    if g0 == VAL:
        return f if g1 == 1 else mul_of(g, f)
    if g0 == MUL and g1[0] == VAL:
        if f0 == VAL:
            return mul_of(val(f1 * g1[1]), g2)
        return mul_of(g1, mul_of(f, g2))
    if f0 == MUL:
        return mul_of(f1, mul_of(f2, g))
    return (MUL, f, g)


def pow_of(f, g):
    f0, f1, _ = f
    g0, g1, _ = g
    if g0 == VAL:
        if f0 == VAL:
            return val(int_power(f1, g1))
        if g1 == 0:
            return val(1)
        if g1 == 1:
            return f
    if f0 == VAL and f1 == 0:
        return f
    return (POW, f, g)


def ln_of(f):
    return val(0) if f[0] == VAL and f[1] == 1 else (LN, f, None)


def derive(x, e):
    tag, f, g = e
    if tag == VAL:
        return val(0)
    if tag == VAR:
        return val(1 if x == f else 0)
    if tag == ADD:
        return add_of(derive(x, f), derive(x, g))
    if tag == MUL:
        return add_of(mul_of(f, derive(x, g)), mul_of(g, derive(x, f)))
    if tag == POW:
        of_base = mul_of(mul_of(g, derive(x, f)), pow_of(f, val(-1)))
        of_exponent = mul_of(ln_of(f), derive(x, g))
        return mul_of(pow_of(f, g), add_of(of_base, of_exponent))
    return mul_of(derive(x, f), pow_of(f, val(-1)))


def node_count(e):
    tag, f, g = e
    if tag <= VAR:
        return 1
    if tag == LN:
        return node_count(f)
    return node_count(f) + node_count(g)


def main():
    total = 0
    for _ in range(3):
        e = pow_of((VAR, "x", None), (VAR, "x", None))
        for _ in range(8):
            e = derive("x", e)
            total += node_count(e)
    print(total)


main()
