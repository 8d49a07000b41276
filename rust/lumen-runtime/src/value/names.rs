//! The names of types and classes, as messages and `type_of` show them.

#![expect(unsafe_code, reason = "reads classes of objects")]

use super::classes::{Classes, Kind};
use super::heap::Heap;
use super::view::View;
use super::word::ClassId;
use lumen_lir::{TypeDesc, TypeId};

/// Types nested deeper than this are shown as `…`.
const DEPTH_MAX: usize = 12;

impl Classes {
    /// The name of a type: `list[Int]`, `String?`.
    pub fn type_name(&self, ty: TypeId) -> String {
        self.nested_type(ty, 0)
    }

    /// The name of a class: `map[String, Json]`, `Point`.
    pub fn class_name(&self, class: ClassId) -> String {
        self.nested_class(class, 0)
    }

    fn nested_type(&self, ty: TypeId, depth: usize) -> String {
        if depth > DEPTH_MAX {
            return "…".to_owned();
        }
        match &self.type_row(ty).desc {
            TypeDesc::Int => "Int".to_owned(),
            TypeDesc::Float => "Float".to_owned(),
            TypeDesc::Bool => "Bool".to_owned(),
            TypeDesc::Null => "Null".to_owned(),
            TypeDesc::String => "String".to_owned(),
            TypeDesc::Bytes => "Bytes".to_owned(),
            TypeDesc::Any => "Any".to_owned(),
            TypeDesc::Json => "Json".to_owned(),
            TypeDesc::Never => "Never".to_owned(),
            TypeDesc::Enum(class) | TypeDesc::Obj(class) => self.nested_class(class.0, depth),
            TypeDesc::Optional(inner) => format!("{}?", self.nested_type(*inner, depth + 1)),
            TypeDesc::Union(members) => {
                let names = members.iter().map(|ty| self.nested_type(*ty, depth + 1));
                names.collect::<Vec<_>>().join(" | ")
            }
        }
    }

    fn nested_class(&self, class: ClassId, depth: usize) -> String {
        let row = self.row(class);
        let names = |types: &[TypeId]| {
            let names = types.iter().map(|ty| self.nested_type(*ty, depth + 1));
            names.collect::<Vec<_>>().join(", ")
        };
        match row.kind {
            Kind::String => "String".to_owned(),
            Kind::Bytes => "Bytes".to_owned(),
            Kind::BoxedInt => "Int".to_owned(),
            Kind::List => format!("list[{}]", names(&row.types)),
            Kind::Map => format!("map[{}]", names(&row.types)),
            Kind::Set => format!("set[{}]", names(&row.types)),
            Kind::Tuple => format!("({})", names(&row.types)),
            Kind::Record | Kind::Secret | Kind::Untrusted | Kind::Enum => row.name.to_string(),
            Kind::Variant => self.row(row.owner).name.to_string(),
            Kind::Closure => self.nested_class(row.owner, depth),
            Kind::Resumption => "fn".to_owned(),
            Kind::Stream => format!("Stream[{}]", names(&row.types)),
            Kind::Fn => match row.types.split_last() {
                Some((ret, params)) => {
                    format!("fn({}) -> {}", names(params), self.nested_type(*ret, depth + 1))
                }
                None => "fn".to_owned(),
            },
        }
    }
}

impl Heap {
    /// The name of a value's own type.
    ///
    /// # Safety
    /// The object of the view is live.
    pub unsafe fn type_name_of(&self, view: View) -> String {
        match view {
            View::Null => "Null".to_owned(),
            View::Bool(_) => "Bool".to_owned(),
            View::Int(_) => "Int".to_owned(),
            View::Float(_) => "Float".to_owned(),
            View::Enum(class, _) => self.classes().class_name(class),
            // SAFETY: as the caller promises.
            View::Object(p) => self.classes().class_name(unsafe { (*p).class }),
        }
    }
}
