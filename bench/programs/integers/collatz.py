def chain_length(n):
    steps = 1
    while n != 1:
        n = n // 2 if n % 2 == 0 else 3 * n + 1
        steps += 1
    return steps


def main():
    best = longest = total = 0
    for start in range(1, 400_000):
        steps = chain_length(start)
        total += steps
        if steps > longest:
            longest = steps
            best = start
    print(best, longest, total)


main()
