def main():
    names = ["Ada", "Bob", "Charlotte", "Dan"]
    length, last = 0, ""
    for i in range(300000):
        name = names[i % 4]
        line = f"{i}: {name} is {i % 90} years old"
        row = f"{name:<10}|{i:>8}|{i / 7:.2f}"
        length += len(line) + len(row)
        last = row
    print(length, last)


main()
