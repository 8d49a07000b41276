//! What every generated module has: classes, types, constants and the signatures of its cells.

use lumen_lir::*;

/// A kind of values: how a register holds them, and their type.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Kind {
    pub(crate) repr: Repr,
    pub(crate) ty: TypeId,
}

/// A cell that others call: the first parameter counts down.
#[derive(Clone, Debug)]
pub(crate) struct Sig {
    pub(crate) params: Vec<(Kind, Passing)>,
    /// One register, or the two of an optional Int.
    pub(crate) result: Option<Kind>,
}

/// The module so far, and what its cells are made of.
pub(crate) struct World {
    pub(crate) b: ModuleBuilder,
    pub(crate) kinds: Vec<Kind>,
    pub(crate) ints: ClassId,
    pub(crate) bools: ClassId,
    pub(crate) rows: ClassId,
    pub(crate) point: ClassId,
    pub(crate) points: ClassId,
    pub(crate) tree: ClassId,
    pub(crate) shelf: ClassId,
    pub(crate) function: ClassId,
    pub(crate) adder: ClassId,
    pub(crate) runner: ClassId,
    pub(crate) left: ClassId,
    pub(crate) cleanup: ClassId,
    pub(crate) outcome: ClassId,
    pub(crate) sigs: Vec<Sig>,
}

/// The cells with a fixed place; what others call stands behind them, the entry is the last one.
pub(crate) const ADDER: u32 = 0;
pub(crate) const CLEANUP: u32 = 1;
pub(crate) const RUNNER: u32 = 2;
pub(crate) const FIRST: u32 = 3;

pub(crate) const INT: Kind = Kind { repr: Repr::I64, ty: TypeId::INT };
pub(crate) const FLOAT: Kind = Kind { repr: Repr::F64, ty: TypeId::FLOAT };
pub(crate) const BOOL: Kind = Kind { repr: Repr::Bool, ty: TypeId::BOOL };
pub(crate) const TEXT: Kind = Kind { repr: Repr::Ref(ClassId::STRING), ty: TypeId::STRING };
pub(crate) const INTS: Kind = Kind { repr: Repr::Ref(ClassId::LIST_INT), ty: TypeId::LIST_INT };
pub(crate) const DYN: Kind = Kind { repr: Repr::Dyn, ty: TypeId::ANY };

impl World {
    pub(crate) fn new() -> World {
        let mut b = ModuleBuilder::new("generated");
        let list = |b: &mut ModuleBuilder, elem| b.intern_class(ClassDesc::List { elem });
        let ints = ClassId::LIST_INT;
        let floats = list(&mut b, TypeId::FLOAT);
        let bools = list(&mut b, TypeId::BOOL);
        let rows = list(&mut b, TypeId::LIST_INT);
        let named = |name: &str, ty| (name.to_owned(), ty);
        let point = b.intern_class(ClassDesc::Record {
            name: "Point".to_owned(),
            fields: vec![
                named("x", TypeId::INT),
                named("y", TypeId::FLOAT),
                named("ok", TypeId::BOOL),
                named("tags", TypeId::LIST_INT),
            ],
            seal: Seal::Open,
        });
        let point_ty = b.class_type(point);
        let points = list(&mut b, point_ty);
        let tree = enumeration(&mut b, "Tree", &[("Leaf", &[]), ("Bud", &[TypeId::INT])], true);
        let int_map = b.intern_class(ClassDesc::Map { key: TypeId::INT, value: TypeId::INT });
        let shelf = b.intern_class(ClassDesc::Map { key: TypeId::STRING, value: TypeId::LIST_INT });
        let set = b.intern_class(ClassDesc::Set { elem: TypeId::INT });
        let effects = EffectSet::EMPTY;
        let function = b.intern_class(ClassDesc::Fn {
            params: vec![TypeId::INT, TypeId::LIST_INT],
            ret: TypeId::INT,
            effects,
        });
        let left = b.intern_class(ClassDesc::Fn { params: vec![], ret: TypeId::NULL, effects });
        let closure = |b: &mut ModuleBuilder, of, cell| {
            b.intern_class(ClassDesc::Closure {
                of,
                cell,
                captures: vec![TypeId::INT, TypeId::LIST_INT],
            })
        };
        let adder = closure(&mut b, function, ADDER);
        let cleanup = closure(&mut b, left, CLEANUP);
        let runner = closure(&mut b, function, RUNNER);
        let failure = b.intern_class(ClassDesc::Record {
            name: "Failure".to_owned(),
            fields: vec![named("code", TypeId::STRING), named("message", TypeId::STRING)],
            seal: Seal::Open,
        });
        let failure_ty = b.class_type(failure);
        let outcome = enumeration(
            &mut b,
            "Outcome",
            &[("ok", &[TypeId::INT]), ("err", &[failure_ty])],
            false,
        );
        let maybe_ty = b.intern_type(TypeDesc::Optional(point_ty));
        let mut kinds = vec![INT, FLOAT, BOOL, TEXT, INTS, DYN];
        for class in
            [floats, bools, rows, point, points, tree, int_map, shelf, set, function, outcome]
        {
            let ty = b.class_type(class);
            kinds.push(Kind { repr: Repr::Ref(class), ty });
        }
        kinds.push(Kind { repr: Repr::Opt(point), ty: maybe_ty });
        let maybe_ints = b.intern_type(TypeDesc::Optional(TypeId::LIST_INT));
        kinds.push(Kind { repr: Repr::Opt(ints), ty: maybe_ints });
        b.module_mut().files.push(SourceFile {
            path: "generated".to_owned(),
            hash: [0; 32],
            line_starts: (0..4096).map(|line| line * 4).collect(),
        });
        World {
            b,
            kinds,
            ints,
            bools,
            rows,
            point,
            points,
            tree,
            shelf,
            function,
            adder,
            runner,
            left,
            cleanup,
            outcome,
            sigs: Vec::new(),
        }
    }

