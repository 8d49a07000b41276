def sieve(limit):
    composite = bytearray(limit + 1)
    found = 0
    last = 0
    for i in range(2, limit + 1):
        if not composite[i]:
            found += 1
            last = i
            for k in range(i * i, limit + 1, i):
                composite[k] = 1
    return found, last


for round_number in range(4):
    print(*sieve(4_000_000 + 100_000 * round_number))
