def build(n, seed):
    r = seed
    rows = []
    for _ in range(n):
        row = []
        for _ in range(n):
            r = (r * 3877 + 29573) % 139968
            row.append(r % 1000)
        rows.append(row)
    return rows


def multiply(a, b):
    n = len(a)
    c = []
    for i in range(n):
        row = a[i]
        out = []
        for j in range(n):
            total = 0
            for k in range(n):
                total += row[k] * b[k][j]
            out.append(total % 10007)
        c.append(out)
    return c


def main():
    n = 350
    c = multiply(build(n, 42), build(n, 7))
    trace = checksum = 0
    for i in range(n):
        trace += c[i][i]
        for j in range(n):
            checksum = (checksum * 31 + c[i][j]) % 1_000_003
    print(trace, checksum)


main()
