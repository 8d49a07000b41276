//! A module of LIR: plain data, and the interners that fill it.
//!
//! Input → output: lowering adds cells, classes, types and constants; verifier, codecs and machine read it.
//!
//! Invariants: see `verifier.rs`. Nothing here is trusted before it is verified.

use crate::effects::EffectSet;
use crate::format_spec::FormatSpec;
use crate::opcode::Reg;
use crate::tools::{Grant, ToolCall};
use crate::typedesc::{ClassDesc, ClassId, Repr, TypeDesc, TypeId, fixed_classes, fixed_types};
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

/// Index into `Module::cells`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct CellId(pub u32);

impl CellId {
    /// As an index.
    #[inline]
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// A compiled program.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Module {
    /// Name, for messages.
    pub name: String,
    /// Type table; begins with `fixed_types`.
    pub types: Vec<TypeDesc>,
    /// Class table; begins with `fixed_classes`.
    pub classes: Vec<ClassDesc>,
    /// Constants.
    pub consts: Consts,
    /// Globals, set once by the entry cell.
    pub globals: Vec<Global>,
    /// Functions that the embedding program gives.
    pub hosts: Vec<HostFn>,
    /// Operations of effects.
    pub operations: Vec<Operation>,
    /// Handlers.
    pub handlers: Vec<Handler>,
    /// Code.
    pub cells: Vec<Cell>,
    /// The cell without parameters that runs the program.
    pub entry: Option<CellId>,
    /// Source files that positions refer to.
    pub files: Vec<SourceFile>,
    /// Calls of tools.
    pub tools: Vec<ToolCall>,
    /// Grants of the program.
    pub grants: Vec<Grant>,
}

/// Constant pools, one per kind.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Consts {
    /// Ints that do not fit an immediate.
    pub ints: Vec<i64>,
    /// Floats, as bits.
    pub floats: Vec<u64>,
    /// Strings.
    pub strings: Vec<String>,
    /// Bytes.
    pub bytes: Vec<Vec<u8>>,
    /// Interpolation templates.
    pub templates: Vec<Template>,
}

/// A global: a module-level constant computed once.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Global {
    /// Name, for messages.
    pub name: String,
    /// Type; must take one register (`slot_repr`).
    pub ty: TypeId,
}

/// A function that the embedding program registers before the module is linked.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct HostFn {
    /// The name it is registered under.
    pub name: String,
    /// Types of its parameters.
    pub params: Vec<TypeId>,
    /// Type of its result.
    pub ret: TypeId,
    /// What calling it may do.
    pub effects: EffectSet,
}

/// An operation of an effect.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Operation {
    /// Name with its effect's, for messages.
    pub name: String,
    /// Types of its parameters.
    pub params: Vec<TypeId>,
    /// Type of what it is resumed with.
    pub ret: TypeId,
    /// Whether it may be resumed more than once.
    pub multi: bool,
}

impl Operation {
    /// The name of what `return`, `break` and the like perform to leave handlers; declared ones have a point in theirs.
    pub const LEAVE: &str = "leave";
}

/// What a `handle` installs: function classes of its closures, in the order of the window.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Handler {
    /// The body: no parameters.
    pub body: ClassId,
    /// The clauses.
    pub clauses: Vec<Clause>,
    /// What becomes of the body's value; without it the body's type is `result`.
    pub ret: Option<ClassId>,
    /// Type of the `handle`.
    pub result: TypeId,
}

/// A clause of a handler.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Clause {
    /// Index of the operation.
    pub operation: u32,
    /// Its code: the operation's parameters, then the resumption unless it is `tail`.
    pub code: ClassId,
    /// It runs as a call at the perform, and what it returns is what the operation gives.
    pub tail: bool,
}

/// An interpolated text: literal parts and holes, in order.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
pub struct Template {
    /// Parts in order.
    pub parts: Vec<TemplatePart>,
}

/// A part of a template.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum TemplatePart {
    /// Literal text.
    Text(String),
    /// A value of this type, from the next register(s) of the window (`param_slots`).
    Hole {
        /// Type of the value.
        ty: TypeId,
        /// How it is written.
        spec: FormatSpec,
    },
}

/// Who consumes a counted argument.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum Passing {
    /// The callee owns it. Scalars are always passed so.
    Owned,
    /// The caller keeps it alive during the call.
    Borrowed,
}

/// A parameter register.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Param {
    /// Representation.
    pub repr: Repr,
    /// Ownership.
    pub passing: Passing,
}

