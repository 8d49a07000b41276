class Ball {
  constructor(x, y, dx, dy) {
    this.x = x;
    this.y = y;
    this.dx = dx;
    this.dy = dy;
  }
  bounce() {
    this.x += this.dx;
    this.y += this.dy;
    let bounced = false;
    if (this.x > 500) {
      this.x = 500;
      this.dx = 0 - Math.abs(this.dx);
      bounced = true;
    }
    if (this.x < 0) {
      this.x = 0;
      this.dx = Math.abs(this.dx);
      bounced = true;
    }
    if (this.y > 500) {
      this.y = 500;
      this.dy = 0 - Math.abs(this.dy);
      bounced = true;
    }
    if (this.y < 0) {
      this.y = 0;
      this.dy = Math.abs(this.dy);
      bounced = true;
    }
    return bounced;
  }
}

let random;
function next() {
  random = (random * 1309 + 13849) & 65535;
  return random;
}

function simulate() {
  random = 74755;
  const balls = [];
  for (let i = 0; i < 100; i++) balls.push(new Ball(next() % 500, next() % 500, (next() % 300) - 150, (next() % 300) - 150));
  let bounced = 0;
  for (let step = 0; step < 50; step++) {
    for (const ball of balls) if (ball.bounce()) bounced++;
  }
  return bounced;
}

let total = 0;
for (let k = 0; k < 400; k++) total += simulate();
console.log(total);
