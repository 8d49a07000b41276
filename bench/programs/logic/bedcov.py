SPAN = 4_000_000


def random_intervals(n, seed):
    r = seed
    packed = []
    for _ in range(n):
        r = (r * 3877 + 29573) % 139968
        high = r
        r = (r * 3877 + 29573) % 139968
        packed.append((high * 139968 + r) % SPAN * 1024 + r % 1000 + 1)
    return packed


def build(packed):
    packed.sort()
    n = len(packed)
    starts = [p // 1024 for p in packed]
    ends = [p // 1024 + p % 1024 for p in packed]
    furthest = ends[:]
    last = last_i = 0
    for i in range(0, n, 2):
        last_i = i
        last = ends[i]
    k = 1
    while 1 << k <= n:
        half = 1 << (k - 1)
        for i in range((half << 1) - 1, n, half << 2):
            left = furthest[i - half]
            right = furthest[i + half] if i + half < n else last
            far = ends[i]
            if left > far:
                far = left
            if right > far:
                far = right
            furthest[i] = far
        last_i = last_i - half if (last_i >> k) & 1 else last_i + half
        if last_i < n and furthest[last_i] > last:
            last = furthest[last_i]
        k += 1
    return n, starts, ends, furthest, k - 1


def covered(index, start, to):
    n, starts, ends, furthest, top = index
    stack = [((1 << top) - 1, top, False)]
    total = 0
    reached = start
    while stack:
        x, k, visited = stack.pop()
        if k <= 3:
            first_leaf = x >> k << k
            stop = min(first_leaf + (1 << (k + 1)) - 1, n)
            i = first_leaf
            while i < stop and starts[i] < to:
                if ends[i] > start:
                    a = starts[i] if starts[i] > reached else reached
                    b = ends[i] if ends[i] < to else to
                    if b > a:
                        total += b - a
                        reached = b
                i += 1
        elif not visited:
            left = x - (1 << (k - 1))
            stack.append((x, k, True))
            if left >= n or furthest[left] > start:
                stack.append((left, k - 1, False))
        elif x < n and starts[x] < to:
            if ends[x] > start:
                a = starts[x] if starts[x] > reached else reached
                b = ends[x] if ends[x] < to else to
                if b > a:
                    total += b - a
                    reached = b
            stack.append((x + (1 << (k - 1)), k - 1, False))
    return total


def main():
    index = build(random_intervals(100_000, 42))
    total = most = 0
    for p in random_intervals(200_000, 4711):
        start = p // 1024
        c = covered(index, start, start + p % 1024)
        total += c
        if c > most:
            most = c
    print(total, most)


main()
