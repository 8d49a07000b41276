#include <math.h>
#include <stdio.h>

#define N 5
#define SOLAR_MASS 39.47841760435743
#define DAYS 365.24

typedef struct { double x, y, z, vx, vy, vz, mass; } Body;

static Body bodies[N] = {
  {0, 0, 0, 0, 0, 0, SOLAR_MASS},
  {4.84143144246472090, -1.16032004402742839, -0.103622044471123109,
   0.00166007664274403694 * DAYS, 0.00769901118419740425 * DAYS, -0.0000690460016972063023 * DAYS,
   0.000954791938424326609 * SOLAR_MASS},
  {8.34336671824457987, 4.12479856412430479, -0.403523417114321381,
   -0.00276742510726411145 * DAYS, 0.00499852801234917238 * DAYS, 0.0000230417297573763929 * DAYS,
   0.000285885980666130812 * SOLAR_MASS},
  {12.8943695621391310, -15.1111514016986312, -0.223307578892655734,
   0.00296460137564761618 * DAYS, 0.00237847173959480950 * DAYS, -0.0000296589568540237556 * DAYS,
   0.0000436624404335156298 * SOLAR_MASS},
  {15.3796971148509165, -25.9193146099879641, 0.179258772950371181,
   0.00268067772490389322 * DAYS, 0.00162824170038242295 * DAYS, -0.0000951592254519715870 * DAYS,
   0.0000515138902046611451 * SOLAR_MASS},
};

static double energy(void) {
  double total = 0.0;
  for (int i = 0; i < N; i++) {
    const Body *a = &bodies[i];
    total += 0.5 * a->mass * (a->vx * a->vx + a->vy * a->vy + a->vz * a->vz);
    for (int j = i + 1; j < N; j++) {
      const Body *b = &bodies[j];
      double dx = a->x - b->x, dy = a->y - b->y, dz = a->z - b->z;
      total -= a->mass * b->mass / sqrt(dx * dx + dy * dy + dz * dz);
    }
  }
  return total;
}

static void rest_sun(void) {
  double px = 0.0, py = 0.0, pz = 0.0;
  for (int i = 0; i < N; i++) {
    px += bodies[i].vx * bodies[i].mass;
    py += bodies[i].vy * bodies[i].mass;
    pz += bodies[i].vz * bodies[i].mass;
  }
  bodies[0].vx = 0.0 - px / SOLAR_MASS;
  bodies[0].vy = 0.0 - py / SOLAR_MASS;
  bodies[0].vz = 0.0 - pz / SOLAR_MASS;
}

static void advance(int steps, double dt) {
  for (int s = 0; s < steps; s++) {
    for (int i = 0; i < N; i++) {
      Body *a = &bodies[i];
      for (int j = i + 1; j < N; j++) {
        Body *b = &bodies[j];
        double dx = a->x - b->x, dy = a->y - b->y, dz = a->z - b->z;
        double d2 = dx * dx + dy * dy + dz * dz;
        double mag = dt / (d2 * sqrt(d2));
        double mi = a->mass * mag, mj = b->mass * mag;
        a->vx -= dx * mj;
        a->vy -= dy * mj;
        a->vz -= dz * mj;
        b->vx += dx * mi;
        b->vy += dy * mi;
        b->vz += dz * mi;
      }
    }
    for (int i = 0; i < N; i++) {
      Body *a = &bodies[i];
      a->x += dt * a->vx;
      a->y += dt * a->vy;
      a->z += dt * a->vz;
    }
  }
}

int main(void) {
  rest_sun();
  printf("%.9f\n", energy());
  advance(250000, 0.01);
  printf("%.9f\n", energy());
  return 0;
}
