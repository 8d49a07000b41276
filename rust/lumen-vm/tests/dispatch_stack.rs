//! A thousand million dispatches in a stack of 256 KiB: every handler of the threaded engine ends in a jump, none in a call
//! that stays open.

use lumen_lir::{text, verify};
use lumen_runtime::host::MemoryHost;
use lumen_vm::{Engine, Machine, RunOptions, link};

const STACK_BYTES: usize = 256 << 10;

/// Sums 0, 1, … in a loop of four instructions and a call of one more cell.
const LOOP: &str = r#"module "loop"
entry @1
cell @0 "step" (i64, i64) -> i64
  regs i64, i64, i64
  enter 3
  add r2, r0, r1
  ret1 r2
end
cell @1 "main" () -> i64
  regs i64, i64, i64, i64, i64, i64, i64, i64
  enter 8
  ldi r0, 0
  ldi r1, 0
  ldi r2, ROUNDS
L1:
  mov r6, r0
  mov r7, r1
  call r0, r4, @0
  for.lt r1, r2, L1
  ret1 r0
end
"#;

fn sum(engine: Engine, rounds: i64) -> Option<String> {
    let source = LOOP.replace("ROUNDS", &rounds.to_string());
    let module = text::parse(&source).unwrap_or_else(|e| panic!("{e}"));
    let verified = verify(module).unwrap_or_else(|r| panic!("{:?}", r.violations));
    let run = move || {
        let program = link(verified, engine).expect("it links");
        let options = RunOptions::default();
        let host = Box::new(MemoryHost::default());
        let outcome = Machine::new(program, &options, host).expect("a machine").run();
        assert!(outcome.failure.is_none(), "{:?}", outcome.failure);
        outcome.value
    };
    let thread = std::thread::Builder::new().stack_size(STACK_BYTES);
    thread.spawn(run).expect("a thread starts").join().expect("it does not panic")
}

#[test]
fn dispatch_takes_no_stack() {
    // Seven instructions a round.
    let rounds = 145_000_000;
    assert_eq!(sum(Engine::Threaded, rounds), Some((rounds * (rounds - 1) / 2).to_string()));
    let rounds = 2_000_000;
    assert_eq!(sum(Engine::Switch, rounds), Some((rounds * (rounds - 1) / 2).to_string()));
}
