//! Declarations: written types to interned types, signatures of cells, fields of records and variants.
//!
//! HIR declarations → `TypeTables` without bodies. Runs before any body. A cell without return type gets its `ret`
//! when its body is checked; until then its state is `Ret::Unknown`.

use super::diagnostics as d;
use super::erase::Refined;
use super::tables::CellSig;
use super::types::{RowKind, RowTy, Ty, TyFlags, TyKind};
use super::{CellInfo, Checker, Ret, TYPE_SIZE_MAX};
use crate::compiler::hir::{
    AliasId, Bound, Bounds, Cell, CellBody, CellId, CellOrigin, EnumId, RecordId, RowRef, TyRefId,
    TyRefKind, TypeParamId,
};
use lumen_base::FileId;
use lumen_lir::effects::EffectSet;

/// How deep aliases may refer to later aliases.
const ALIAS_DEPTH_MAX: u32 = 128;

/// What a function type without a row means at the place where it stands (decisions 17).
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum FnRows {
    /// A parameter's type: a row parameter of the cell, collected in `Checker::row_params`.
    Params,
    /// A lambda parameter's type: a variable.
    Infer,
    /// Anywhere else: no effects.
    Closed,
}

/// The expansion of an alias.
#[derive(Clone, Copy)]
pub(super) enum AliasState {
    Unknown,
    Expanding,
    Known(Ty),
}

impl<'a> Checker<'a> {
    /// Fills everything but bodies.
    pub(super) fn declare(&mut self) {
        let hir = self.hir;
        for id in hir.aliases.ids() {
            self.alias(id);
        }
        for (id, record) in hir.records.iter() {
            let file = hir.modules[record.module].file;
            let fields: Box<[Ty]> =
                record.fields.iter().map(|field| self.ty(field.ty, FnRows::Closed, file)).collect();
            self.tables.records.insert(id, fields);
        }
        for (id, decl) in hir.enums.iter() {
            let file = hir.modules[decl.module].file;
            let mut variants = Vec::with_capacity(decl.variants.len());
            for variant in &decl.variants {
                let fields = &variant.fields;
                let tys: Box<[Ty]> =
                    fields.iter().map(|f| self.ty(f.ty, FnRows::Closed, file)).collect();
                variants.push(tys);
            }
            self.tables.variants.insert(id, variants.into_boxed_slice());
        }
        self.check_regular();
        self.declare_traits();
        self.check_any_traits();
        self.declare_impls();
        self.find_holders();
        if hir.aliases.values().any(|alias| alias.check.is_some()) {
            self.tables.refined = Refined::find(hir, &self.tables, &self.store);
        }
        self.check_written_bounds();
        for id in hir.cells.ids() {
            let row_var = self.rows.fresh();
            self.cells.push(CellInfo {
                row_params: Box::new([]),
                row_var,
                row_declared: false,
                instances: Box::new([]),
                ret: Ret::Known,
            });
            debug_assert_eq!(self.cells.len(), id.index() + 1);
        }
        self.declare_cells();
        self.check_host_cells();
        self.check_impls();
        self.declare_attached();
        self.check_written_bounds();
    }

    fn declare_cells(&mut self) {
        let hir = self.hir;
        for (id, cell) in hir.cells.iter() {
            if matches!(cell.origin, CellOrigin::Default | CellOrigin::Where | CellOrigin::Const) {
                continue;
            }
            let file = hir.modules[cell.module].file;
            self.row_params.clear();
            let params = cell.params.iter();
            let tys: Box<[Ty]> = params
                .map(|param| {
                    // What an operation is given runs in a clause, outside of what its performer is in.
                    let rows = match cell.origin {
                        CellOrigin::Operation(_) => FnRows::Closed,
                        _ => FnRows::Params,
                    };
                    let ty = self.ty(param.ty, rows, file);
                    if param.variadic { self.store.list(ty) } else { ty }
                })
                .collect();
            let synthetic = std::mem::take(&mut self.row_params);
            let ret = match cell.ret {
                Some(ret) => self.ty(ret, FnRows::Closed, file),
                None if matches!(cell.origin, CellOrigin::Script) => Ty::NULL,
                None if matches!(cell.body, CellBody::Extern(_)) => Ty::NULL,
                None if matches!(cell.origin, CellOrigin::Trait(_)) => Ty::NULL,
                // The trait's, see `signature.rs`.
                None if matches!(cell.origin, CellOrigin::Impl(_)) => Ty::ERROR,
                None if matches!(cell.body, CellBody::Error) => Ty::ERROR,
                None => {
                    self.cells[id.index()].ret = Ret::Unknown;
                    Ty::ERROR
                }
            };
            self.declare_row(id, cell, &synthetic);
            self.row_params = synthetic;
            let row = self.declared_row(id, cell);
            let ret = if cell.is_generator { self.generated(id, ret, row) } else { ret };
            self.tables.sigs.insert(
                id,
                CellSig { type_params: cell.type_params.clone(), params: tys, ret, row },
            );
        }
    }

