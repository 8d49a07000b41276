//! Parses modules: tables and cell headers.

use super::TextError;
use super::authority;
use super::cursor::{Cursor, Read};
use super::parse_code::Body;
use crate::effects::{Effect, EffectSet};
use crate::format_spec::FormatSpec;
use crate::module::{
    Cell, CellId, Clause, Global, Handler, HostFn, InlineSite, Module, Operation, Param, Passing,
    Pos, SourceFile, Template, TemplatePart, Variable,
};
use crate::typedesc::{
    ClassDesc, ClassId, Repr, Seal, TypeDesc, TypeId, VariantName, fixed_classes, fixed_types,
};

/// Line of every instruction and cell header, for messages about a parsed module.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lines {
    /// Per cell: line of its header.
    pub cells: Vec<usize>,
    /// Per cell: word index and line of each instruction, ascending.
    pub instructions: Vec<Vec<(u32, usize)>>,
}

impl Lines {
    /// Line of an instruction, or of the header of its cell.
    pub fn of(&self, cell: usize, pc: Option<u32>) -> Option<usize> {
        let header = *self.cells.get(cell)?;
        let Some(pc) = pc else { return Some(header) };
        let found = self.instructions.get(cell)?.iter().rev().find(|(at, _)| *at <= pc);
        Some(found.map_or(header, |(_, line)| *line))
    }
}

/// Parses a module.
pub fn parse(text: &str) -> Result<Module, TextError> {
    parse_with_lines(text).map(|(module, _)| module)
}

/// Parses a module and says where everything stands.
pub fn parse_with_lines(text: &str) -> Result<(Module, Lines), TextError> {
    let mut parser = Parser {
        module: Module { types: fixed_types(), classes: fixed_classes(), ..Module::default() },
        lines: Lines::default(),
        body: None,
    };
    let mut last = 0;
    for (i, line) in text.lines().enumerate() {
        last = i + 1;
        parser.line(i + 1, line).map_err(|message| TextError { line: i + 1, message })?;
    }
    if parser.body.is_some() {
        return Err(TextError { line: last, message: "the last cell has no `end`".into() });
    }
    Ok((parser.module, parser.lines))
}

struct Parser {
    module: Module,
    lines: Lines,
    body: Option<Body>,
}

impl Parser {
    fn line(&mut self, number: usize, line: &str) -> Read<()> {
        let mut at = Cursor::new(line);
        if at.at_end() {
            return Ok(());
        }
        if let Some(body) = &mut self.body {
            if line.trim_start().starts_with("end") {
                at.word()?;
                at.end()?;
                if let Some(body) = self.body.take() {
                    let (cell, lines) = body.finish()?;
                    self.module.cells.push(cell);
                    self.lines.instructions.push(lines);
                }
                return Ok(());
            }
            body.line(number, &mut at)?;
            return at.end();
        }
        let keyword = at.word()?;
        if keyword == "cell" {
            self.lines.cells.push(number);
            self.body = Some(Body::new(cell_header(&mut at, self.module.cells.len())?));
        } else {
            table_row(&mut self.module, keyword, &mut at)?;
        }
        at.end()
    }
}

/// Reads the number of a row, which is the next of its table.
fn next_row(at: &mut Cursor<'_>, prefix: &str, expected: usize) -> Read<()> {
    let id = at.id(prefix)? as usize;
    if id != expected {
        return Err(format!("row {id} comes where {expected} is next"));
    }
    at.need("=")
}

fn table_row(module: &mut Module, keyword: &str, at: &mut Cursor<'_>) -> Read<()> {
    let consts = &mut module.consts;
    match keyword {
        "module" => module.name = at.string()?,
        "bare" => (module.types, module.classes) = (Vec::new(), Vec::new()),
        "class" => {
            next_row(at, "c", module.classes.len())?;
            module.classes.push(class(at)?);
        }
        "type" => {
            next_row(at, "t", module.types.len())?;
            module.types.push(type_desc(at)?);
        }
        "int" => {
            next_row(at, "k", consts.ints.len())?;
            consts.ints.push(at.number_as()?);
        }
        "float" => {
            next_row(at, "k", consts.floats.len())?;
            consts.floats.push(at.number_as()?);
        }
        "string" => {
            next_row(at, "k", consts.strings.len())?;
            consts.strings.push(at.string()?);
        }
        "bytes" => {
            next_row(at, "k", consts.bytes.len())?;
            consts.bytes.push(unhex(&at.string()?)?);
        }
        "template" => {
            next_row(at, "k", consts.templates.len())?;
            let parts = at.list(template_part)?;
            consts.templates.push(Template { parts });
        }
        "global" => {
            next_row(at, "g", module.globals.len())?;
            module.globals.push(Global { name: at.string()?, ty: type_id(at)? });
        }
        "host" => {
            next_row(at, "h", module.hosts.len())?;
            let (name, params) = (at.string()?, at.list(type_id)?);
            at.need("->")?;
            let ret = type_id(at)?;
            at.need("/")?;
            module.hosts.push(HostFn { name, params, ret, effects: effects(at)? });
        }
        "operation" => {
            next_row(at, "o", module.operations.len())?;
            module.operations.push(operation(at)?);
        }
        "handler" => {
            next_row(at, "d", module.handlers.len())?;
            module.handlers.push(handler(at)?);
        }
        "file" => {
            next_row(at, "", module.files.len())?;
            let path = at.string()?;
            let hash = unhex(&at.string()?)?.try_into().map_err(|_| "a hash has 32 bytes")?;
            module.files.push(SourceFile {
                path,
                hash,
                line_starts: at.list(|at| at.number_as())?,
            });
        }
        "grant" => {
            next_row(at, "", module.grants.len())?;
            module.grants.push(authority::grant(at)?);
        }
        "tool" => {
            next_row(at, "u", module.tools.len())?;
            module.tools.push(authority::tool(at)?);
        }
        "entry" => module.entry = Some(CellId(at.id("@")?)),
        _ => return Err(format!("`{keyword}` begins no row of a module")),
    }
    Ok(())
}

