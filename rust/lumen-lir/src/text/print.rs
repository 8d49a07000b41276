//! Prints modules and cells.

use crate::intrinsics::INTRINSICS;
use crate::module::{Cell, JumpTable, LineEntry, Module, Passing, Pos, TemplatePart};
use crate::opcode::{self, Kind, Op, Operand};
use crate::tools::{Constraint, Grant, GrantValue, ToolCall};
use crate::typedesc::{ClassDesc, Repr, TypeDesc, TypeId, fixed_classes, fixed_types};
use std::fmt::Write;

/// Prints a module.
pub fn print(module: &Module) -> String {
    let mut out = String::new();
    tables(module, &mut out);
    for (i, cell) in module.cells.iter().enumerate() {
        out.push('\n');
        print_cell(module, i, cell, &mut out);
    }
    out
}

/// Prints one cell of a module.
pub fn cell_to_string(module: &Module, index: usize) -> String {
    let mut out = String::new();
    if let Some(cell) = module.cells.get(index) {
        print_cell(module, index, cell, &mut out);
    }
    out
}

/// The instructions of a cell: word index and text.
pub fn cell_lines(module: &Module, index: usize) -> Vec<(usize, String)> {
    let Some(cell) = module.cells.get(index) else { return Vec::new() };
    let labels = Labels::of(cell);
    let mut lines = Vec::new();
    let mut pc = 0;
    while pc < cell.code.len() {
        let mut out = String::new();
        let words = instruction(module, cell, &labels, pc, &mut out);
        lines.push((pc, out.trim().to_owned()));
        pc += words;
    }
    lines
}

/// Appends a line. Writing to a String cannot fail.
macro_rules! line {
    ($out:expr, $($arg:tt)*) => {{
        let _ = writeln!($out, $($arg)*);
    }};
}

fn tables(module: &Module, out: &mut String) {
    line!(out, "module {}", quote(&module.name));
    let fixed =
        module.types.starts_with(&fixed_types()) && module.classes.starts_with(&fixed_classes());
    let (types, classes) =
        if fixed { (fixed_types().len(), fixed_classes().len()) } else { (0, 0) };
    if !fixed {
        line!(out, "bare");
    }
    for (i, desc) in module.classes.iter().enumerate().skip(classes) {
        line!(out, "class c{i} = {}", class(desc));
    }
    for (i, desc) in module.types.iter().enumerate().skip(types) {
        line!(out, "type t{i} = {}", type_desc(desc));
    }
    let consts = &module.consts;
    for (i, value) in consts.ints.iter().enumerate() {
        line!(out, "int k{i} = {value}");
    }
    for (i, bits) in consts.floats.iter().enumerate() {
        line!(out, "float k{i} = 0x{bits:016x} ; {:?}", f64::from_bits(*bits));
    }
    for (i, value) in consts.strings.iter().enumerate() {
        line!(out, "string k{i} = {}", quote(value));
    }
    for (i, value) in consts.bytes.iter().enumerate() {
        line!(out, "bytes k{i} = \"{}\"", hex(value));
    }
    for (i, template) in consts.templates.iter().enumerate() {
        let parts = template.parts.iter().map(|part| match part {
            TemplatePart::Text(text) => quote(text),
            TemplatePart::Hole { ty, spec } if spec.is_plain() => format!("t{}", ty.0),
            TemplatePart::Hole { ty, spec } => format!("t{} : {}", ty.0, quote(&spec.to_string())),
        });
        line!(out, "template k{i} = ({})", list(parts));
    }
    for (i, global) in module.globals.iter().enumerate() {
        line!(out, "global g{i} = {} t{}", quote(&global.name), global.ty.0);
    }
    for (i, host) in module.hosts.iter().enumerate() {
        let (name, params, ret) = (quote(&host.name), types_of(&host.params), host.ret.0);
        line!(out, "host h{i} = {name} ({params}) -> t{ret} / {}", host.effects);
    }
    for (i, operation) in module.operations.iter().enumerate() {
        let multi = if operation.multi { " multi" } else { "" };
        let (name, params) = (quote(&operation.name), types_of(&operation.params));
        line!(out, "operation o{i} = {name} ({params}) -> t{}{multi}", operation.ret.0);
    }
    for (i, handler) in module.handlers.iter().enumerate() {
        let clauses = list(handler.clauses.iter().map(|clause| {
            let tail = if clause.tail { " tail" } else { "" };
            format!("o{} c{}{tail}", clause.operation, clause.code.0)
        }));
        let ret = handler.ret.map_or(String::new(), |class| format!(" return c{}", class.0));
        line!(out, "handler d{i} = c{} ({clauses}) -> t{}{ret}", handler.body.0, handler.result.0);
    }
    for (i, file) in module.files.iter().enumerate() {
        let starts = list(file.line_starts.iter().map(u32::to_string));
        line!(out, "file {i} = {} \"{}\" ({starts})", quote(&file.path), hex(&file.hash));
    }
    for (i, grant) in module.grants.iter().enumerate() {
        line!(out, "grant {i} = {}", grant_row(grant));
    }
    for (i, call) in module.tools.iter().enumerate() {
        line!(out, "tool u{i} = {}", tool_row(call));
    }
    if let Some(entry) = module.entry {
        line!(out, "entry @{}", entry.0);
    }
}

