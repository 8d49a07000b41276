class Nothing:
    def weight(self):
        return 1


class Truth:
    __slots__ = ("value",)

    def __init__(self, value):
        self.value = value

    def weight(self):
        return 2 if self.value else 3


class Number:
    __slots__ = ("value",)

    def __init__(self, value):
        self.value = value

    def weight(self):
        return self.value


class Text:
    __slots__ = ("value",)

    def __init__(self, value):
        self.value = value

    def weight(self):
        return len(self.value)


class Items:
    __slots__ = ("values",)

    def __init__(self, values):
        self.values = values

    def weight(self):
        return 5 + sum(value.weight() for value in self.values)


class Fields:
    __slots__ = ("values",)

    def __init__(self, values):
        self.values = values

    def weight(self):
        return 7 + sum(len(key) + value.weight() for key, value in self.values.items())


def document(records):
    parts, random = [], 74755
    for n in range(records):
        random = (random * 1309 + 13849) & 65535
        on = "true" if n % 3 == 0 else "false"
        parts.append(
            f'{{"id": {n}, "name": "record {random}", "on": {on}, "none": null, '
            f'"tags": ["a{n % 7}", "b", []], "at": {{"x": {random}, "y": -{n}}}}}'
        )
    return "[" + ", ".join(parts) + "]"


def skip(text, i):
    while text[i] <= 32:
        i += 1
    return i


def read_string(text, at):
    i = at + 1
    while text[i] != 34:
        i += 1
    return text[at + 1 : i].decode(), i + 1


def read_number(text, i):
    negative = text[i] == 45
    if negative:
        i += 1
    n = 0
    while 48 <= text[i] <= 57:
        n = n * 10 + text[i] - 48
        i += 1
    return Number(-n if negative else n), i


def read_items(text, at):
    values = []
    i = skip(text, at + 1)
    while text[i] != 93:
        value, i = read(text, i)
        values.append(value)
        i = skip(text, i)
        if text[i] == 44:
            i = skip(text, i + 1)
    return Items(values), i + 1


def read_fields(text, at):
    values = {}
    i = skip(text, at + 1)
    while text[i] != 125:
        key, colon = read_string(text, i)
        values[key], i = read(text, skip(text, skip(text, colon) + 1))
        i = skip(text, i)
        if text[i] == 44:
            i = skip(text, i + 1)
    return Fields(values), i + 1


def read(text, at):
    c = text[at]
    if c == 34:
        s, after = read_string(text, at)
        return Text(s), after
    if c == 91:
        return read_items(text, at)
    if c == 123:
        return read_fields(text, at)
    if c == 116:
        return Truth(True), at + 4
    if c == 102:
        return Truth(False), at + 5
    if c == 110:
        return Nothing(), at + 4
    return read_number(text, at)


source = document(2000)
total = 0
for _ in range(10):
    total += read(source.encode(), 0)[0].weight()
print(len(source), total)
