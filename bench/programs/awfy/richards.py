WORKER, HANDLER_A, HANDLER_B, DEVICE_A, DEVICE_B = 1, 2, 3, 4, 5
DEVICE, WORK = 0, 1


class Packet:
    __slots__ = ("link", "to", "kind", "datum", "data")

    def __init__(self, link, to, kind):
        self.link, self.to, self.kind, self.datum, self.data = link, to, kind, 0, [0, 0, 0, 0]


def append(packet, head):
    packet.link = None
    if head is None:
        return packet
    last = head
    while last.link is not None:
        last = last.link
    last.link = packet
    return head


class Task:
    def __init__(self, priority, queue, waiting):
        self.id, self.link = 0, None
        self.priority, self.queue = priority, queue
        self.pending, self.waiting, self.holding = queue is not None, waiting, False


class Idler(Task):
    def __init__(self):
        super().__init__(0, None, False)
        self.control, self.count = 1, 10000

    def run(self, kernel, _):
        self.count -= 1
        if self.count == 0:
            return kernel.hold_self()
        if self.control & 1 == 0:
            self.control //= 2
            return kernel.release(DEVICE_A)
        self.control = (self.control // 2) ^ 53256
        return kernel.release(DEVICE_B)


class Worker(Task):
    def __init__(self, priority, queue):
        super().__init__(priority, queue, True)
        self.to, self.count = HANDLER_A, 0

    def run(self, kernel, work):
        if work is None:
            return kernel.wait_self()
        self.to = HANDLER_B if self.to == HANDLER_A else HANDLER_A
        work.to, work.datum = self.to, 0
        for i in range(4):
            self.count += 1
            if self.count > 26:
                self.count = 1
            work.data[i] = 64 + self.count
        return kernel.queue_packet(work)


class Handler(Task):
    def __init__(self, priority, queue):
        super().__init__(priority, queue, True)
        self.work, self.device = None, None

    def run(self, kernel, packet):
        if packet is not None:
            if packet.kind == WORK:
                self.work = append(packet, self.work)
            else:
                self.device = append(packet, self.device)
        work = self.work
        if work is not None:
            count = work.datum
            if count >= 4:
                self.work = work.link
                return kernel.queue_packet(work)
            device = self.device
            if device is not None:
                self.device = device.link
                device.datum = work.data[count]
                work.datum = count + 1
                return kernel.queue_packet(device)
        return kernel.wait_self()


class Device(Task):
    def __init__(self, priority):
        super().__init__(priority, None, True)
        self.served = None

    def run(self, kernel, work):
        if work is not None:
            self.served = work
            return kernel.hold_self()
        served = self.served
        if served is None:
            return kernel.wait_self()
        self.served = None
        return kernel.queue_packet(served)


class Kernel:
    def __init__(self):
        self.tasks, self.current, self.queued, self.held = [], None, 0, 0

    def add(self, task):
        task.id, task.link = len(self.tasks), self.current
        self.tasks.append(task)
        self.current = task

    def hold_self(self):
        self.held += 1
        self.current.holding = True
        return self.current.link

    def wait_self(self):
        self.current.waiting = True
        return self.current

    def release(self, number):
        task = self.tasks[number]
        task.holding = False
        return task if task.priority > self.current.priority else self.current

    def queue_packet(self, packet):
        task = self.tasks[packet.to]
        self.queued += 1
        packet.link, packet.to = None, self.current.id
        if task.queue is not None:
            append(packet, task.queue)
            return self.current
        task.queue, task.pending = packet, True
        return task if task.priority > self.current.priority else self.current

    def run_task(self):
        task, message = self.current, None
        if task.pending and task.waiting and not task.holding:
            message = task.queue
            task.queue = message.link
            task.waiting = False
            task.pending = task.queue is not None
        return task.run(self, message)

    def schedule(self):
        while self.current is not None:
            task = self.current
            if task.holding or (task.waiting and not task.pending):
                self.current = task.link
            else:
                self.current = self.run_task()


def devices(to):
    return Packet(Packet(Packet(None, to, DEVICE), to, DEVICE), to, DEVICE)


good = 0
for _ in range(10):
    kernel = Kernel()
    kernel.add(Idler())
    kernel.add(Worker(1000, Packet(Packet(None, WORKER, WORK), WORKER, WORK)))
    kernel.add(Handler(2000, devices(DEVICE_A)))
    kernel.add(Handler(3000, devices(DEVICE_B)))
    kernel.add(Device(4000))
    kernel.add(Device(5000))
    kernel.schedule()
    good += kernel.queued == 23246 and kernel.held == 9297
print(good)