fn grant_row(grant: &Grant) -> String {
    let constraint = |constraint: &Constraint| {
        let values = constraint.values.iter().map(|value| match value {
            GrantValue::Bool(value) => value.to_string(),
            GrantValue::Int(value) => format!("int {value}"),
            GrantValue::Float(bits) => format!("float 0x{bits:016x}"),
            GrantValue::Str(text) => quote(text),
        });
        format!("{} ({})", quote(&constraint.key), list(values))
    };
    let constraints = list(grant.constraints.iter().map(constraint));
    let (subject, name) = (quote(&grant.subject), quote(&grant.name));
    format!("{subject} {name} ({constraints}) at {}", pos(grant.at))
}

fn tool_row(call: &ToolCall) -> String {
    let args = call.args.iter().map(|(name, ty)| format!("{}: t{}", quote(name), ty.0));
    format!(
        "{} {} {} {} ({}) -> t{}{} grants ({})",
        quote(&call.tool),
        quote(&call.name),
        quote(&call.effect),
        call.effects,
        list(args),
        call.result.0,
        if call.attempt { " try" } else { "" },
        list(call.grants.iter().map(u32::to_string)),
    )
}

fn list(items: impl Iterator<Item = String>) -> String {
    items.collect::<Vec<_>>().join(", ")
}

fn types_of(types: &[TypeId]) -> String {
    list(types.iter().map(|t| format!("t{}", t.0)))
}

fn type_desc(desc: &TypeDesc) -> String {
    match desc {
        TypeDesc::Int => "int".into(),
        TypeDesc::Float => "float".into(),
        TypeDesc::Bool => "bool".into(),
        TypeDesc::Null => "null".into(),
        TypeDesc::String => "string".into(),
        TypeDesc::Bytes => "bytes".into(),
        TypeDesc::Any => "any".into(),
        TypeDesc::Json => "json".into(),
        TypeDesc::Never => "never".into(),
        TypeDesc::Enum(class) => format!("enum c{}", class.0),
        TypeDesc::Obj(class) => format!("obj c{}", class.0),
        TypeDesc::Optional(inner) => format!("optional t{}", inner.0),
        TypeDesc::Union(members) => format!("union ({})", types_of(members)),
    }
}

