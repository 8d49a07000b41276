class Disk {
  constructor(size) {
    this.size = size;
    this.below = null;
  }
}

class Towers {
  constructor() {
    this.piles = [null, null, null];
    this.moves = 0;
  }
  push(disk, pile) {
    const top = this.piles[pile];
    if (top !== null && disk.size >= top.size) throw new Error(`a disk of ${disk.size} on one of ${top.size}`);
    disk.below = top;
    this.piles[pile] = disk;
  }
  moveTop(from, to) {
    this.moves++;
    const disk = this.piles[from];
    if (disk === null) throw new Error("nothing to move");
    this.piles[from] = disk.below;
    disk.below = null;
    this.push(disk, to);
  }
  moveDisks(n, from, to) {
    if (n === 1) {
      this.moveTop(from, to);
      return;
    }
    const other = 3 - from - to;
    this.moveDisks(n - 1, from, other);
    this.moveTop(from, to);
    this.moveDisks(n - 1, other, to);
  }
}

let total = 0;
for (let k = 0; k < 120; k++) {
  const t = new Towers();
  for (let size = 12; size >= 0; size--) t.push(new Disk(size), 0);
  t.moveDisks(13, 0, 1);
  total += t.moves;
}
console.log(total);
