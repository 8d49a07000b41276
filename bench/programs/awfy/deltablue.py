REQUIRED, PREFERRED, STRONG_DEFAULT, NORMAL, WEAKEST = 0, 2, 3, 4, 6
FORWARD, NOWHERE, BACKWARD = 1, 0, -1


class Planner:
    mark = 0


class Variable:
    __slots__ = ("value", "constraints", "determined_by", "mark", "strength", "stay")

    def __init__(self, value):
        self.value, self.constraints, self.determined_by = value, [], None
        self.mark, self.strength, self.stay = 0, WEAKEST, True

    def connect(self, c):
        self.constraints.append(c)

    def disconnect(self, c):
        self.constraints = [other for other in self.constraints if other is not c]
        if self.determined_by is c:
            self.determined_by = None

    def is_known(self, mark):
        return self.mark == mark or self.stay or self.determined_by is None


class Unary:
    __slots__ = ("is_edit", "strength", "to", "direction")

    def __init__(self, is_edit, strength, to):
        self.is_edit, self.strength, self.to, self.direction = is_edit, strength, to, NOWHERE

    def choose(self, mark):
        self.direction = FORWARD if self.to.mark != mark and self.strength < self.to.strength else NOWHERE

    def output(self):
        return self.to

    def mark_inputs(self, mark):
        pass

    def inputs_known(self, mark):
        return True

    def execute(self):
        pass

    def recalculate(self):
        self.to.strength = self.strength
        self.to.stay = not self.is_edit

    def add_to_graph(self):
        self.to.connect(self)

    def remove_from_graph(self):
        self.to.disconnect(self)
        self.direction = NOWHERE


class Binary:
    def __init__(self, strength, source, to):
        self.strength, self.source, self.to, self.direction = strength, source, to, NOWHERE

    def choose(self, mark):
        source, to = self.source, self.to
        forward = FORWARD if self.strength < to.strength else NOWHERE
        backward = BACKWARD if self.strength < source.strength else NOWHERE
        if source.mark == mark:
            self.direction = forward if to.mark != mark else NOWHERE
        elif to.mark == mark:
            self.direction = backward
        else:
            self.direction = backward if source.strength > to.strength else forward

    def output(self):
        return self.to if self.direction == FORWARD else self.source

    def input(self):
        return self.source if self.direction == FORWARD else self.to

    def mark_inputs(self, mark):
        self.input().mark = mark

    def add_to_graph(self):
        self.source.connect(self)
        self.to.connect(self)

    def remove_from_graph(self):
        self.to.disconnect(self)
        self.source.disconnect(self)
        self.direction = NOWHERE


class Equal(Binary):
    def inputs_known(self, mark):
        return self.input().is_known(mark)

    def execute(self):
        self.output().value = self.input().value

    def recalculate(self):
        source, out = self.input(), self.output()
        out.strength = max(self.strength, source.strength)
        out.stay = source.stay
        if out.stay:
            self.execute()


class Scale(Binary):
    def __init__(self, strength, source, to, scale, offset):
        super().__init__(strength, source, to)
        self.scale, self.offset = scale, offset

    def mark_inputs(self, mark):
        super().mark_inputs(mark)
        self.scale.mark = self.offset.mark = mark

    def inputs_known(self, mark):
        return self.input().is_known(mark) and self.scale.is_known(mark) and self.offset.is_known(mark)

    def execute(self):
        if self.direction == FORWARD:
            self.to.value = self.source.value * self.scale.value + self.offset.value
        else:
            self.source.value = (self.to.value - self.offset.value) // self.scale.value

    def recalculate(self):
        source, out = self.input(), self.output()
        out.strength = max(self.strength, source.strength)
        out.stay = source.stay and self.scale.stay and self.offset.stay
        if out.stay:
            self.execute()

    def add_to_graph(self):
        super().add_to_graph()
        self.scale.connect(self)
        self.offset.connect(self)

    def remove_from_graph(self):
        super().remove_from_graph()
        self.scale.disconnect(self)
        self.offset.disconnect(self)


def consuming(v, found):
    by = v.determined_by
    for c in v.constraints:
        if c is not by and c.direction != NOWHERE:
            found.append(c)


def add_propagate(c, mark):
    todo = [c]
    while todo:
        d = todo.pop()
        out = d.output()
        assert out.mark != mark, "a cycle"
        d.recalculate()
        consuming(out, todo)


def incremental_add(c):
    Planner.mark += 1
    mark = Planner.mark
    while c is not None:
        c.choose(mark)
        overridden = None
        if c.direction != NOWHERE:
            c.mark_inputs(mark)
            out = c.output()
            overridden = out.determined_by
            if overridden is not None:
                overridden.direction = NOWHERE
            out.determined_by = c
            add_propagate(c, mark)
            out.mark = mark
        else:
            assert c.strength != REQUIRED, "a required constraint fails"
        c = overridden


def incremental_remove(c):
    out = c.output()
    c.direction = NOWHERE
    c.remove_from_graph()
    out.determined_by, out.strength, out.stay = None, WEAKEST, True
    unsatisfied, todo = [], [out]
    while todo:
        v = todo.pop()
        unsatisfied += [d for d in v.constraints if d.direction == NOWHERE]
        by = v.determined_by
        for d in v.constraints:
            if d is not by and d.direction != NOWHERE:
                d.recalculate()
                todo.append(d.output())
    for strength in range(REQUIRED, WEAKEST):
        for d in unsatisfied:
            if d.strength == strength:
                incremental_add(d)


def constrain(c):
    c.add_to_graph()
    incremental_add(c)
    return c


def make_plan(source):
    Planner.mark += 1
    mark, plan = Planner.mark, []
    todo = [source] if source.direction != NOWHERE else []
    while todo:
        c = todo.pop()
        out = c.output()
        if out.mark != mark and c.inputs_known(mark):
            plan.append(c)
            out.mark = mark
            consuming(out, todo)
    return plan


def change(v, value):
    edit = constrain(Unary(True, PREFERRED, v))
    plan = make_plan(edit)
    for _ in range(10):
        v.value = value
        for c in plan:
            c.execute()
    if edit.direction != NOWHERE:
        incremental_remove(edit)
    else:
        edit.remove_from_graph()


def chain(n):
    Planner.mark = 0
    first = last = Variable(0)
    for _ in range(n):
        v = Variable(0)
        constrain(Equal(REQUIRED, last, v))
        last = v
    constrain(Unary(False, STRONG_DEFAULT, last))
    plan = make_plan(constrain(Unary(True, PREFERRED, first)))
    for value in range(100):
        first.value = value
        for c in plan:
            c.execute()
        assert last.value == value, "the chain"


def projection(n):
    Planner.mark = 0
    scale, offset, targets = Variable(10), Variable(1000), []
    for i in range(n):
        source, target = Variable(i), Variable(i)
        targets.append(target)
        constrain(Unary(False, NORMAL, source))
        constrain(Scale(REQUIRED, source, target, scale, offset))
    change(source, 17)
    assert target.value == 1170, "forward"
    change(target, 1050)
    assert source.value == 5, "backward"
    change(scale, 5)
    assert all(targets[i].value == i * 5 + 1000 for i in range(n - 1)), "scale"
    change(offset, 2000)
    assert all(targets[i].value == i * 5 + 2000 for i in range(n - 1)), "offset"


for _ in range(4):
    chain(2000)
    projection(2000)
print("solved")
