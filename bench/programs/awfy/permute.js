class State {
  constructor() {
    this.list = [0, 1, 2, 3, 4, 5];
    this.count = 0;
  }
  exchange(i, j) {
    const kept = this.list[i];
    this.list[i] = this.list[j];
    this.list[j] = kept;
  }
  permute(n) {
    this.count++;
    if (n === 0) return;
    this.permute(n - 1);
    for (let i = n - 1; i >= 0; i--) {
      this.exchange(n - 1, i);
      this.permute(n - 1);
      this.exchange(n - 1, i);
    }
  }
}

let total = 0;
for (let k = 0; k < 200; k++) {
  const s = new State();
  s.permute(6);
  if (s.list.join() !== "0,1,2,3,4,5") throw new Error("wrong");
  total += s.count;
}
console.log(total);
