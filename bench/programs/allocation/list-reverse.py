class Link:
    __slots__ = ("head", "rest")

    def __init__(self, head, rest):
        self.head = head
        self.rest = rest


def build(n):
    chain = None
    for i in range(n):
        chain = Link(i % 1000, chain)
    return chain


def reverse_onto(chain, done):
    while chain is not None:
        rest = chain.rest
        chain.rest = done
        done = chain
        chain = rest
    return done


def add_onto(chain, amount, done):
    while chain is not None:
        rest = chain.rest
        chain.head += amount
        chain.rest = done
        done = chain
        chain = rest
    return done


def total_of(chain):
    total = 0
    while chain is not None:
        total += chain.head
        chain = chain.rest
    return total


def main():
    total = 0
    for round_number in range(40):
        chain = build(40_000)
        for _ in range(5):
            chain = reverse_onto(chain, None)
            chain = add_onto(chain, round_number, None)
        total += total_of(chain)
        while chain is not None:  # taken apart link by link: freeing a long chain recurses in CPython
            chain = chain.rest
    print(total)


main()
