def text(lines):
    parts, r, out = ["ka", "lo", "mi", "ne", "tu", "sa", "ri", "Vo"], 42, []
    for _ in range(lines):
        for word in range(10):
            r = (r * 3877 + 29573) % 139968
            n = r % 3 + 1
            if word > 0:
                out.append(" ")
            for _ in range(n):
                r = (r * 3877 + 29573) % 139968
                out.append(parts[r // 17496])
        out.append(",\n")
    return "".join(out)


def main():
    counts = {}
    for line in text(20000).splitlines():
        for word in line.split(" "):
            key = word.replace(",", "").lower()
            counts[key] = counts.get(key, 0) + 1
    ranked = sorted(counts.items(), key=lambda e: (-e[1], e[0]))
    print(len(ranked))
    for word, n in ranked[:20]:
        print(word, n)


main()
