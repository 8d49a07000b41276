//! Functions of the embedding program, which `extern cell`s call.
//!
//! Input: Rust closures over typed values, by name → output: [`HostFunctions`], which linking looks the host functions
//! of a module up in. A program whose functions are missing, or have other types, is not linked; what a function
//! returns is checked against the declared type as `as T` does it.

use crate::embed::types::HostType;
use lumen_lir::{HostFn, Module};
use lumen_runtime::failure::{Failure, Outcome};
use lumen_runtime::value::classes::Classes;
use lumen_runtime::value::exchange::HostValue;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

mod types;

pub use types::{FromHost, IntoHost};

/// A registered function.
pub(crate) type Callback = Arc<dyn Fn(&[HostValue]) -> Result<HostValue, String> + Send + Sync>;

/// A host function of a linked program.
#[derive(Clone)]
pub(crate) struct Linked {
    pub(crate) name: String,
    pub(crate) callback: Callback,
}

/// A function with the types that its registration says.
#[derive(Clone)]
struct Registered {
    /// Types of the parameters and of the result; nothing for one that takes values as they are.
    types: Option<(Vec<HostType>, HostType)>,
    callback: Callback,
}

/// The functions that an embedding program gives.
#[derive(Clone, Default)]
pub struct HostFunctions {
    by_name: BTreeMap<String, Registered>,
}

impl HostFunctions {
    /// No functions.
    pub fn new() -> HostFunctions {
        HostFunctions::default()
    }

    /// Registers a function over Rust values: `|n: i64, text: String| Ok(text.repeat(n as usize))`.
    /// An `Err` is a runtime error of the program; one registered before under the name is replaced.
    pub fn add<Args, R, F>(&mut self, name: &str, function: F) -> &mut HostFunctions
    where
        F: Callable<Args, R> + Send + Sync + 'static,
    {
        let types = Some(F::types());
        let callback: Callback = Arc::new(move |args| function.call(args));
        self.by_name.insert(name.to_owned(), Registered { types, callback });
        self
    }

    /// Registers a function that takes and gives values as they are; only its result is checked, when it is called.
    pub fn add_untyped<F>(&mut self, name: &str, function: F) -> &mut HostFunctions
    where
        F: Fn(&[HostValue]) -> Result<HostValue, String> + Send + Sync + 'static,
    {
        self.by_name
            .insert(name.to_owned(), Registered { types: None, callback: Arc::new(function) });
        self
    }

    /// The functions of a module, in the order of its table.
    pub(crate) fn link(&self, module: &Module, classes: &Classes) -> Outcome<Vec<Linked>> {
        module.hosts.iter().map(|host| self.link_one(module, classes, host)).collect()
    }

    fn link_one(&self, module: &Module, classes: &Classes, host: &HostFn) -> Outcome<Linked> {
        let names = |types: &[lumen_lir::TypeId]| {
            types.iter().map(|ty| classes.type_name(*ty)).collect::<Vec<_>>()
        };
        let declared = signature(&host.name, &names(&host.params), &classes.type_name(host.ret));
        let Some(found) = self.by_name.get(&host.name) else {
            return Err(Failure::missing_host_function(&declared));
        };
        if let Some((params, ret)) = &found.types {
            let fits = params.len() == host.params.len()
                && params.iter().zip(&host.params).all(|(ty, declared)| ty.fits(module, *declared))
                && ret.fits(module, host.ret);
            if !fits {
                let params: Vec<String> = params.iter().map(ToString::to_string).collect();
                let registered = signature(&host.name, &params, &ret.to_string());
                return Err(Failure::other_host_function(&declared, &registered));
            }
        }
        Ok(Linked { name: host.name.clone(), callback: Arc::clone(&found.callback) })
    }
}

/// `name(Int, String) -> Bool`
fn signature(name: &str, params: &[String], ret: &str) -> String {
    format!("{name}({}) -> {ret}", params.join(", "))
}

impl fmt::Debug for HostFunctions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.by_name.keys()).finish()
    }
}

impl fmt::Debug for Linked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

/// A closure that can be registered: of up to six [`FromHost`] values, giving `Result<R, String>` with an [`IntoHost`].
pub trait Callable<Args, R> {
    /// Types of the parameters and of the result.
    #[doc(hidden)]
    fn types() -> (Vec<HostType>, HostType);

    /// Calls it.
    #[doc(hidden)]
    fn call(&self, args: &[HostValue]) -> Result<HostValue, String>;
}

macro_rules! callables {
    ($( ($($arg:ident $at:tt),*) )+) => { $(
        impl<F, R, $($arg),*> Callable<($($arg,)*), R> for F
        where
            F: Fn($($arg),*) -> Result<R, String>,
            R: IntoHost,
            $($arg: FromHost,)*
        {
            fn types() -> (Vec<HostType>, HostType) {
                (vec![$($arg::host_type()),*], R::host_type())
            }

            fn call(&self, args: &[HostValue]) -> Result<HostValue, String> {
                const WANTED: usize = [$($at,)* 0usize].len() - 1;
                if args.len() != WANTED {
                    return Err(format!("it takes {WANTED} arguments and was given {}", args.len()));
                }
                self($($arg::from_host(&args[$at]).ok_or_else(|| wrong($at, &args[$at]))?),*)
                    .map(IntoHost::into_host)
            }
        }
    )+ };
}

callables! {
    ()
    (A 0)
    (A 0, B 1)
    (A 0, B 1, C 2)
    (A 0, B 1, C 2, D 3)
    (A 0, B 1, C 2, D 3, E 4)
    (A 0, B 1, C 2, D 3, E 4, G 5)
}

fn wrong(at: usize, value: &HostValue) -> String {
    format!("argument {} does not fit: {value:?}", at + 1)
}
