def count_primes(limit):
    bits = [0xFFFFFFFF] * (limit // 32 + 1)
    found = 0
    for i in range(2, limit + 1):
        if (bits[i >> 5] >> (i & 31)) & 1:
            found += 1
            for k in range(i + i, limit + 1, i):
                bits[k >> 5] &= ~(1 << (k & 31))
    return found


for shift in range(3):
    limit = 5_120_000 >> shift
    print(f"Primes up to {limit}: {count_primes(limit)}")
