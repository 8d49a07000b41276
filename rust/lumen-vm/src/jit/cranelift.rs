//! LIR → machine code, through Cranelift.
//!
//! Input → output: a cell of a linked program → its native code, and an entry for the interpreter; or a place in a cell
//! → an entry there.
//!
//! A *body* takes register 0's address, the fuel and the cell's arguments, and gives a status and the first result; a
//! second result goes through the task. An *entry* takes register 0's address and the fuel, finds everything else in the
//! frame, and puts results into the task. All of them keep the task's address in the pinned register, which the
//! *trampoline*, through which the interpreter enters, sets and restores.
//!
//! Each compilation is a module of its own: code is never changed, and all of it is freed with the compiler.

#![expect(unsafe_code, reason = "frees code, and turns addresses into functions")]

mod blocks;
mod branches;
mod calls;
mod choose;
mod counts;
mod emit;
mod fill;
mod inline;
mod lists;
mod objects;
mod rows;
mod scalars;
mod translate;

use super::plan::{CellPlan, Refusal};
use super::tier::{Entry, Jit};
use crate::interp::state::Vm;
use crate::link::Program;
use cranelift_codegen::Context;
use cranelift_codegen::ir::{AbiParam, Signature, Type, UserFuncName, types};
use cranelift_codegen::isa::{CallConv, OwnedTargetIsa};
use cranelift_codegen::settings::{self, Configurable};
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext};
use cranelift_jit::{JITBuilder, JITModule};
use cranelift_module::{FuncId, Module as _, default_libcall_names};
use lumen_lir::{Cell, CellId, Op, Repr};
use translate::{Start, Translator};

/// Bytes of machine code after which nothing more is compiled.
const MOST_BYTES: usize = 64 << 20;

/// How the interpreter enters native code: task, register 0, fuel, entry; gives a status.
pub(super) type Trampoline = unsafe extern "C" fn(*mut Vm, *mut u64, i64, Entry) -> i64;

/// A compiled cell.
#[derive(Clone, Copy)]
pub(super) struct Compiled {
    /// For calls from native code.
    pub(super) body: *const u8,
    /// For the interpreter.
    pub(super) entry: Entry,
    /// Bytes of code.
    pub(super) bytes: usize,
}

/// Makes and keeps native code.
pub(super) struct Compiler {
    isa: OwnedTargetIsa,
    builder: FunctionBuilderContext,
    context: Context,
    modules: Vec<JITModule>,
    trampoline: Trampoline,
    bytes: usize,
}

/// Whether an instruction touches registers only.
pub(super) fn is_plain(op: Op) -> bool {
    scalars::is_scalar(op)
}

/// Whether a branch touches registers only.
pub(super) fn is_plain_branch(op: Op) -> bool {
    branches::is_branch(op)
}

/// The Cranelift type of a register.
pub(super) fn type_of(repr: Repr) -> Type {
    if repr == Repr::F64 { types::F64 } else { types::I64 }
}

/// The registers that a call passes: the closure, when there is one, and the parameters.
fn arguments(cell: &Cell) -> Vec<Repr> {
    cell.regs[..cell.first_param() + cell.params.len()].to_vec()
}

/// The signature of a body.
pub(super) fn body_signature(args: &[Repr], results: &[Repr]) -> Signature {
    let mut signature = Signature::new(CallConv::SystemV);
    let words = [types::I64, types::I64];
    signature.params.extend(words.map(AbiParam::new));
    signature.params.extend(args.iter().map(|repr| AbiParam::new(type_of(*repr))));
    signature.returns.push(AbiParam::new(types::I64));
    signature.returns.extend(results.first().map(|repr| AbiParam::new(type_of(*repr))));
    signature
}

/// The signature of an entry.
fn entry_signature() -> Signature {
    let mut signature = Signature::new(CallConv::SystemV);
    signature.params.extend([types::I64, types::I64].map(AbiParam::new));
    signature.returns.push(AbiParam::new(types::I64));
    signature
}

fn isa() -> Result<OwnedTargetIsa, String> {
    let mut flags = settings::builder();
    let checked = if cfg!(debug_assertions) { "true" } else { "false" };
    for (name, value) in [
        ("opt_level", "speed"),
        ("enable_pinned_reg", "true"),
        ("enable_verifier", checked),
        ("use_colocated_libcalls", "false"),
        ("is_pic", "false"),
        ("unwind_info", "false"),
        ("enable_heap_access_spectre_mitigation", "false"),
        ("enable_table_access_spectre_mitigation", "false"),
    ] {
        flags.set(name, value).map_err(|error| error.to_string())?;
    }
    let builder = cranelift_native::builder().map_err(str::to_owned)?;
    builder.finish(settings::Flags::new(flags)).map_err(|error| error.to_string())
}

impl Compiler {
    /// A compiler for the machine it runs on; otherwise why there is none.
    pub(super) fn new() -> Result<Compiler, String> {
        if !cfg!(unix) || !cfg!(target_pointer_width = "64") || !cfg!(target_endian = "little") {
            return Err("this platform is not supported".to_owned());
        }
        let isa = isa()?;
        let mut compiler = Compiler {
            isa,
            builder: FunctionBuilderContext::new(),
            context: Context::new(),
            modules: Vec::new(),
            trampoline: no_trampoline,
            bytes: 0,
        };
        let address = compiler.make_trampoline().map_err(|_| "the code generator failed")?;
        // SAFETY: the code was made for this signature, and lives as long as the compiler.
        compiler.trampoline = unsafe { std::mem::transmute::<*const u8, Trampoline>(address) };
        Ok(compiler)
    }

    /// How native code is entered.
    pub(super) fn trampoline(&self) -> Trampoline {
        self.trampoline
    }

