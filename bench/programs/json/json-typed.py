import json


def message(n):
    out = []
    for i in range(n):
        active = "true" if i % 3 == 0 else "false"
        out.append(
            f'{{"id":{i},"name":"user \\"{i}\\" of ä\\n","tags":["red","green {i % 7}","blue"],"score":{i % 100}.25,'
            f'"active":{active},"address":{{"city":"Springfield","street":"{i} Main Street","zip":"{10000 + i}"}},'
            f'"parent":null}}'
        )
    return "[" + ",".join(out) + "]"


def main():
    text = message(5000)
    total = 0
    for turn in range(10):
        for user in json.loads(text):
            total += user["id"] + len(user["name"]) + len(user["tags"])
            if user["active"]:
                total += round(user["score"] * 4.0)
            total += len(user["address"]["zip"]) + turn
    print(len(text), total)


main()