fn operation(at: &mut Cursor<'_>) -> Read<Operation> {
    let name = at.string()?;
    let params = at.list(type_id)?;
    at.need("->")?;
    Ok(Operation { name, params, ret: type_id(at)?, multi: at.eat("multi") })
}

fn handler(at: &mut Cursor<'_>) -> Read<Handler> {
    let body = class_id(at)?;
    let clauses = at.list(|at| {
        Ok(Clause { operation: at.id("o")?, code: class_id(at)?, tail: at.eat("tail") })
    })?;
    at.need("->")?;
    let result = type_id(at)?;
    let ret = if at.eat("return") { Some(class_id(at)?) } else { None };
    Ok(Handler { body, clauses, ret, result })
}

fn template_part(at: &mut Cursor<'_>) -> Read<TemplatePart> {
    if at.starts_with("\"") {
        return Ok(TemplatePart::Text(at.string()?));
    }
    let ty = type_id(at)?;
    let spec = if at.eat(":") {
        FormatSpec::parse(&at.string()?).ok_or("no format spec")?
    } else {
        FormatSpec::default()
    };
    Ok(TemplatePart::Hole { ty, spec })
}

pub(super) fn type_id(at: &mut Cursor<'_>) -> Read<TypeId> {
    at.id("t").map(TypeId)
}

fn class_id(at: &mut Cursor<'_>) -> Read<ClassId> {
    at.id("c").map(ClassId)
}

fn type_desc(at: &mut Cursor<'_>) -> Read<TypeDesc> {
    let word = at.word()?;
    Ok(match word {
        "int" => TypeDesc::Int,
        "float" => TypeDesc::Float,
        "bool" => TypeDesc::Bool,
        "null" => TypeDesc::Null,
        "string" => TypeDesc::String,
        "bytes" => TypeDesc::Bytes,
        "any" => TypeDesc::Any,
        "json" => TypeDesc::Json,
        "never" => TypeDesc::Never,
        "enum" => TypeDesc::Enum(class_id(at)?),
        "obj" => TypeDesc::Obj(class_id(at)?),
        "optional" => TypeDesc::Optional(type_id(at)?),
        "union" => TypeDesc::Union(at.list(type_id)?),
        _ => return Err(format!("`{word}` is no type")),
    })
}

fn class(at: &mut Cursor<'_>) -> Read<ClassDesc> {
    let word = at.word()?;
    Ok(match word {
        "string" => ClassDesc::String,
        "bytes" => ClassDesc::Bytes,
        "boxedint" => ClassDesc::BoxedInt,
        "list" => ClassDesc::List { elem: type_id(at)? },
        "map" => ClassDesc::Map { key: type_id(at)?, value: type_id(at)? },
        "set" => ClassDesc::Set { elem: type_id(at)? },
        "tuple" => ClassDesc::Tuple { elems: at.list(type_id)? },
        "record" => ClassDesc::Record {
            name: at.string()?,
            fields: at.list(|at| {
                let name = at.string()?;
                at.need(":")?;
                Ok((name, type_id(at)?))
            })?,
            seal: seal(at),
        },
        "enum" => ClassDesc::Enum {
            name: at.string()?,
            variants: at.list(|at| Ok(VariantName { name: at.string()?, payload: at.eat("+") }))?,
        },
        "variant" => ClassDesc::Variant {
            of: class_id(at)?,
            ordinal: at.number_as()?,
            name: at.string()?,
            fields: at.list(|at| {
                if !at.starts_with("\"") {
                    return Ok((None, type_id(at)?));
                }
                let name = at.string()?;
                at.need(":")?;
                Ok((Some(name), type_id(at)?))
            })?,
        },
        "fn" => {
            let params = at.list(type_id)?;
            at.need("->")?;
            let ret = type_id(at)?;
            at.need("/")?;
            ClassDesc::Fn { params, ret, effects: effects(at)? }
        }
        "stream" => {
            let elem = type_id(at)?;
            at.need("/")?;
            ClassDesc::Stream { elem, effects: effects(at)? }
        }
        "resumption" => {
            let value = type_id(at)?;
            at.need("->")?;
            ClassDesc::Resumption { value, result: type_id(at)? }
        }
        "run" => ClassDesc::Run { of: class_id(at)? },
        "closure" => {
            ClassDesc::Closure { of: class_id(at)?, cell: at.id("@")?, captures: at.list(type_id)? }
        }
        _ => return Err(format!("`{word}` is no class")),
    })
}