    pub(crate) fn class(&self, repr: Repr) -> Option<&ClassDesc> {
        Some(&self.b.module().classes[repr.class()?.index()])
    }

    pub(crate) fn slot(&self, ty: TypeId) -> Repr {
        slot_repr(&self.b.module().types, ty).expect("a type of the module")
    }

    pub(crate) fn kind_of(&self, repr: Repr) -> Option<Kind> {
        self.kinds.iter().copied().find(|kind| kind.repr == repr)
    }

    /// Elements of a list or set; keys of a map.
    pub(crate) fn elem(&self, repr: Repr) -> Option<Repr> {
        match self.class(repr)? {
            ClassDesc::List { elem } | ClassDesc::Set { elem } => Some(self.slot(*elem)),
            ClassDesc::Map { key, .. } => Some(self.slot(*key)),
            _ => None,
        }
    }

    /// Values of a map.
    pub(crate) fn value(&self, repr: Repr) -> Option<Repr> {
        match self.class(repr)? {
            ClassDesc::Map { value, .. } => Some(self.slot(*value)),
            _ => None,
        }
    }

    pub(crate) fn is_payload_enum(&self, repr: Repr) -> bool {
        self.class(repr).is_some_and(ClassDesc::is_payload_enum)
    }

    /// Fields of the objects of a class.
    pub(crate) fn fields(&self, class: ClassId) -> Vec<Repr> {
        let desc = &self.b.module().classes[class.index()];
        let all = 0..desc.flat_len().unwrap_or(0);
        all.filter_map(|at| desc.flat_field(at)).map(|ty| self.slot(ty)).collect()
    }
}

/// An enum; `recursive`: its last variant has two of itself and a number.
fn enumeration(
    b: &mut ModuleBuilder,
    name: &str,
    variants: &[(&str, &[TypeId])],
    recursive: bool,
) -> ClassId {
    let id = b.reserve_enum(variants.len() + usize::from(recursive));
    let ty = b.intern_type(TypeDesc::Obj(id));
    let mut all: Vec<(String, Vec<TypeId>)> =
        variants.iter().map(|(name, fields)| ((*name).to_owned(), fields.to_vec())).collect();
    if recursive {
        all.push(("Node".to_owned(), vec![ty, TypeId::INT, ty]));
    }
    let names = all
        .iter()
        .map(|(name, fields)| VariantName { name: name.clone(), payload: !fields.is_empty() })
        .collect();
    b.define_class(id, ClassDesc::Enum { name: name.to_owned(), variants: names });
    for (ordinal, (name, fields)) in all.into_iter().enumerate() {
        let fields = fields.into_iter().map(|ty| (None, ty)).collect();
        let of = id;
        let variant = ClassDesc::Variant { of, ordinal: ordinal as u32, name, fields };
        b.define_class(ClassId(id.0 + 1 + ordinal as u32), variant);
    }
    id
}
