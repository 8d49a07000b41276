//! Times hand-written LIR programs.
use lumen_lir::*;
use lumen_vm::*;
fn main() {
    let mut mb = ModuleBuilder::new("bench");
    let fib = mb.reserve_cell();
    let mut b = CellBuilder::new("fib");
    let n = b.param(Repr::I64, Passing::Owned);
    b.set_results(vec![Repr::I64]);
    let t = b.new_reg(Repr::I64);
    let w = b.new_window([Repr::I64; 3]);
    b.emit(Op::Enter, 5, 0, 0);
    let l = b.new_label();
    b.branch(Op::JGeI, n, 2, l);
    b.emit(Op::Ret1, n, 0, 0);
    b.bind(l);
    b.emit(Op::AddI, w + 2, n, -1i16 as u16);
    b.emit(Op::Call, t, w, fib.0 as u16);
    b.emit(Op::AddI, w + 2, n, -2i16 as u16);
    b.emit(Op::Call, w, w, fib.0 as u16);
    b.emit(Op::Add, t, t, w);
    b.emit(Op::Ret1, t, 0, 0);
    mb.define_cell(fib, b.finish().unwrap());
    let mut m = CellBuilder::new("main");
    m.set_results(vec![Repr::I64]);
    let w = m.new_window([Repr::I64; 3]);
    m.emit(Op::Enter, 3, 0, 0);
    m.emit_imm(Op::LdI, w + 2, 35);
    m.emit(Op::Call, w, w, fib.0 as u16);
    m.emit(Op::Ret1, w, 0, 0);
    let main = mb.add_cell(m.finish().unwrap());
    let mut m = CellBuilder::new("loop");
    m.set_results(vec![Repr::I64]);
    let w = m.new_window([Repr::I64; 3]);
    m.emit(Op::Enter, 3, 0, 0);
    m.emit_imm(Op::LdI, w, 0);
    m.emit_imm(Op::LdI, w + 1, 0);
    m.emit_imm(Op::LdI, w + 2, 200_000_000);
    let l = m.label_here();
    m.emit(Op::Add, w, w, w + 1);
    m.branch(Op::ForLt, w + 1, w + 2, l);
    m.emit(Op::Ret1, w, 0, 0);
    let lp = mb.add_cell(m.finish().unwrap());
    let module = mb.finish();
    for engine in [Engine::Threaded, Engine::Switch] {
        for (name, entry) in [("fib35", main), ("loop", lp)] {
            let mut module = module.clone();
            module.entry = Some(entry);
            let p = link(pending::Verified(module), engine).unwrap();
            let t = std::time::Instant::now();
            let o = Machine::new(p, &RunOptions::default()).unwrap().run();
            println!("{engine:?} {name} {:?} {:?} {:?}", o.value, t.elapsed(), o.failure);
        }
    }
}