pub(super) fn effects(at: &mut Cursor<'_>) -> Read<EffectSet> {
    let mut set = EffectSet::EMPTY;
    at.need("{")?;
    if at.eat("any") {
        at.need("}")?;
        return Ok(EffectSet::FULL);
    }
    while !at.eat("}") {
        let name = at.word()?;
        let effect = Effect::by_number(name).ok_or_else(|| format!("`{name}` is no effect"))?;
        set = set.union(EffectSet::of(effect));
        at.eat(",");
    }
    Ok(set)
}

fn repr(at: &mut Cursor<'_>) -> Read<Repr> {
    for (word, repr) in
        [("i64", Repr::I64), ("f64", Repr::F64), ("bool", Repr::Bool), ("dyn", Repr::Dyn)]
    {
        if at.eat(word) {
            return Ok(repr);
        }
    }
    let class = class_id(at)?;
    Ok(if at.eat("?") { Repr::Opt(class) } else { Repr::Ref(class) })
}

/// Representations with commas, up to what is none.
fn reprs(at: &mut Cursor<'_>) -> Read<Vec<Repr>> {
    let mut all = Vec::new();
    if at.at_end() || at.starts_with("/") {
        return Ok(all);
    }
    loop {
        all.push(repr(at)?);
        if !at.eat(",") {
            return Ok(all);
        }
    }
}

fn cell_header(at: &mut Cursor<'_>, index: usize) -> Read<Cell> {
    let id = at.id("@")? as usize;
    if id != index {
        return Err(format!("cell {id} comes where {index} is next"));
    }
    let name = at.string()?;
    let params = at.list(|at| {
        let passing = if at.eat("lend") {
            Passing::Borrowed
        } else {
            at.eat("own");
            Passing::Owned
        };
        Ok(Param { repr: repr(at)?, passing })
    })?;
    let results = if at.eat("->") { reprs(at)? } else { Vec::new() };
    let effects = if at.eat("/") { effects(at)? } else { EffectSet::EMPTY };
    Ok(Cell { name, params, results, effects, ..Cell::default() })
}

/// Reads a header line of a cell behind its first; whether it was one.
pub(super) fn cell_row(cell: &mut Cell, at: &mut Cursor<'_>, keyword: &str) -> Read<bool> {
    match keyword {
        "closure" => cell.closure = Some(class_id(at)?),
        "regs" => cell.regs = reprs(at)?,
        "inline" => {
            let name = at.string()?;
            let call = pos(at)?;
            at.need("in")?;
            cell.inlined.push(InlineSite { cell: name, call, parent: at.number_as()? });
        }
        "var" => {
            let name = at.string()?;
            let ty = type_id(at)?;
            let reg = u16::try_from(at.id("r")?).map_err(|_| "no such register")?;
            let start = at.number_as()?;
            at.need("..")?;
            cell.vars.push(Variable { name, ty, reg, start, end: at.number_as()? });
        }
        _ => return Ok(false),
    }
    Ok(true)
}

/// `file:start..end`.
pub(super) fn pos(at: &mut Cursor<'_>) -> Read<Pos> {
    let file = at.number_as()?;
    at.need(":")?;
    let start = at.number_as()?;
    at.need("..")?;
    Ok(Pos { file, start, end: at.number_as()? })
}

fn unhex(text: &str) -> Read<Vec<u8>> {
    let digit = |c: u8| (c as char).to_digit(16).map(|d| d as u8).ok_or("no hexadecimal digit");
    if !text.len().is_multiple_of(2) {
        return Err("half a byte".into());
    }
    text.as_bytes().chunks(2).map(|pair| Ok(digit(pair[0])? << 4 | digit(pair[1])?)).collect()
}

/// The word behind the fields of a sealed record.
fn seal(at: &mut Cursor<'_>) -> Seal {
    let words = [Seal::Secret, Seal::Untrusted];
    words.into_iter().find(|seal| at.eat(seal.word())).unwrap_or_default()
}