fn class(desc: &ClassDesc) -> String {
    match desc {
        ClassDesc::String => "string".into(),
        ClassDesc::Bytes => "bytes".into(),
        ClassDesc::BoxedInt => "boxedint".into(),
        ClassDesc::List { elem } => format!("list t{}", elem.0),
        ClassDesc::Map { key, value } => format!("map t{} t{}", key.0, value.0),
        ClassDesc::Set { elem } => format!("set t{}", elem.0),
        ClassDesc::Tuple { elems } => format!("tuple ({})", types_of(elems)),
        ClassDesc::Record { name, fields, seal } => {
            let fields =
                list(fields.iter().map(|(name, ty)| format!("{}: t{}", quote(name), ty.0)));
            let seal = match seal.word() {
                "" => String::new(),
                word => format!(" {word}"),
            };
            format!("record {} ({fields}){seal}", quote(name))
        }
        ClassDesc::Enum { name, variants } => {
            let variants = variants
                .iter()
                .map(|v| format!("{}{}", quote(&v.name), if v.payload { " +" } else { "" }));
            format!("enum {} ({})", quote(name), list(variants))
        }
        ClassDesc::Variant { of, ordinal, name, fields } => {
            let fields = fields.iter().map(|(name, ty)| match name {
                Some(name) => format!("{}: t{}", quote(name), ty.0),
                None => format!("t{}", ty.0),
            });
            format!("variant c{} {ordinal} {} ({})", of.0, quote(name), list(fields))
        }
        ClassDesc::Fn { params, ret, effects } => {
            format!("fn ({}) -> t{} / {effects}", types_of(params), ret.0)
        }
        ClassDesc::Stream { elem, effects } => format!("stream t{} / {effects}", elem.0),
        ClassDesc::Run { of } => format!("run c{}", of.0),
        ClassDesc::Resumption { value, result } => {
            format!("resumption t{} -> t{}", value.0, result.0)
        }
        ClassDesc::Closure { of, cell, captures } => {
            format!("closure c{} @{cell} ({})", of.0, types_of(captures))
        }
    }
}

/// A representation as written in text.
pub(super) fn repr(repr: Repr) -> String {
    match repr {
        Repr::I64 => "i64".into(),
        Repr::F64 => "f64".into(),
        Repr::Bool => "bool".into(),
        Repr::Dyn => "dyn".into(),
        Repr::Ref(class) => format!("c{}", class.0),
        Repr::Opt(class) => format!("c{}?", class.0),
    }
}

fn print_cell(module: &Module, index: usize, cell: &Cell, out: &mut String) {
    let params = cell.params.iter().map(|p| {
        let mode = match p.passing {
            Passing::Owned if p.repr.is_counted() => "own ",
            Passing::Owned => "",
            Passing::Borrowed => "lend ",
        };
        format!("{mode}{}", repr(p.repr))
    });
    let _ = write!(out, "cell @{index} {} ({})", quote(&cell.name), list(params));
    if !cell.results.is_empty() {
        let _ = write!(out, " -> {}", list(cell.results.iter().map(|r| repr(*r))));
    }
    if !cell.effects.is_empty() {
        let _ = write!(out, " / {}", cell.effects);
    }
    out.push('\n');
    if let Some(class) = cell.closure {
        line!(out, "  closure c{}", class.0);
    }
    line!(out, "  regs {}", list(cell.regs.iter().map(|r| repr(*r))));
    let labels = Labels::of(cell);
    for (i, table) in cell.tables.iter().enumerate() {
        line!(out, "  {}", jump_table(i, table, &labels));
    }
    for scope in &cell.defers {
        line!(out, "  defer {}..{} r{}", scope.start, scope.end, scope.reg);
    }
    for site in &cell.inlined {
        line!(out, "  inline {} {} in {}", quote(&site.cell), pos(site.call), site.parent);
    }
    for var in &cell.vars {
        let name = quote(&var.name);
        line!(out, "  var {name} t{} r{} {}..{}", var.ty.0, var.reg, var.start, var.end);
    }
    code(module, cell, &labels, out);
    out.push_str("end\n");
}

fn pos(pos: Pos) -> String {
    format!("{}:{}..{}", pos.file, pos.start, pos.end)
}

