//! The modules of `tests/lir/run.lir` give their values on both engines, optimised or not; damaged ones do no harm.

use lumen_lir::{INTRINSICS, Module, Op, check, op as opcode_of, opcode_words, opt, text, verify};
use lumen_runtime::host::MemoryHost;
use lumen_vm::{
    Engine, HostFunctions, HostValue, JitOptions, Limits, Machine, Outcome, RunOptions, link_with,
};

/// Title line and module of every part of `run.lir`.
#[expect(clippy::disallowed_methods, reason = "a test reads files of the repository")]
fn modules() -> Vec<(String, Module)> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/lir/run.lir");
    let whole = std::fs::read_to_string(path).expect("the file can be read");
    let parts = whole.split("\nmodule ").map(|part| part.strip_prefix("module ").unwrap_or(part));
    parts
        .map(|part| {
            let source = format!("module {part}\n");
            let title = source.lines().next().unwrap_or_default().to_owned();
            let module = text::parse(&source).unwrap_or_else(|e| panic!("{title}: {e}"));
            (title, module)
        })
        .collect()
}

fn run(module: Module, engine: Engine, instructions: u64) -> Outcome {
    let verified =
        verify(module).unwrap_or_else(|r| panic!("{}: {:?}", r.module.name, r.violations));
    let mut functions = HostFunctions::new();
    functions.add_untyped("length", |args| Ok(HostValue::Int(args.len() as i64)));
    let program = link_with(verified, engine, &functions).expect("it links");
    let limits = Limits {
        memory: 8 << 20,
        stack: 1 << 20,
        instructions: Some(instructions),
        ..Limits::default()
    };
    let host = Box::new(MemoryHost::default());
    // At first sight; left at every safepoint when the number is odd.
    let jit =
        JitOptions { threshold: 1, forced_exits: instructions % 2 == 1, ..JitOptions::default() };
    Machine::new(program, &RunOptions { limits, jit, ..RunOptions::default() }, host)
        .expect("a machine")
        .run()
}

#[test]
fn modules_give_their_values() {
    for (title, module) in modules() {
        let expected = title.split("; value: ").nth(1).map(str::to_owned);
        let mut optimised = module.clone();
        opt::run(&mut optimised);
        for module in [module, optimised] {
            let engines = [
                (Engine::Switch, 10_000_000),
                (Engine::Threaded, 10_000_000),
                (Engine::Jit, 10_000_000),
                (Engine::Jit, 9_999_999),
            ];
            for (engine, instructions) in engines {
                let outcome = run(module.clone(), engine, instructions);
                assert_eq!(
                    outcome.value,
                    expected,
                    "{title}: {engine:?}: {:?}\n{}",
                    outcome.failure,
                    text::print(&module)
                );
                assert_eq!(outcome.leaked, 0, "{title}: {engine:?}");
            }
        }
    }
}

/// A small generator of pseudo-random numbers (xorshift).
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % n.max(1) as u64) as usize
    }
}

/// Changes a few words of a cell.
fn damage(module: &mut Module, random: &mut Random) {
    let cell = random.below(module.cells.len());
    let cell = &mut module.cells[cell];
    let starts = opcode_words(&cell.code);
    for _ in 0..=random.below(2) {
        let at = starts[random.below(starts.len())];
        match random.below(6) {
            5 if matches!(opcode_of(cell.code[at]), Some(Op::Rt | Op::RtT)) => {
                let builtin = random.below(INTRINSICS.len()) as u64;
                cell.code[at] = cell.code[at] & !(0xFFFF << 48) | builtin << 48;
            }
            0 => {
                let shift = 16 * (1 + random.below(3));
                let value = random.below(cell.regs.len() + 1) as u64;
                cell.code[at] = cell.code[at] & !(0xFFFF << shift) | value << shift;
            }
            1 => {
                let other = starts[random.below(starts.len())];
                cell.code.swap(at, other);
            }
            2 => {
                let op = Op::ALL[random.below(Op::ALL.len())];
                cell.code[at] = cell.code[at] & !0xFFFF | op as u64;
            }
            3 => cell.code[at] = 0,
            _ => {
                let other = starts[random.below(starts.len())];
                cell.code[at] = cell.code[other];
            }
        }
    }
}

/// Whatever the verifier accepts neither crashes nor leaks: the assertions of the debug engine watch every instruction.
#[test]
fn what_the_verifier_accepts_does_no_harm() {
    let modules = modules();
    let mut random = Random(0x2545_F491_4F6C_DD1D);
    let mut accepted = 0;
    for _ in 0..30_000 {
        let (title, original) = &modules[random.below(modules.len())];
        let mut module = original.clone();
        damage(&mut module, &mut random);
        if module == *original || !check(&module).is_empty() {
            continue;
        }
        accepted += 1;
        let mut optimised = module.clone();
        opt::run(&mut optimised);
        let shown = text::print(&module);
        let first = run(module.clone(), Engine::Switch, 2_000);
        assert_eq!(first.leaked, 0, "{title}\n{shown}");
        let second = run(module, Engine::Threaded, 2_000);
        assert_eq!((&first.value, second.leaked), (&second.value, 0), "{title}\n{shown}");
        let third = run(optimised, Engine::Switch, 2_000);
        assert_eq!((&first.value, third.leaked), (&third.value, 0), "{title}\n{shown}");
    }
    assert!(accepted > 500, "only {accepted} damaged modules were accepted");
}
