//! Rust types as types of host functions: how their values cross, and which declared types they fit.

use lumen_lir::{ClassDesc, ClassId, Module, TypeDesc, TypeId};
use lumen_runtime::value::exchange::HostValue;
use std::collections::BTreeMap;
use std::fmt;

/// The type of a parameter or result of a registered function.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum HostType {
    /// Any type: the value is taken as it is.
    Any,
    /// `Int`.
    Int,
    /// `Float`.
    Float,
    /// `Bool`.
    Bool,
    /// `String`.
    Str,
    /// `Null`.
    Null,
    /// `list[_]` or `set[_]`.
    List(Box<HostType>),
    /// `map[String, _]`.
    Map(Box<HostType>),
    /// A tuple.
    Tuple(Vec<HostType>),
    /// `_?`.
    Optional(Box<HostType>),
    /// `result[_, _]`.
    Result(Box<HostType>, Box<HostType>),
}

impl HostType {
    /// Whether it is the Rust side of a declared type.
    pub(super) fn fits(&self, module: &Module, ty: TypeId) -> bool {
        let Some(desc) = module.types.get(ty.index()) else { return false };
        match (self, desc) {
            (HostType::Any, _)
            | (HostType::Int, TypeDesc::Int)
            | (HostType::Float, TypeDesc::Float)
            | (HostType::Bool, TypeDesc::Bool)
            | (HostType::Str, TypeDesc::String)
            | (HostType::Null, TypeDesc::Null) => true,
            (HostType::Optional(inner), TypeDesc::Optional(of)) => inner.fits(module, *of),
            (_, TypeDesc::Obj(class)) => self.fits_class(module, *class),
            _ => false,
        }
    }

    fn fits_class(&self, module: &Module, class: ClassId) -> bool {
        let payload = |n: u32| match module.classes.get((class.0 + 1 + n) as usize) {
            Some(ClassDesc::Variant { of, fields, name, .. }) if *of == class => match &**fields {
                [(_, ty)] => Some((name.as_str(), *ty)),
                _ => None,
            },
            _ => None,
        };
        match (self, module.classes.get(class.index())) {
            (HostType::List(inner), Some(ClassDesc::List { elem } | ClassDesc::Set { elem })) => {
                inner.fits(module, *elem)
            }
            (HostType::Map(inner), Some(ClassDesc::Map { key, value })) => {
                *key == TypeId::STRING && inner.fits(module, *value)
            }
            (HostType::Tuple(parts), Some(ClassDesc::Tuple { elems })) => {
                parts.len() == elems.len()
                    && parts.iter().zip(elems).all(|(part, ty)| part.fits(module, *ty))
            }
            (HostType::Result(ok, err), Some(ClassDesc::Enum { .. })) => {
                match (payload(0), payload(1)) {
                    (Some(("ok", first)), Some(("err", second))) => {
                        ok.fits(module, first) && err.fits(module, second)
                    }
                    _ => false,
                }
            }
            _ => false,
        }
    }
}

impl fmt::Display for HostType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            HostType::Any => f.write_str("Any"),
            HostType::Int => f.write_str("Int"),
            HostType::Float => f.write_str("Float"),
            HostType::Bool => f.write_str("Bool"),
            HostType::Str => f.write_str("String"),
            HostType::Null => f.write_str("Null"),
            HostType::List(inner) => write!(f, "list[{inner}]"),
            HostType::Map(inner) => write!(f, "map[String, {inner}]"),
            HostType::Optional(inner) => write!(f, "{inner}?"),
            HostType::Result(ok, err) => write!(f, "result[{ok}, {err}]"),
            HostType::Tuple(parts) => {
                let parts: Vec<String> = parts.iter().map(ToString::to_string).collect();
                write!(f, "({})", parts.join(", "))
            }
        }
    }
}

/// A Rust type that a host function can take.
pub trait FromHost: Sized {
    /// The types that it takes.
    #[doc(hidden)]
    fn host_type() -> HostType;

    /// The value; `None` when it is of another type.
    fn from_host(value: &HostValue) -> Option<Self>;
}

/// A Rust type that a host function can give.
pub trait IntoHost {
    /// The types that it fits.
    #[doc(hidden)]
    fn host_type() -> HostType;

    /// The value, for the program.
    fn into_host(self) -> HostValue;
}

macro_rules! scalars {
    ($($rust:ty, $ty:ident, $pattern:pat => $value:expr, $into:expr;)+) => { $(
        impl FromHost for $rust {
            fn host_type() -> HostType {
                HostType::$ty
            }

            fn from_host(value: &HostValue) -> Option<Self> {
                match value {
                    $pattern => Some($value),
                    _ => None,
                }
            }
        }

        impl IntoHost for $rust {
            fn host_type() -> HostType {
                HostType::$ty
            }

            fn into_host(self) -> HostValue {
                ($into)(self)
            }
        }
    )+ };
}