fn jump_table(index: usize, table: &JumpTable, labels: &Labels) -> String {
    let targets = list(table.targets.iter().map(|t| labels.absolute(*t)));
    format!(
        "table T{index} low {} base {} ({targets}) else {}",
        table.low,
        table.base,
        labels.absolute(table.default)
    )
}

/// Label numbers by word index, in code order.
struct Labels {
    /// Whether a word starts an instruction.
    starts: Vec<bool>,
    /// Number of the label at a word; 0 for none.
    numbers: Vec<u32>,
}

impl Labels {
    fn of(cell: &Cell) -> Labels {
        let n = cell.code.len();
        let mut labels = Labels { starts: vec![false; n], numbers: vec![0; n] };
        let mut targets: Vec<i64> = Vec::new();
        let mut pc = 0;
        while pc < n {
            labels.starts[pc] = true;
            let op = opcode::op(cell.code[pc]);
            if let Some(op) = op {
                targets.extend(target(cell.code[pc], op, pc));
            }
            pc += op.map_or(1, Op::words);
        }
        for table in &cell.tables {
            targets.extend(table.targets.iter().chain([&table.default]).map(|t| i64::from(*t)));
        }
        for target in targets {
            if labels.is_start(target) {
                labels.numbers[target as usize] = 1;
            }
        }
        let used = labels.numbers.iter_mut().filter(|l| **l != 0);
        used.enumerate().for_each(|(i, label)| *label = i as u32 + 1);
        labels
    }

    fn is_start(&self, pc: i64) -> bool {
        usize::try_from(pc).is_ok_and(|pc| self.starts.get(pc) == Some(&true))
    }

    fn number(&self, pc: i64) -> Option<u32> {
        let number = *self.numbers.get(usize::try_from(pc).ok()?)?;
        (number != 0).then_some(number)
    }

    fn absolute(&self, pc: u32) -> String {
        self.number(i64::from(pc)).map_or_else(|| format!("={pc}"), |n| format!("L{n}"))
    }
}

fn target(w: u64, op: Op, pc: usize) -> Option<i64> {
    let slot = op.offset_slot()?;
    let offset = opcode::signed(slot, opcode::get(slot, w, 0));
    Some(pc as i64 + op.words() as i64 + i64::from(offset))
}

fn code(module: &Module, cell: &Cell, labels: &Labels, out: &mut String) {
    let mut lines = cell.lines.iter().peekable();
    let mut pc = 0;
    while pc < cell.code.len() {
        if let Some(n) = labels.number(pc as i64) {
            line!(out, "L{n}:");
        }
        while let Some(entry) = lines.next_if(|l| (l.pc as usize) <= pc) {
            position(module, entry, pc, out);
        }
        pc += instruction(module, cell, labels, pc, out);
    }
    for entry in lines {
        position(module, entry, pc, out);
    }
}

fn position(module: &Module, entry: &LineEntry, pc: usize, out: &mut String) {
    let _ = write!(out, "  pos {}", pos(entry.pos));
    if entry.inline != 0 {
        let _ = write!(out, " in {}", entry.inline);
    }
    if entry.pc as usize != pc {
        let _ = write!(out, " at {}", entry.pc);
    }
    if let Some(file) = module.files.get(entry.pos.file as usize) {
        let (line, column) = file.line_col(entry.pos.start);
        let _ = write!(out, " ; {}:{line}:{column}", file.path);
    }
    out.push('\n');
}

