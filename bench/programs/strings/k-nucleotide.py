def sequence(n):
    r, out = 42, []
    for _ in range(n):
        r = (r * 3877 + 29573) % 139968
        out.append("A" if r < 42400 else "C" if r < 70100 else "G" if r < 97700 else "T")
    return "".join(out)


def count_parts(s, width):
    counts = {}
    for i in range(len(s) - width + 1):
        part = s[i:i + width]
        counts[part] = counts.get(part, 0) + 1
    return counts


def frequencies(s, width):
    counts = count_parts(s, width)
    total = len(s) - width + 1
    for part, n in sorted(counts.items(), key=lambda e: (-e[1], e[0])):
        print(f"{part} {n * 100.0 / total:.3f}")
    print()


def main():
    s = sequence(200000)
    frequencies(s, 1)
    frequencies(s, 2)
    for part in ["GGT", "GGTA", "GGTATT", "GGTATTTTAATT", "GGTATTTTAATTTATAGT"]:
        print(count_parts(s, len(part)).get(part, 0), part)


main()
