'use strict';
const SOLAR_MASS = 39.47841760435743;
const DAYS = 365.24;

class Body {
  constructor(x, y, z, vx, vy, vz, mass) {
    this.x = x;
    this.y = y;
    this.z = z;
    this.vx = vx;
    this.vy = vy;
    this.vz = vz;
    this.mass = mass;
  }
}

const bodies = [
  new Body(
    0.0,
    0.0,
    0.0,
    0.0,
    0.0,
    0.0,
    SOLAR_MASS,
  ),
  new Body(
    4.84143144246472090,
    -1.16032004402742839,
    -0.103622044471123109,
    0.00166007664274403694 * DAYS,
    0.00769901118419740425 * DAYS,
    -0.0000690460016972063023 * DAYS,
    0.000954791938424326609 * SOLAR_MASS,
  ),
  new Body(
    8.34336671824457987,
    4.12479856412430479,
    -0.403523417114321381,
    -0.00276742510726411145 * DAYS,
    0.00499852801234917238 * DAYS,
    0.0000230417297573763929 * DAYS,
    0.000285885980666130812 * SOLAR_MASS,
  ),
  new Body(
    12.8943695621391310,
    -15.1111514016986312,
    -0.223307578892655734,
    0.00296460137564761618 * DAYS,
    0.00237847173959480950 * DAYS,
    -0.0000296589568540237556 * DAYS,
    0.0000436624404335156298 * SOLAR_MASS,
  ),
  new Body(
    15.3796971148509165,
    -25.9193146099879641,
    0.179258772950371181,
    0.00268067772490389322 * DAYS,
    0.00162824170038242295 * DAYS,
    -0.0000951592254519715870 * DAYS,
    0.0000515138902046611451 * SOLAR_MASS,
  ),
];

function energy() {
  let total = 0.0;
  for (let i = 0; i < bodies.length; i++) {
    const a = bodies[i];
    total += 0.5 * a.mass * (a.vx * a.vx + a.vy * a.vy + a.vz * a.vz);
    for (let j = i + 1; j < bodies.length; j++) {
      const b = bodies[j];
      const dx = a.x - b.x;
      const dy = a.y - b.y;
      const dz = a.z - b.z;
      total -= (a.mass * b.mass) / Math.sqrt(dx * dx + dy * dy + dz * dz);
    }
  }
  return total;
}

function restSun() {
  let px = 0.0;
  let py = 0.0;
  let pz = 0.0;
  for (const body of bodies) {
    px += body.vx * body.mass;
    py += body.vy * body.mass;
    pz += body.vz * body.mass;
  }
  bodies[0].vx = 0.0 - px / SOLAR_MASS;
  bodies[0].vy = 0.0 - py / SOLAR_MASS;
  bodies[0].vz = 0.0 - pz / SOLAR_MASS;
}

function advance(steps, dt) {
  const n = bodies.length;
  for (let s = 0; s < steps; s++) {
    for (let i = 0; i < n; i++) {
      const a = bodies[i];
      for (let j = i + 1; j < n; j++) {
        const b = bodies[j];
        const dx = a.x - b.x;
        const dy = a.y - b.y;
        const dz = a.z - b.z;
        const d2 = dx * dx + dy * dy + dz * dz;
        const mag = dt / (d2 * Math.sqrt(d2));
        const mi = a.mass * mag;
        const mj = b.mass * mag;
        a.vx -= dx * mj;
        a.vy -= dy * mj;
        a.vz -= dz * mj;
        b.vx += dx * mi;
        b.vy += dy * mi;
        b.vz += dz * mi;
      }
    }
    for (let i = 0; i < n; i++) {
      const a = bodies[i];
      a.x += dt * a.vx;
      a.y += dt * a.vy;
      a.z += dt * a.vz;
    }
  }
}

restSun();
console.log(energy().toFixed(9));
advance(250000, 0.01);
console.log(energy().toFixed(9));
