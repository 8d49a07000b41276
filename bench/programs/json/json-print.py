import json


def user(i):
    return {
        "id": i, "name": f'user "{i}" of ä\n', "tags": ["red", f"green {i % 7}", "blue"], "score": i % 100 + 0.25,
        "active": i % 3 == 0,
        "address": {"city": "Springfield", "street": f"{i} Main Street", "zip": f"{10000 + i}"}, "parent": None,
    }


def main():
    users = [user(i) for i in range(5000)]
    total = 0
    for turn in range(10):
        text = json.dumps(users, ensure_ascii=False, separators=(",", ":"))
        total += len(text) + turn
    print(total, len(json.dumps(users, ensure_ascii=False, indent=2)))


main()
