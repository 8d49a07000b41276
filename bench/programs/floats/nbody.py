from math import sqrt

SOLAR_MASS = 39.47841760435743
DAYS = 365.24


class Body:
    __slots__ = ("x", "y", "z", "vx", "vy", "vz", "mass")

    def __init__(self, x, y, z, vx, vy, vz, mass):
        self.x, self.y, self.z = x, y, z
        self.vx, self.vy, self.vz = vx, vy, vz
        self.mass = mass


bodies = [
    Body(
        0.0,
        0.0,
        0.0,
        0.0,
        0.0,
        0.0,
        SOLAR_MASS,
    ),
    Body(
        4.84143144246472090,
        -1.16032004402742839,
        -0.103622044471123109,
        0.00166007664274403694 * DAYS,
        0.00769901118419740425 * DAYS,
        -0.0000690460016972063023 * DAYS,
        0.000954791938424326609 * SOLAR_MASS,
    ),
    Body(
        8.34336671824457987,
        4.12479856412430479,
        -0.403523417114321381,
        -0.00276742510726411145 * DAYS,
        0.00499852801234917238 * DAYS,
        0.0000230417297573763929 * DAYS,
        0.000285885980666130812 * SOLAR_MASS,
    ),
    Body(
        12.8943695621391310,
        -15.1111514016986312,
        -0.223307578892655734,
        0.00296460137564761618 * DAYS,
        0.00237847173959480950 * DAYS,
        -0.0000296589568540237556 * DAYS,
        0.0000436624404335156298 * SOLAR_MASS,
    ),
    Body(
        15.3796971148509165,
        -25.9193146099879641,
        0.179258772950371181,
        0.00268067772490389322 * DAYS,
        0.00162824170038242295 * DAYS,
        -0.0000951592254519715870 * DAYS,
        0.0000515138902046611451 * SOLAR_MASS,
    ),
]


def energy():
    total = 0.0
    for i, a in enumerate(bodies):
        total += 0.5 * a.mass * (a.vx * a.vx + a.vy * a.vy + a.vz * a.vz)
        for b in bodies[i + 1 :]:
            dx, dy, dz = a.x - b.x, a.y - b.y, a.z - b.z
            total -= a.mass * b.mass / sqrt(dx * dx + dy * dy + dz * dz)
    return total


def rest_sun():
    px = py = pz = 0.0
    for body in bodies:
        px += body.vx * body.mass
        py += body.vy * body.mass
        pz += body.vz * body.mass
    sun = bodies[0]
    sun.vx = 0.0 - px / SOLAR_MASS
    sun.vy = 0.0 - py / SOLAR_MASS
    sun.vz = 0.0 - pz / SOLAR_MASS


def advance(steps, dt):
    pairs = [(a, b) for i, a in enumerate(bodies) for b in bodies[i + 1 :]]
    for _ in range(steps):
        for a, b in pairs:
            dx = a.x - b.x
            dy = a.y - b.y
            dz = a.z - b.z
            d2 = dx * dx + dy * dy + dz * dz
            mag = dt / (d2 * sqrt(d2))
            mi = a.mass * mag
            mj = b.mass * mag
            a.vx -= dx * mj
            a.vy -= dy * mj
            a.vz -= dz * mj
            b.vx += dx * mi
            b.vy += dy * mi
            b.vz += dz * mi
        for a in bodies:
            a.x += dt * a.vx
            a.y += dt * a.vy
            a.z += dt * a.vz


rest_sun()
print(f"{energy():.9f}")
advance(250_000, 0.01)
print(f"{energy():.9f}")
