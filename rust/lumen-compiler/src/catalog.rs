//! What a document declares, for readers: signatures, docstrings, and the shapes by which cells are found.
//!
//! Input: the text of a document. Output: its declarations in source order. Nothing is resolved: what the document
//! says is what is shown.
//! Invariant: two cells have the same shape exactly when their signatures differ at most in the names of type
//! variables, the names and order of parameters, and effects.

use crate::compiler::ast::{self, ItemKind, TypeId, TypeKind};
use crate::compiler::parser::{self, ParseOptions};
use crate::markdown::{Form, extract};
use lumen_base::{FileId, Interner, Slice, Span, Symbol};

/// Parameters up to which all their orders are compared.
const PARAMS_MAX: usize = 6;

/// A declaration.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entry {
    pub name: String,
    /// The outermost name in the type of a cell's first parameter: `list`, `Int`, `any`; empty for all else.
    pub head: String,
    /// As it is written; of a cell without its body.
    pub signature: String,
    /// Prose before it.
    pub doc: Option<String>,
    pub is_pub: bool,
    /// Where it begins in the document.
    pub offset: u32,
    shape: Option<Shape>,
}

/// What a cell takes and gives, free of names.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Shape(String);

impl Shape {
    /// A text that only equal shapes have; `html/search.js` makes the same of a query.
    pub fn key(&self) -> &str {
        &self.0
    }
}

impl Entry {
    /// Whether it is a cell of this shape.
    pub fn has_shape(&self, shape: &Shape) -> bool {
        self.shape.as_ref() == Some(shape)
    }

    /// Its shape, of a cell.
    pub fn shape(&self) -> Option<&Shape> {
        self.shape.as_ref()
    }
}

/// The declarations of a document; `is_std` says that it declares builtins.
pub fn entries(text: &str, form: Form, is_std: bool) -> Vec<Entry> {
    let document = extract(text, form, FileId(0), &mut Vec::new());
    let program = document.program(text);
    let mut names = Interner::new();
    let options = ParseOptions { is_std, start: 0, docs: &document.docs };
    let file = parser::parse(&program, FileId(0), &mut names, &mut Vec::new(), options);
    let reader = Reader { text, file: &file, names: &names };
    file.items.iter().filter_map(|&item| reader.entry(&file[item])).collect()
}

/// The shape that a query such as `list[T], Int -> T?` asks for; type variables are single capital letters.
pub fn shape(query: &str) -> Option<Shape> {
    let at = last_arrow(query)?;
    let (params, ret) = (&query[..at], &query[at + 2..]);
    // What a query cannot hold must not end the type that is made of it.
    if query.contains(['\n', '\r', '#', '=']) || ret.trim().is_empty() {
        return None;
    }
    let source = format!("type Query = fn({params}) -> {ret}");
    let (mut names, mut problems) = (Interner::new(), Vec::new());
    let options = ParseOptions::default();
    let file = parser::parse(&source, FileId(0), &mut names, &mut problems, options);
    let &[item] = file.items.as_slice() else { return None };
    let ItemKind::Alias(alias) = file[item].kind else { return None };
    let TypeKind::Fn { params, ret, .. } = file[file[alias].ty].kind else { return None };
    if !problems.is_empty() || !file.statements.is_empty() {
        return None;
    }
    let is_variable = |name: Symbol| {
        let mut chars = names.resolve(name).chars();
        chars.next().is_some_and(char::is_uppercase) && chars.next().is_none()
    };
    let reader = Reader { text: &source, file: &file, names: &names };
    Some(reader.shape(&file[params], Some(ret), &is_variable))
}

/// The last `->` outside of brackets.
fn last_arrow(text: &str) -> Option<usize> {
    let (mut depth, mut found) = (0_i32, None);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' if depth == 0 => return None,
            b')' | b']' | b'}' => depth -= 1,
            b'-' if depth == 0 && text[at..].starts_with("->") => found = Some(at),
            _ => {}
        }
    }
    found
}

struct Reader<'a> {
    text: &'a str,
    file: &'a ast::File,
    names: &'a Interner,
}

