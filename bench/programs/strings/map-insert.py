def main():
    n = 1000000
    m = {}
    r = 42
    for i in range(n):
        r = (r * 1103515245 + 12345) % 2147483648
        m[r] = i
    found = total = 0
    r = 42
    for i in range(n * 2):
        if i % 2 == 0:
            r = (r * 1103515245 + 12345) % 2147483648
            value = m.get(r)
            if value is not None:
                found += 1
                total = (total + value) % 1000007
        elif i in m:
            found += 1
    print(len(m), found, total)
    r = 42
    for i in range(n):
        r = (r * 1103515245 + 12345) % 2147483648
        if i % 3 == 0:
            m.pop(r, None)
        else:
            m[r % 1000] = m.get(r % 1000, 0) + 1
    checksum = 0
    for key, value in m.items():
        checksum = (checksum + key % 1000 * (value % 1000)) % 1000007
    print(len(m), checksum)


main()
