class Ball:
    __slots__ = ("x", "y", "dx", "dy")

    def __init__(self, x, y, dx, dy):
        self.x, self.y, self.dx, self.dy = x, y, dx, dy

    def bounce(self):
        self.x += self.dx
        self.y += self.dy
        bounced = False
        if self.x > 500:
            self.x, self.dx, bounced = 500, -abs(self.dx), True
        if self.x < 0:
            self.x, self.dx, bounced = 0, abs(self.dx), True
        if self.y > 500:
            self.y, self.dy, bounced = 500, -abs(self.dy), True
        if self.y < 0:
            self.y, self.dy, bounced = 0, abs(self.dy), True
        return bounced


class Random:
    def __init__(self):
        self.seed = 74755

    def next(self):
        self.seed = (self.seed * 1309 + 13849) & 65535
        return self.seed


def simulate():
    r = Random()
    balls = [Ball(r.next() % 500, r.next() % 500, r.next() % 300 - 150, r.next() % 300 - 150) for _ in range(100)]
    bounced = 0
    for _ in range(50):
        for ball in balls:
            bounced += ball.bounce()
    return bounced


total = 0
for _ in range(400):
    total += simulate()
print(total)