    /// What crosses between the program and its host is data.
    fn check_host_cells(&mut self) {
        let hir = self.hir;
        for (id, cell) in hir.cells.iter() {
            let (CellBody::Host, Some(sig)) = (&cell.body, self.tables.sigs.get(id)) else {
                continue;
            };
            let refs = cell.params.iter().map(|param| param.ty).chain(cell.ret);
            let types: Vec<(Ty, TyRefId)> =
                sig.params.iter().copied().chain([sig.ret]).zip(refs).collect();
            let file = hir.modules[cell.module].file;
            for (ty, written) in types {
                if !self.no_functions(ty, &mut |_| false) || self.holds_any(ty) {
                    let at = hir.ty_refs[written].span.in_file(file);
                    let shown = self.show(ty);
                    self.diags.push(d::host_type(at, &shown));
                }
            }
        }
    }

    /// The stream that a generator gives: its row is what the body does, written or inferred.
    fn generated(&mut self, id: CellId, ret: Ty, row: RowTy) -> Ty {
        let TyKind::Stream { elem, .. } = *self.store.kind(ret) else { return ret };
        let info = &self.cells[id.index()];
        let row = match info.row_declared {
            true => row,
            false => self.rows.row_of(info.row_var, &mut self.store),
        };
        self.store.intern(TyKind::Stream { elem, row })
    }

    fn declare_row(&mut self, id: CellId, cell: &Cell, synthetic: &[TypeParamId]) {
        let own = cell.type_params.iter().copied();
        let mut all: Vec<TypeParamId> = own
            .filter(|&p| self.hir.type_params[p].is_row)
            .chain(synthetic.iter().copied())
            .collect();
        all.sort_unstable();
        all.dedup();
        let info = &mut self.cells[id.index()];
        info.row_params = all.into_boxed_slice();
        // A row with an unknown effect was reported: the body's own row stands for it.
        let known = |row: &RowRef| {
            row.effects.iter().all(|&(name, _)| self.hir.effect(name, self.names).is_some())
        };
        let written = cell.row.as_ref().is_some_and(known);
        let is_member = matches!(cell.origin, CellOrigin::Trait(_) | CellOrigin::Impl(_));
        info.row_declared = written || is_member || !matches!(cell.body, CellBody::Lumen(_));
    }

    /// The row that callers see: what is written, plus what the function parameters without a row may do.
    fn declared_row(&mut self, id: CellId, cell: &Cell) -> RowTy {
        if !self.cells[id.index()].row_declared {
            return RowTy::EMPTY;
        }
        let mut params = std::mem::take(&mut self.row_params);
        let mut known = RowKind::default();
        if let Some(row) = &cell.row {
            known.effects = self.written_effects(row);
            known.instances = self.written_instances(row, self.file_of(id));
            params.extend_from_slice(&row.vars);
        }
        params.sort_unstable();
        params.dedup();
        self.store.intern_row(RowKind { params: params.into(), ..known })
    }

    /// The row that a lambda writes; nothing when it names an unknown effect, which was reported.
    pub(super) fn written_row(&mut self, row: &RowRef, file: FileId) -> Option<RowTy> {
        let mut names = row.effects.iter();
        if !names.all(|&(name, _)| self.hir.effect(name, self.names).is_some()) {
            return None;
        }
        Some(self.known_row(row, file))
    }

    /// A written row.
    fn known_row(&mut self, row: &RowRef, file: FileId) -> RowTy {
        let effects = self.written_effects(row);
        let instances = self.written_instances(row, file);
        let mut params = row.vars.to_vec();
        params.sort_unstable();
        params.dedup();
        let params = params.into_boxed_slice();
        self.store.intern_row(RowKind { effects, params, instances, ..RowKind::default() })
    }