/// The code of one cell (function, lambda, instance).
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Cell {
    /// Name, with type arguments, for messages and stack traces.
    pub name: String,
    /// Closure class when it is the code of a closure: register 0 is then the closure (borrowed, not in `params`).
    pub closure: Option<ClassId>,
    /// Parameter registers: from register 0 on, or from register 1 on for the code of a closure.
    pub params: Vec<Param>,
    /// Result registers: at most 2.
    pub results: Vec<Repr>,
    /// Representation of every register, parameters included.
    pub regs: Vec<Repr>,
    /// What it may do.
    pub effects: EffectSet,
    /// Instruction and extension words.
    pub code: Vec<u64>,
    /// Jump tables.
    pub tables: Vec<JumpTable>,
    /// `defer` scopes, outermost first.
    pub defers: Vec<DeferScope>,
    /// Source positions by word index, ascending; an entry holds up to the next.
    pub lines: Vec<LineEntry>,
    /// Calls that were inlined into this cell.
    pub inlined: Vec<InlineSite>,
    /// Where its locals are, in a program that is made to be looked at.
    pub vars: Vec<Variable>,
}

impl Cell {
    /// First parameter register.
    pub fn first_param(&self) -> usize {
        usize::from(self.closure.is_some())
    }

    /// Source position of a word.
    pub fn line_at(&self, pc: usize) -> Option<&LineEntry> {
        let n = self.lines.partition_point(|l| l.pc as usize <= pc);
        n.checked_sub(1).map(|i| &self.lines[i])
    }
}

/// Targets of a `switch`: word indexes into the code of the cell. Each table belongs to one instruction.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct JumpTable {
    /// Value of the first target (0 for variants).
    pub low: i64,
    /// Low 16 bits of the class id of the first variant (for `switch.tag`; else 0).
    pub base: u16,
    /// Target of each value from `low` on.
    pub targets: Vec<u32>,
    /// Target of every other value.
    pub default: u32,
}

/// Between these words, failing calls the closure in `reg` while unwinding.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct DeferScope {
    /// First word.
    pub start: u32,
    /// Word behind the last.
    pub end: u32,
    /// Register that owns the closure (`fn() -> Null`).
    pub reg: Reg,
}

/// A range of bytes of a source file.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
pub struct Pos {
    /// Index into `Module::files`.
    pub file: u32,
    /// First byte.
    pub start: u32,
    /// Byte behind the last.
    pub end: u32,
}

/// Position of the words from `pc` on.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct LineEntry {
    /// First word.
    pub pc: u32,
    /// Position.
    pub pos: Pos,
    /// Inlined call it comes from: 1 + index into `Cell::inlined`; 0 is the cell itself.
    pub inline: u32,
}

/// A call that was inlined.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct InlineSite {
    /// Name of the inlined cell.
    pub cell: String,
    /// Position of the call.
    pub call: Pos,
    /// Inlined call around it: 1 + index; 0 is the cell itself.
    pub parent: u32,
}

/// A local of the source that is in a register between these words, wherever that register holds a value.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Variable {
    /// As the source calls it.
    pub name: String,
    /// Its type: how the register, or two of them, are read (`param_slots`).
    pub ty: TypeId,
    /// The first register.
    pub reg: Reg,
    /// First word.
    pub start: u32,
    /// Word behind the last.
    pub end: u32,
}

/// A source file.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct SourceFile {
    /// Path as given.
    pub path: String,
    /// BLAKE3 of the contents.
    pub hash: [u8; 32],
    /// Byte offset of the start of each line.
    pub line_starts: Vec<u32>,
}

impl SourceFile {
    /// One-based line and byte column of an offset.
    pub fn line_col(&self, offset: u32) -> (u32, u32) {
        let line = self.line_starts.partition_point(|s| *s <= offset).max(1);
        let start = self.line_starts.get(line - 1).copied().unwrap_or(0);
        (line as u32, offset.saturating_sub(start) + 1)
    }
}

/// Fills a module; equal types, classes and constants get equal ids.
#[derive(Debug)]
pub struct ModuleBuilder {
    module: Module,
    types: FxHashMap<TypeDesc, TypeId>,
    classes: FxHashMap<ClassDesc, ClassId>,
    ints: FxHashMap<i64, u32>,
    floats: FxHashMap<u64, u32>,
    strings: FxHashMap<String, u32>,
    bytes: FxHashMap<Vec<u8>, u32>,
    templates: FxHashMap<Template, u32>,
    handlers: FxHashMap<Handler, u32>,
    tools: FxHashMap<ToolCall, u32>,
}

impl ModuleBuilder {
    /// A module with the fixed types and classes.
    pub fn new(name: impl Into<String>) -> ModuleBuilder {
        let module = Module {
            name: name.into(),
            types: fixed_types(),
            classes: fixed_classes(),
            ..Module::default()
        };
        let types =
            module.types.iter().cloned().enumerate().map(|(i, t)| (t, TypeId(i as u32))).collect();
        let classes = module
            .classes
            .iter()
            .cloned()
            .enumerate()
            .map(|(i, c)| (c, ClassId(i as u32)))
            .collect();
        ModuleBuilder {
            module,
            types,
            classes,
            ints: FxHashMap::default(),
            floats: FxHashMap::default(),
            strings: FxHashMap::default(),
            bytes: FxHashMap::default(),
            templates: FxHashMap::default(),
            handlers: FxHashMap::default(),
            tools: FxHashMap::default(),
        }
    }

