def fannkuch(n):
    perm1 = list(range(n))
    count = [0] * n
    max_flips = checksum = nperm = 0
    r = n
    while True:
        while r != 1:
            count[r - 1] = r
            r -= 1
        perm = perm1[:]
        flips = 0
        k = perm[0]
        while k != 0:
            lo, hi = 0, k
            while lo < hi:
                perm[lo], perm[hi] = perm[hi], perm[lo]
                lo += 1
                hi -= 1
            flips += 1
            k = perm[0]
        if flips > max_flips:
            max_flips = flips
        if nperm % 2 == 0:
            checksum += flips
        else:
            checksum -= flips
        while True:
            if r == n:
                return checksum, max_flips
            front = perm1[0]
            for i in range(r):
                perm1[i] = perm1[i + 1]
            perm1[r] = front
            count[r] -= 1
            if count[r] > 0:
                break
            r += 1
        nperm += 1


n = 10
checksum, flips = fannkuch(n)
print(checksum)
print(f"Pfannkuchen({n}) = {flips}")