/// Prints an instruction; its number of words.
fn instruction(
    module: &Module,
    cell: &Cell,
    labels: &Labels,
    pc: usize,
    out: &mut String,
) -> usize {
    let w = cell.code[pc];
    let op = opcode::op(w).filter(|op| pc + op.words() <= cell.code.len());
    let Some(op) = op else {
        line!(out, "  word 0x{w:016x}");
        return 1;
    };
    let ext = if op.words() == 2 { cell.code[pc + 1] } else { 0 };
    if opcode::has_stray_bits(op, w, ext) {
        cell.code[pc..pc + op.words()].iter().for_each(|w| line!(out, "  word 0x{w:016x}"));
        return op.words();
    }
    let info = op.info();
    let operands = info.operands.iter().map(|operand| {
        let bits = opcode::get(operand.slot, w, ext);
        if operand.kind == Kind::Off {
            let offset = opcode::signed(operand.slot, bits);
            return target(w, op, pc)
                .and_then(|t| labels.number(t))
                .map_or_else(|| format!("{offset:+}"), |n| format!("L{n}"));
        }
        one(*operand, bits)
    });
    let mut text = format!("  {}", info.mnemonic);
    for (i, operand) in operands.enumerate() {
        let _ = write!(text, "{}{operand}", if i == 0 { " " } else { ", " });
    }
    if let Some(note) = note(module, info.operands, w, ext) {
        let _ = write!(text, " ; {note}");
    }
    line!(out, "{text}");
    op.words()
}

fn one(operand: Operand, bits: u32) -> String {
    match operand.kind {
        Kind::Reg(..) | Kind::Window(_) => format!("r{bits}"),
        Kind::Imm => opcode::signed(operand.slot, bits).to_string(),
        Kind::Count | Kind::Flag | Kind::Ordinal | Kind::Off => bits.to_string(),
        Kind::Field => format!(".{bits}"),
        Kind::VariantLow | Kind::EnumBase => format!("v{bits}"),
        Kind::Class => format!("c{bits}"),
        Kind::Type => format!("t{bits}"),
        Kind::Cell => format!("@{bits}"),
        Kind::Intrinsic => match INTRINSICS.get(bits as usize) {
            Some(signature) => signature.name.to_owned(),
            None => format!("={bits}"),
        },
        Kind::ConstInt | Kind::ConstFloat | Kind::ConstStr | Kind::ConstBytes | Kind::Template => {
            format!("k{bits}")
        }
        Kind::JumpTable => format!("T{bits}"),
        Kind::Global => format!("g{bits}"),
        Kind::Host => format!("h{bits}"),
        Kind::Tool => format!("u{bits}"),
        Kind::ErrorCode => format!("R{bits}"),
        Kind::Operation => format!("o{bits}"),
        Kind::Handler => format!("d{bits}"),
    }
}

/// What a reader wants to know of an index.
fn note(module: &Module, operands: &[Operand], w: u64, ext: u64) -> Option<String> {
    operands.iter().find_map(|operand| {
        let n = opcode::get(operand.slot, w, ext) as usize;
        match operand.kind {
            Kind::Cell => module.cells.get(n).map(|c| quote(&c.name)),
            Kind::ConstInt => module.consts.ints.get(n).map(i64::to_string),
            Kind::ConstFloat => {
                module.consts.floats.get(n).map(|bits| format!("{:?}", f64::from_bits(*bits)))
            }
            Kind::ConstStr => module.consts.strings.get(n).map(|s| quote(&shorten(s))),
            Kind::Global => module.globals.get(n).map(|g| quote(&g.name)),
            Kind::Host => module.hosts.get(n).map(|h| quote(&h.name)),
            Kind::Operation => module.operations.get(n).map(|o| quote(&o.name)),
            Kind::Tool => module.tools.get(n).map(|call| quote(&call.tool)),
            Kind::Class => module.classes.get(n).and_then(class_name),
            Kind::VariantLow => module.classes.get(n).and_then(class_name),
            _ => None,
        }
    })
}

fn class_name(desc: &ClassDesc) -> Option<String> {
    match desc {
        ClassDesc::Record { name, .. }
        | ClassDesc::Enum { name, .. }
        | ClassDesc::Variant { name, .. } => Some(quote(name)),
        _ => None,
    }
}

fn shorten(text: &str) -> String {
    match text.char_indices().nth(40) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// A string literal of the text form.
pub(super) fn quote(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if c.is_control() => {
                let _ = write!(out, "\\u{{{:x}}}", c as u32);
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
