def best_value(items, capacity):
    best = [0] * (capacity + 1)
    r = 42
    for _ in range(items):
        r = (r * 3877 + 29573) % 139968
        weight = r % 97 + 3
        r = (r * 3877 + 29573) % 139968
        worth = r % 211 + 1
        for room in range(capacity, weight - 1, -1):
            taken = best[room - weight] + worth
            if taken > best[room]:
                best[room] = taken
    return best[capacity]


print(best_value(1500, 15_000))
