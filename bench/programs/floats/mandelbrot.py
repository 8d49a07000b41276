def escape(cr, ci, limit):
    zr = zi = 0.0
    steps = 0
    while steps < limit:
        rr = zr * zr
        ii = zi * zi
        if rr + ii > 4.0:
            break
        zi = 2.0 * zr * zi + ci
        zr = rr - ii + cr
        steps += 1
    return steps


def main():
    n = 800
    limit = 100
    inside = total = 0
    for y in range(n):
        ci = 2.0 * y / n - 1.0
        for x in range(n):
            cr = 2.0 * x / n - 1.5
            steps = escape(cr, ci, limit)
            total += steps
            if steps == limit:
                inside += 1
    print(inside, total)


main()
