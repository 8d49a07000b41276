def build(n):
    scale = 1.0 / n / n
    return [[scale * ((i - j) * (i + j)) for j in range(n)] for i in range(n)]


def transpose(m, n):
    return [[m[i][j] for i in range(n)] for j in range(n)]


def multiply(a, b, n):
    columns = transpose(b, n)
    c = []
    for row in a:
        out = []
        for column in columns:
            total = 0.0
            for k in range(n):
                total += row[k] * column[k]
            out.append(total)
        c.append(out)
    return c


def main():
    n = 360
    c = multiply(build(n), build(n), n)
    trace = 0.0
    for i in range(n):
        trace += c[i][i]
    print(f"{c[n // 2][n // 2]:.9f} {trace:.9f}")


main()