scalars! {
    i64, Int, HostValue::Int(n) => *n, HostValue::Int;
    f64, Float, HostValue::Float(x) => *x, HostValue::Float;
    bool, Bool, HostValue::Bool(b) => *b, HostValue::Bool;
    String, Str, HostValue::Str(text) => text.clone(), HostValue::Str;
    (), Null, HostValue::Null => (), |()| HostValue::Null;
}

impl FromHost for HostValue {
    fn host_type() -> HostType {
        HostType::Any
    }

    fn from_host(value: &HostValue) -> Option<Self> {
        Some(value.clone())
    }
}

impl IntoHost for HostValue {
    fn host_type() -> HostType {
        HostType::Any
    }

    fn into_host(self) -> HostValue {
        self
    }
}

impl IntoHost for &str {
    fn host_type() -> HostType {
        HostType::Str
    }

    fn into_host(self) -> HostValue {
        HostValue::Str(self.to_owned())
    }
}

impl<T: FromHost> FromHost for Vec<T> {
    fn host_type() -> HostType {
        HostType::List(Box::new(T::host_type()))
    }

    fn from_host(value: &HostValue) -> Option<Self> {
        match value {
            HostValue::List(items) => items.iter().map(T::from_host).collect(),
            _ => None,
        }
    }
}

impl<T: IntoHost> IntoHost for Vec<T> {
    fn host_type() -> HostType {
        HostType::List(Box::new(T::host_type()))
    }

    fn into_host(self) -> HostValue {
        HostValue::List(self.into_iter().map(T::into_host).collect())
    }
}

impl<T: FromHost> FromHost for BTreeMap<String, T> {
    fn host_type() -> HostType {
        HostType::Map(Box::new(T::host_type()))
    }

    fn from_host(value: &HostValue) -> Option<Self> {
        let HostValue::Map(entries) = value else { return None };
        let entry = |(key, value): &(HostValue, HostValue)| match key {
            HostValue::Str(key) => Some((key.clone(), T::from_host(value)?)),
            _ => None,
        };
        entries.iter().map(entry).collect()
    }
}

impl<T: IntoHost> IntoHost for BTreeMap<String, T> {
    fn host_type() -> HostType {
        HostType::Map(Box::new(T::host_type()))
    }

    fn into_host(self) -> HostValue {
        let entry = |(key, value): (String, T)| (HostValue::Str(key), value.into_host());
        HostValue::Map(self.into_iter().map(entry).collect())
    }
}

impl<T: FromHost> FromHost for Option<T> {
    fn host_type() -> HostType {
        HostType::Optional(Box::new(T::host_type()))
    }

    fn from_host(value: &HostValue) -> Option<Self> {
        match value {
            HostValue::Null => Some(None),
            value => T::from_host(value).map(Some),
        }
    }
}

impl<T: IntoHost> IntoHost for Option<T> {
    fn host_type() -> HostType {
        HostType::Optional(Box::new(T::host_type()))
    }

    fn into_host(self) -> HostValue {
        self.map_or(HostValue::Null, T::into_host)
    }
}

impl<T: IntoHost, E: IntoHost> IntoHost for Result<T, E> {
    fn host_type() -> HostType {
        HostType::Result(Box::new(T::host_type()), Box::new(E::host_type()))
    }

    fn into_host(self) -> HostValue {
        let (name, field, payload) = match self {
            Ok(value) => ("ok", "value", value.into_host()),
            Err(error) => ("err", "error", error.into_host()),
        };
        HostValue::Variant(name.to_owned(), vec![(Some(field.to_owned()), payload)])
    }
}

macro_rules! tuples {
    ($( ($($part:ident $at:tt),+) )+) => { $(
        impl<$($part: FromHost),+> FromHost for ($($part,)+) {
            fn host_type() -> HostType {
                HostType::Tuple(vec![$($part::host_type()),+])
            }

            fn from_host(value: &HostValue) -> Option<Self> {
                match value {
                    HostValue::List(parts) if parts.len() == [$($at),+].len() => {
                        Some(($($part::from_host(&parts[$at])?,)+))
                    }
                    _ => None,
                }
            }
        }

        impl<$($part: IntoHost),+> IntoHost for ($($part,)+) {
            fn host_type() -> HostType {
                HostType::Tuple(vec![$($part::host_type()),+])
            }

            fn into_host(self) -> HostValue {
                HostValue::List(vec![$(self.$at.into_host()),+])
            }
        }
    )+ };
}

tuples! {
    (A 0, B 1)
    (A 0, B 1, C 2)
    (A 0, B 1, C 2, D 3)
}