    fn module(&self) -> JITModule {
        let builder = JITBuilder::with_isa(self.isa.clone(), default_libcall_names());
        JITModule::new(builder)
    }

    /// Defines what is in the context as this function; gives its size.
    fn define(&mut self, module: &mut JITModule, id: FuncId) -> Result<usize, Refusal> {
        let made = module.define_function(id, &mut self.context);
        let bytes =
            self.context.compiled_code().map_or(0, |code| code.code_info().total_size as usize);
        module.clear_context(&mut self.context);
        if let Err(error) = made {
            debug_assert!(false, "Cranelift: {error:?}");
            return Err(Refusal::Generator);
        }
        Ok(bytes)
    }

    /// Makes the functions of a module callable.
    fn finish(&mut self, mut module: JITModule, ids: &[FuncId]) -> Result<Vec<*const u8>, Refusal> {
        module.finalize_definitions().map_err(|_| Refusal::Generator)?;
        let addresses = ids.iter().map(|id| module.get_finalized_function(*id)).collect();
        self.modules.push(module);
        Ok(addresses)
    }

    fn make_trampoline(&mut self) -> Result<*const u8, Refusal> {
        let mut module = self.module();
        let mut signature = Signature::new(CallConv::SystemV);
        signature.params.extend([types::I64; 4].map(AbiParam::new));
        signature.returns.push(AbiParam::new(types::I64));
        let id = module.declare_anonymous_function(&signature).map_err(|_| Refusal::Generator)?;
        self.context.func.signature = signature;
        self.context.func.name = UserFuncName::user(0, id.as_u32());
        let mut b = FunctionBuilder::new(&mut self.context.func, &mut self.builder);
        emit::trampoline(&mut b, entry_signature());
        b.finalize(self.isa.frontend_config());
        self.define(&mut module, id)?;
        Ok(self.finish(module, &[id])?[0])
    }

    /// Translates into the context.
    fn translate(
        &mut self,
        module: &mut JITModule,
        id: FuncId,
        (program, jit, plan): (&Program, &Jit, &CellPlan<'_>),
        (start, itself): (Start, Option<FuncId>),
    ) -> Result<usize, Refusal> {
        self.context.func.signature = match start {
            Start::Body => body_signature(&arguments(plan.cell), &plan.cell.results),
            Start::Wrapper | Start::At(_) => entry_signature(),
        };
        self.context.func.name = UserFuncName::user(0, id.as_u32());
        let body = itself.map(|id| module.declare_func_in_func(id, &mut self.context.func));
        let builder = FunctionBuilder::new(&mut self.context.func, &mut self.builder);
        Translator::new(builder, program, jit, plan, start, body).run(self.isa.frontend_config());
        self.define(module, id)
    }

    /// Compiles a cell.
    pub(super) fn cell(
        &mut self,
        program: &Program,
        jit: &Jit,
        id: CellId,
    ) -> Result<Compiled, Refusal> {
        let plan = CellPlan::new(program.verified(), id, jit.is_careful(id))?;
        translate::check_cell(&plan, jit)?;
        self.check_room()?;
        let mut module = self.module();
        let declare = |module: &mut JITModule, signature: &Signature| {
            module.declare_anonymous_function(signature).map_err(|_| Refusal::Generator)
        };
        let signature = body_signature(&arguments(plan.cell), &plan.cell.results);
        let body = declare(&mut module, &signature)?;
        let entry = declare(&mut module, &entry_signature())?;
        let parts = (program, jit, &plan);
        let made = self.translate(&mut module, body, parts, (Start::Body, Some(body)));
        let bytes = match made {
            Ok(bytes) => bytes,
            Err(reason) => return Err(discard(module, reason)),
        };
        match self.translate(&mut module, entry, parts, (Start::Wrapper, Some(body))) {
            Ok(more) => {
                let bytes = bytes + more;
                self.bytes += bytes;
                let addresses = self.finish(module, &[body, entry])?;
                Ok(Compiled { body: addresses[0], entry: addresses[1], bytes })
            }
            Err(reason) => Err(discard(module, reason)),
        }
    }

    /// Compiles an entry at a loop's first instruction.
    pub(super) fn entry_at(
        &mut self,
        program: &Program,
        jit: &Jit,
        id: CellId,
        word: u32,
    ) -> Result<(Entry, usize), Refusal> {
        let plan = CellPlan::new(program.verified(), id, jit.is_careful(id))?;
        translate::check_loop(&plan, jit, word as usize)?;
        self.check_room()?;
        let mut module = self.module();
        let entry = module
            .declare_anonymous_function(&entry_signature())
            .map_err(|_| Refusal::Generator)?;
        let parts = (program, jit, &plan);
        match self.translate(&mut module, entry, parts, (Start::At(word as usize), None)) {
            Ok(bytes) => {
                self.bytes += bytes;
                Ok((self.finish(module, &[entry])?[0], bytes))
            }
            Err(reason) => Err(discard(module, reason)),
        }
    }

    fn check_room(&self) -> Result<(), Refusal> {
        if self.bytes > MOST_BYTES { Err(Refusal::TooLarge) } else { Ok(()) }
    }
}

/// Frees a module that was not finished.
fn discard(module: JITModule, reason: Refusal) -> Refusal {
    // SAFETY: nothing of it was ever called.
    unsafe { module.free_memory() };
    reason
}

/// Stands for the trampoline until it is made.
pub(super) unsafe extern "C" fn no_trampoline(_: *mut Vm, _: *mut u64, _: i64, _: Entry) -> i64 {
    super::tier::INTERPRET
}

impl Drop for Compiler {
    fn drop(&mut self) {
        for module in self.modules.drain(..) {
            // SAFETY: the compiler is dropped with the machine, which is not running.
            unsafe { module.free_memory() };
        }
    }
}