    /// The effects of a row that have type arguments.
    fn written_instances(&mut self, row: &RowRef, file: FileId) -> Box<[Ty]> {
        let hir = self.hir;
        let mut found = Vec::with_capacity(row.instances.len());
        for instance in &row.instances {
            let params = &hir.effects[instance.effect].type_params;
            if let Some(args) = self.type_args(params, &instance.args, FnRows::Closed, file) {
                found.push(self.store.intern(TyKind::Instance(instance.effect, args)));
            }
        }
        found.sort_unstable();
        found.dedup();
        found.into_boxed_slice()
    }

    /// Unknown names were reported by name resolution.
    fn written_effects(&self, row: &RowRef) -> EffectSet {
        let effects = row.effects.iter().filter_map(|&(name, _)| self.hir.effect(name, self.names));
        let known = effects.map(EffectSet::of);
        known.fold(EffectSet::EMPTY, EffectSet::union)
    }

    /// Signatures of the small cells that belong to a parameter, field or constant.
    fn declare_attached(&mut self) {
        let hir = self.hir;
        for (id, cell) in hir.cells.iter() {
            for (i, param) in cell.params.iter().enumerate() {
                let Some(default) = param.default else { continue };
                let Some(sig) = self.tables.sigs.get(id) else { continue };
                let (params, ret) = (sig.params[..i].into(), sig.params[i]);
                let type_params = sig.type_params.clone();
                let row_params = self.cells[id.index()].row_params.clone();
                self.cells[default.index()].row_params = row_params;
                self.attach(default, CellSig { type_params, params, ret, row: RowTy::EMPTY });
            }
        }
        for (id, record) in hir.records.iter() {
            let fields = self.tables.records[id].clone();
            for (field, &ty) in record.fields.iter().zip(&fields) {
                let type_params = record.type_params.clone();
                let row = RowTy::EMPTY;
                if let Some(cell) = field.default {
                    let sig = CellSig { type_params, params: Box::new([]), ret: ty, row };
                    self.attach(cell, sig);
                }
                let type_params = record.type_params.clone();
                if let Some((cell, _)) = field.check {
                    let params = fields.clone();
                    self.attach(cell, CellSig { type_params, params, ret: Ty::BOOL, row });
                }
            }
        }
        for alias in hir.aliases.values() {
            let Some((cell, _)) = alias.check else { continue };
            let file = hir.modules[alias.module].file;
            let base = self.ty(alias.ty, FnRows::Closed, file);
            let type_params = alias.type_params.clone();
            let (params, row) = (Box::new([base]), RowTy::EMPTY);
            self.attach(cell, CellSig { type_params, params, ret: Ty::BOOL, row });
        }
        for (id, constant) in hir.consts.iter() {
            let file = hir.modules[constant.module].file;
            let ret = match constant.ty {
                Some(ty) => self.ty(ty, FnRows::Closed, file),
                None => {
                    self.cells[constant.init.index()].ret = Ret::Unknown;
                    Ty::ERROR
                }
            };
            self.tables.consts.insert(id, ret);
            let sig =
                CellSig { type_params: Box::new([]), params: Box::new([]), ret, row: RowTy::EMPTY };
            self.attach(constant.init, sig);
        }
    }

    /// Defaults, conditions and initialisers are pure: their row is declared empty.
    fn attach(&mut self, cell: CellId, sig: CellSig) {
        self.cells[cell.index()].row_declared = true;
        self.tables.sigs.insert(cell, sig);
    }

    /// The type an alias stands for, mentioning the alias's own type parameters.
    fn alias(&mut self, id: AliasId) -> Ty {
        match self.aliases[id.index()] {
            AliasState::Known(ty) => return ty,
            AliasState::Expanding => {
                // Reported by name resolution.
                self.aliases[id.index()] = AliasState::Known(Ty::ERROR);
                return Ty::ERROR;
            }
            AliasState::Unknown => {}
        }
        let alias = &self.hir.aliases[id];
        let file = self.hir.modules[alias.module].file;
        if self.alias_depth >= ALIAS_DEPTH_MAX {
            self.diags.push(d::type_too_large(alias.span.in_file(file)));
            return Ty::ERROR;
        }
        self.alias_depth += 1;
        self.aliases[id.index()] = AliasState::Expanding;
        let mut ty = self.ty(alias.ty, FnRows::Closed, file);
        if alias.check.is_some() {
            ty = self.refined(id, ty);
        }
        self.alias_depth -= 1;
        if let AliasState::Known(known) = self.aliases[id.index()] {
            ty = known;
        }
        self.aliases[id.index()] = AliasState::Known(ty);
        ty
    }