    /// The module so far.
    pub fn module(&self) -> &Module {
        &self.module
    }

    /// The module so far; ids that were handed out must stay valid.
    pub fn module_mut(&mut self) -> &mut Module {
        &mut self.module
    }

    /// The finished module.
    pub fn finish(self) -> Module {
        self.module
    }

    /// Id of a type.
    pub fn intern_type(&mut self, desc: TypeDesc) -> TypeId {
        if let Some(id) = self.types.get(&desc) {
            return *id;
        }
        let id = TypeId(self.module.types.len() as u32);
        self.module.types.push(desc.clone());
        self.types.insert(desc, id);
        id
    }

    /// Id of a class that refers only to known types. Use `reserve_class` for recursive ones.
    pub fn intern_class(&mut self, desc: ClassDesc) -> ClassId {
        if let Some(id) = self.classes.get(&desc) {
            return *id;
        }
        let id = self.reserve_class();
        self.classes.insert(desc.clone(), id);
        self.module.classes[id.index()] = desc;
        id
    }

    /// A class id to be described later by `define_class`.
    pub fn reserve_class(&mut self) -> ClassId {
        let id = ClassId(self.module.classes.len() as u32);
        self.module.classes.push(ClassDesc::BoxedInt);
        id
    }

    /// An enum id followed by ids for its `n_variants` variants, to be described later.
    pub fn reserve_enum(&mut self, n_variants: usize) -> ClassId {
        let id = self.reserve_class();
        for _ in 0..n_variants {
            self.reserve_class();
        }
        id
    }

    /// Describes a reserved class.
    pub fn define_class(&mut self, id: ClassId, desc: ClassDesc) {
        self.module.classes[id.index()] = desc;
    }

    /// Id of the type of a reference class.
    pub fn class_type(&mut self, class: ClassId) -> TypeId {
        self.intern_type(match class {
            ClassId::STRING => TypeDesc::String,
            ClassId::BYTES => TypeDesc::Bytes,
            other => TypeDesc::Obj(other),
        })
    }

    /// Index of an Int constant.
    pub fn int(&mut self, value: i64) -> u32 {
        intern(&mut self.ints, &mut self.module.consts.ints, value)
    }

    /// Index of a Float constant (by bits).
    pub fn float(&mut self, value: f64) -> u32 {
        intern(&mut self.floats, &mut self.module.consts.floats, value.to_bits())
    }

    /// Index of a String constant.
    pub fn string(&mut self, value: &str) -> u32 {
        if let Some(id) = self.strings.get(value) {
            return *id;
        }
        intern(&mut self.strings, &mut self.module.consts.strings, value.to_owned())
    }

    /// Index of a Bytes constant.
    pub fn bytes(&mut self, value: &[u8]) -> u32 {
        intern(&mut self.bytes, &mut self.module.consts.bytes, value.to_vec())
    }

    /// Index of a template.
    pub fn template(&mut self, value: Template) -> u32 {
        intern(&mut self.templates, &mut self.module.consts.templates, value)
    }

    /// Adds an operation.
    pub fn operation(&mut self, operation: Operation) -> u32 {
        self.module.operations.push(operation);
        self.module.operations.len() as u32 - 1
    }

    /// Index of a handler.
    pub fn handler(&mut self, value: Handler) -> u32 {
        intern(&mut self.handlers, &mut self.module.handlers, value)
    }

    /// Index of a call of a tool.
    pub fn tool(&mut self, value: ToolCall) -> u32 {
        intern(&mut self.tools, &mut self.module.tools, value)
    }

    /// Adds a global.
    pub fn global(&mut self, name: impl Into<String>, ty: TypeId) -> u32 {
        self.module.globals.push(Global { name: name.into(), ty });
        self.module.globals.len() as u32 - 1
    }

    /// Index of a host function.
    pub fn host(&mut self, host: HostFn) -> u32 {
        let known = self.module.hosts.iter().position(|h| *h == host);
        known.unwrap_or_else(|| {
            self.module.hosts.push(host);
            self.module.hosts.len() - 1
        }) as u32
    }

    /// A cell id whose code is given later by `define_cell`.
    pub fn reserve_cell(&mut self) -> CellId {
        self.module.cells.push(Cell::default());
        CellId(self.module.cells.len() as u32 - 1)
    }

    /// Gives a reserved cell its code.
    pub fn define_cell(&mut self, id: CellId, cell: Cell) {
        self.module.cells[id.index()] = cell;
    }

    /// Adds a cell.
    pub fn add_cell(&mut self, cell: Cell) -> CellId {
        self.module.cells.push(cell);
        CellId(self.module.cells.len() as u32 - 1)
    }
}

fn intern<T: Clone + Eq + std::hash::Hash>(
    map: &mut FxHashMap<T, u32>,
    pool: &mut Vec<T>,
    value: T,
) -> u32 {
    if let Some(id) = map.get(&value) {
        return *id;
    }
    let id = pool.len() as u32;
    pool.push(value.clone());
    map.insert(value, id);
    id
}
