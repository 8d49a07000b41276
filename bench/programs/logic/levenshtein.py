def letters(n, seed):
    r = seed
    out = []
    for _ in range(n):
        r = (r * 3877 + 29573) % 139968
        out.append(r * 4 // 139968)
    return out


def distance(a, b):
    n = len(b)
    previous = list(range(n + 1))
    current = [0] * (n + 1)
    for i in range(len(a)):
        current[0] = i + 1
        x = a[i]
        for j in range(n):
            best = previous[j] if x == b[j] else previous[j] + 1
            if previous[j + 1] + 1 < best:
                best = previous[j + 1] + 1
            if current[j] + 1 < best:
                best = current[j] + 1
            current[j + 1] = best
        previous, current = current, previous
    return previous[n]


print(distance(letters(3500, 42), letters(3400, 1234)))