    /// The type that an alias with a condition declares over `base`.
    fn refined(&mut self, id: AliasId, base: Ty) -> Ty {
        let alias = &self.hir.aliases[id];
        let file = self.hir.modules[alias.module].file;
        let fine = match self.store.kind(base) {
            TyKind::Int
            | TyKind::Float
            | TyKind::Bool
            | TyKind::String
            | TyKind::Bytes
            | TyKind::List(_)
            | TyKind::Map(..)
            | TyKind::Set(_)
            | TyKind::Tuple(_)
            | TyKind::Record(..)
            | TyKind::Enum(..)
            | TyKind::Refined { .. } => !self.store.flags(base).any(TyFlags::FN),
            TyKind::Error => return Ty::ERROR,
            _ => false,
        };
        if !fine {
            let shown = self.show(base);
            let at = self.hir.ty_refs[alias.ty].span.in_file(file);
            self.diags.push(d::not_refinable(at, &shown));
            return Ty::ERROR;
        }
        let params = alias.type_params.iter();
        let args = params.map(|&param| self.store.intern(TyKind::Param(param))).collect();
        self.store.intern(TyKind::Refined { alias: id, args, base })
    }

    /// The type that `id` writes.
    pub(super) fn ty(&mut self, id: TyRefId, rows: FnRows, file: FileId) -> Ty {
        let node = &self.hir.ty_refs[id];
        let ty = match &node.kind {
            TyRefKind::Error => Ty::ERROR,
            TyRefKind::Int => Ty::INT,
            TyRefKind::Float => Ty::FLOAT,
            TyRefKind::Bool => Ty::BOOL,
            TyRefKind::String => Ty::STRING,
            TyRefKind::Bytes => Ty::BYTES,
            TyRefKind::Null => Ty::NULL,
            TyRefKind::Never => Ty::NEVER,
            TyRefKind::Json => Ty::JSON,
            TyRefKind::Any => Ty::ANY,
            TyRefKind::List(elem) => {
                let elem = self.ty(*elem, rows, file);
                self.store.list(elem)
            }
            TyRefKind::Set(elem) => {
                let elem_ty = self.ty(*elem, rows, file);
                self.key_type(elem_ty, *elem, file);
                self.store.intern(TyKind::Set(elem_ty))
            }
            TyRefKind::Map(key, value) => {
                let key_ty = self.ty(*key, rows, file);
                self.key_type(key_ty, *key, file);
                let value = self.ty(*value, rows, file);
                self.store.intern(TyKind::Map(key_ty, value))
            }
            TyRefKind::Tuple(parts) => {
                let parts = parts.iter().map(|&part| self.ty(part, rows, file)).collect();
                self.store.tuple(parts)
            }
            TyRefKind::Record(record, args) => self.record_ref(*record, args, rows, file),
            TyRefKind::Enum(decl, args) => self.enum_ref(*decl, args, rows, file),
            TyRefKind::Alias(alias, args) => self.alias_ref(*alias, args, rows, file),
            TyRefKind::SelfType(of) => self.ty(*of, rows, file),
            TyRefKind::Param(param) => self.store.intern(TyKind::Param(*param)),
            TyRefKind::Optional(inner) => {
                let inner = self.ty(*inner, rows, file);
                self.store.optional(inner)
            }
            TyRefKind::Union(members) => {
                let tys: Vec<Ty> = members.iter().map(|&m| self.ty(m, rows, file)).collect();
                let of = tys
                    .iter()
                    .find(|&&ty| self.store.members(ty).iter().any(|&m| self.is_object(m)));
                if let Some(&of) =
                    of.filter(|_| tys.iter().any(|&ty| ty != Ty::NULL && !self.is_object(ty)))
                {
                    let shown = self.show(of);
                    self.diags.push(d::any_trait_in_union(node.span.in_file(file), &shown));
                    return Ty::ERROR;
                }
                self.store.union(&tys)
            }
            TyRefKind::AnyTrait(traits) => self.store.intern(TyKind::Object(traits.clone())),
            TyRefKind::Fn { params, ret, row } => {
                let params: Box<[Ty]> = params.iter().map(|&p| self.ty(p, rows, file)).collect();
                let ret = self.ty(*ret, rows, file);
                let row = match row {
                    Some(row) => self.known_row(row, file),
                    None => self.implicit_row(rows),
                };
                self.store.intern(TyKind::Fn { params, ret, row })
            }
            TyRefKind::Stream(elem) => {
                let elem = self.ty(*elem, rows, file);
                let row = self.implicit_row(rows);
                self.store.intern(TyKind::Stream { elem, row })
            }
            TyRefKind::Infer if self.in_body => self.fresh(),
            TyRefKind::Infer => {
                self.diags.push(d::annotate_signature(node.span.in_file(file)));
                Ty::ERROR
            }
        };
        if self.store.size(ty) > TYPE_SIZE_MAX {
            self.diags.push(d::type_too_large(node.span.in_file(file)));
            return Ty::ERROR;
        }
        ty
    }