impl Reader<'_> {
    fn entry(&self, item: &ast::Item) -> Option<Entry> {
        let file = self.file;
        let (name, span, head, shape) = match item.kind {
            ItemKind::Cell(id) => {
                let cell = &file[id];
                (cell.name, cell.head, self.head(cell), Some(self.shape_of(cell)))
            }
            ItemKind::Record(id) => (file[id].name, file[id].span, String::new(), None),
            ItemKind::Enum(id) => (file[id].name, file[id].span, String::new(), None),
            ItemKind::Alias(id) => (file[id].name, file[id].span, String::new(), None),
            ItemKind::Const(id) => (file[id].name, file[id].span, String::new(), None),
            ItemKind::Trait(id) => (file[id].name, file[id].span, String::new(), None),
            ItemKind::Effect(id) => (file[id].name, file[id].span, String::new(), None),
            ItemKind::Handler(id) => (file[id].name, file[id].span, String::new(), None),
            ItemKind::Tool(id) => (file[id].name, file[id].span, String::new(), None),
            ItemKind::Import(_) | ItemKind::Impl(_) | ItemKind::Grant(_) | ItemKind::Bind(_) => {
                return None;
            }
        };
        Some(Entry {
            name: self.names.resolve(name.symbol).to_owned(),
            head,
            signature: self.source(span),
            doc: item.doc.map(|span| self.source(span)),
            is_pub: item.is_pub,
            offset: span.lo,
            shape,
        })
    }

    fn source(&self, span: Span) -> String {
        span.text(self.text).trim().to_owned()
    }

    fn head(&self, cell: &ast::Cell) -> String {
        let Some(ty) = self.file[cell.params].first().and_then(|param| param.ty) else {
            return String::new();
        };
        let mut ty = ty;
        while let TypeKind::Optional(inner) = self.file[ty].kind {
            ty = inner;
        }
        match self.file[ty].kind {
            TypeKind::Named { name, .. } if self.is_param(cell, name.symbol) => "any".to_owned(),
            TypeKind::Named { name, .. } => self.names.resolve(name.symbol).to_owned(),
            TypeKind::Tuple(_) => "tuple".to_owned(),
            TypeKind::Fn { .. } => "fn".to_owned(),
            _ => "any".to_owned(),
        }
    }

    fn is_param(&self, cell: &ast::Cell, name: Symbol) -> bool {
        self.file[cell.type_params].iter().any(|param| param.name.symbol == name)
    }

    fn shape_of(&self, cell: &ast::Cell) -> Shape {
        let params: Vec<TypeId> =
            self.file[cell.params].iter().filter_map(|param| param.ty).collect();
        self.shape(&params, cell.ret, &|name| self.is_param(cell, name))
    }

    /// Of all orders of the parameters the text that sorts first, with variables numbered as they come.
    fn shape(
        &self,
        params: &[TypeId],
        ret: Option<TypeId>,
        is_variable: &dyn Fn(Symbol) -> bool,
    ) -> Shape {
        let mut order: Vec<usize> = (0..params.len()).collect();
        let mut least: Option<String> = None;
        loop {
            let mut writer =
                Writer { reader: self, is_variable, seen: Vec::new(), out: String::new() };
            order.iter().for_each(|&at| writer.ty(params[at]));
            writer.out.push('>');
            ret.into_iter().for_each(|ty| writer.ty(ty));
            if least.as_ref().is_none_or(|least| writer.out < *least) {
                least = Some(writer.out);
            }
            if params.len() > PARAMS_MAX || !next_order(&mut order) {
                return Shape(least.unwrap_or_default());
            }
        }
    }
}

/// The next permutation in lexical order; false behind the last.
fn next_order(order: &mut [usize]) -> bool {
    let Some(at) = (1..order.len()).rev().find(|&at| order[at - 1] < order[at]) else {
        return false;
    };
    let pivot = order[at - 1];
    let swap = (at..order.len()).rev().find(|&other| order[other] > pivot).unwrap_or(at);
    order.swap(at - 1, swap);
    order[at..].reverse();
    true
}

/// Writes types without the names of variables.
struct Writer<'a> {
    reader: &'a Reader<'a>,
    is_variable: &'a dyn Fn(Symbol) -> bool,
    /// Variables, in the order in which they came.
    seen: Vec<Symbol>,
    out: String,
}

impl Writer<'_> {
    /// The parser bounds the depth of types.
    fn ty(&mut self, id: TypeId) {
        let file = self.reader.file;
        match file[id].kind {
            TypeKind::Error => self.out.push('!'),
            TypeKind::Named { name, args, module: None }
                if args.is_empty() && (self.is_variable)(name.symbol) =>
            {
                let known = self.seen.iter().position(|&other| other == name.symbol);
                let number = known.unwrap_or_else(|| {
                    self.seen.push(name.symbol);
                    self.seen.len() - 1
                });
                self.out.push_str(&format!("'{number} "));
            }
            TypeKind::Named { name, args, .. } => {
                self.out.push_str(self.reader.names.resolve(name.symbol));
                self.all(args);
            }
            TypeKind::AnyTrait(traits) => {
                for name in &file[traits] {
                    self.out.push_str("any ");
                    self.out.push_str(self.reader.names.resolve(name.symbol));
                }
            }
            TypeKind::Optional(inner) => {
                self.out.push('?');
                self.ty(inner);
            }
            TypeKind::Union(types) => {
                self.out.push('|');
                self.all(types);
            }
            TypeKind::Tuple(types) => {
                self.out.push_str("tuple");
                self.all(types);
            }
            TypeKind::Fn { params, ret, .. } => {
                self.out.push_str("fn");
                self.all(params);
                self.ty(ret);
            }
        }
    }

    fn all(&mut self, types: Slice<TypeId>) {
        self.out.push('[');
        for &ty in &self.reader.file[types] {
            self.ty(ty);
            self.out.push(',');
        }
        self.out.push(']');
    }
}
