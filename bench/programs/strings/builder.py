def main():
    total = 0
    for round in range(5):
        pieces = []
        for i in range(100000):
            pieces.append("item" + str(i * 7 % 1000) + ";")
        s = "".join(pieces)
        parts = s.split(";")
        kept = []
        for part in parts:
            if part.endswith("7") or part.startswith("item1"):
                kept.append(part.upper())
        joined = ", ".join(kept)
        changed = joined.replace("ITEM", "x")
        commas = 0
        for c in changed:
            if c == ",":
                commas += 1
        at = changed.find("x999")
        total += len(s) + len(parts) + len(joined) + len(changed) + commas + (round if at < 0 else at)
    print(total)


main()