    fn implicit_row(&mut self, rows: FnRows) -> RowTy {
        match rows {
            FnRows::Closed => RowTy::EMPTY,
            FnRows::Infer => {
                let var = self.rows.fresh();
                self.rows.row_of(var, &mut self.store)
            }
            FnRows::Params => {
                let param = TypeParamId::from_raw(self.next_row_param);
                self.next_row_param += 1;
                self.row_params.push(param);
                let params = Box::new([param]);
                self.store.intern_row(RowKind { params, ..RowKind::default() })
            }
        }
    }

    fn record_ref(&mut self, id: RecordId, args: &[TyRefId], rows: FnRows, file: FileId) -> Ty {
        let record = &self.hir.records[id];
        let params = &record.type_params;
        match self.type_args(params, args, rows, file) {
            Some(args) => self.store.intern(TyKind::Record(id, args)),
            None => Ty::ERROR,
        }
    }

    fn enum_ref(&mut self, id: EnumId, args: &[TyRefId], rows: FnRows, file: FileId) -> Ty {
        let decl = &self.hir.enums[id];
        let params = &decl.type_params;
        match self.type_args(params, args, rows, file) {
            Some(args) => self.store.intern(TyKind::Enum(id, args)),
            None => Ty::ERROR,
        }
    }

    fn alias_ref(&mut self, id: AliasId, args: &[TyRefId], rows: FnRows, file: FileId) -> Ty {
        let alias = &self.hir.aliases[id];
        let params = &alias.type_params;
        let args = self.type_args(params, args, rows, file);
        let body = self.alias(id);
        match args {
            Some(args) if args.is_empty() => body,
            Some(args) => self.replace(body, params, &args),
            None => Ty::ERROR,
        }
    }

    fn type_args(
        &mut self,
        params: &[TypeParamId],
        args: &[TyRefId],
        rows: FnRows,
        file: FileId,
    ) -> Option<Box<[Ty]>> {
        let tys: Vec<Ty> = args.iter().map(|&arg| self.ty(arg, rows, file)).collect();
        if args.is_empty() && !params.is_empty() && self.in_body {
            return Some(params.iter().map(|_| self.fresh()).collect());
        }
        if tys.len() != params.len() {
            // Reported by name resolution.
            return None;
        }
        for (i, (&param, &ty)) in params.iter().zip(&tys).enumerate() {
            let at = self.hir.ty_refs[args[i]].span.in_file(file);
            for bound in self.bounds_of(param) {
                self.written_bounds.push((ty, bound, at));
            }
        }
        if self.in_body {
            self.check_written_bounds();
        }
        Some(tys.into_boxed_slice())
    }

    fn key_type(&mut self, ty: Ty, written: TyRefId, file: FileId) {
        if self.store.flags(ty).any(TyFlags::FN) || matches!(self.store.kind(ty), TyKind::Param(_))
        {
            let at = self.hir.ty_refs[written].span.in_file(file);
            if matches!(self.store.kind(ty), TyKind::Param(_)) {
                // A bare parameter as a key is decided where it is instantiated.
                return;
            }
            self.written_bounds.push((ty, Bound::Builtin(Bounds::EQ), at));
        }
    }

    /// Bounds of written type arguments: checked once fields are known.
    fn check_written_bounds(&mut self) {
        for (ty, bound, at) in std::mem::take(&mut self.written_bounds) {
            self.require(ty, bound, at);
        }
    }
}
