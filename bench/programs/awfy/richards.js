const WORKER = 1, HANDLER_A = 2, HANDLER_B = 3, DEVICE_A = 4, DEVICE_B = 5;
const DEVICE = 0, WORK = 1;

class Packet {
  constructor(link, to, kind) {
    this.link = link;
    this.to = to;
    this.kind = kind;
    this.datum = 0;
    this.data = [0, 0, 0, 0];
  }
}

function append(packet, head) {
  packet.link = null;
  if (head === null) return packet;
  let last = head;
  while (last.link !== null) last = last.link;
  last.link = packet;
  return head;
}

class Task {
  constructor(priority, input, waiting) {
    this.id = 0;
    this.link = null;
    this.priority = priority;
    this.input = input;
    this.pending = input !== null;
    this.waiting = waiting;
    this.holding = false;
  }
}

class Idler extends Task {
  constructor() {
    super(0, null, false);
    this.control = 1;
    this.count = 10000;
  }
  run(kernel) {
    this.count--;
    if (this.count === 0) return kernel.holdSelf();
    if ((this.control & 1) === 0) {
      this.control >>= 1;
      return kernel.release(DEVICE_A);
    }
    this.control = (this.control >> 1) ^ 53256;
    return kernel.release(DEVICE_B);
  }
}

class Worker extends Task {
  constructor(priority, input) {
    super(priority, input, true);
    this.to = HANDLER_A;
    this.count = 0;
  }
  run(kernel, work) {
    if (work === null) return kernel.waitSelf();
    this.to = this.to === HANDLER_A ? HANDLER_B : HANDLER_A;
    work.to = this.to;
    work.datum = 0;
    for (let i = 0; i < 4; i++) {
      this.count++;
      if (this.count > 26) this.count = 1;
      work.data[i] = 64 + this.count;
    }
    return kernel.queuePacket(work);
  }
}

class Handler extends Task {
  constructor(priority, input) {
    super(priority, input, true);
    this.work = null;
    this.device = null;
  }
  run(kernel, packet) {
    if (packet !== null) {
      if (packet.kind === WORK) this.work = append(packet, this.work);
      else this.device = append(packet, this.device);
    }
    const work = this.work;
    if (work !== null) {
      const count = work.datum;
      if (count >= 4) {
        this.work = work.link;
        return kernel.queuePacket(work);
      }
      const device = this.device;
      if (device !== null) {
        this.device = device.link;
        device.datum = work.data[count];
        work.datum = count + 1;
        return kernel.queuePacket(device);
      }
    }
    return kernel.waitSelf();
  }
}

class Device extends Task {
  constructor(priority) {
    super(priority, null, true);
    this.served = null;
  }
  run(kernel, work) {
    if (work !== null) {
      this.served = work;
      return kernel.holdSelf();
    }
    const served = this.served;
    if (served === null) return kernel.waitSelf();
    this.served = null;
    return kernel.queuePacket(served);
  }
}

class Kernel {
  constructor() {
    this.tasks = [];
    this.current = null;
    this.queued = 0;
    this.held = 0;
  }
  add(task) {
    task.id = this.tasks.length;
    task.link = this.current;
    this.tasks.push(task);
    this.current = task;
  }
  holdSelf() {
    this.held++;
    this.current.holding = true;
    return this.current.link;
  }
  waitSelf() {
    this.current.waiting = true;
    return this.current;
  }
  release(id) {
    const task = this.tasks[id];
    task.holding = false;
    return task.priority > this.current.priority ? task : this.current;
  }
  queuePacket(packet) {
    const task = this.tasks[packet.to];
    this.queued++;
    packet.link = null;
    packet.to = this.current.id;
    if (task.input !== null) {
      append(packet, task.input);
      return this.current;
    }
    task.input = packet;
    task.pending = true;
    return task.priority > this.current.priority ? task : this.current;
  }
  runTask() {
    const task = this.current;
    let message = null;
    if (task.pending && task.waiting && !task.holding) {
      message = task.input;
      task.input = message.link;
      task.waiting = false;
      task.pending = task.input !== null;
    }
    return task.run(this, message);
  }
  schedule() {
    while (this.current !== null) {
      const task = this.current;
      if (task.holding || (task.waiting && !task.pending)) this.current = task.link;
      else this.current = this.runTask();
    }
  }
}

const devices = (to) => new Packet(new Packet(new Packet(null, to, DEVICE), to, DEVICE), to, DEVICE);

let good = 0;
for (let k = 0; k < 10; k++) {
  const kernel = new Kernel();
  kernel.add(new Idler());
  kernel.add(new Worker(1000, new Packet(new Packet(null, WORKER, WORK), WORKER, WORK)));
  kernel.add(new Handler(2000, devices(DEVICE_A)));
  kernel.add(new Handler(3000, devices(DEVICE_B)));
  kernel.add(new Device(4000));
  kernel.add(new Device(5000));
  kernel.schedule();
  if (kernel.queued === 23246 && kernel.held === 9297) good++;
}
console.log(good);
