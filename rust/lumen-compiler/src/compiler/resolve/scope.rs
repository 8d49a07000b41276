//! Bindings in scope: one table by symbol, so that a look-up costs one array access however many names there are.
//!
//! Names are bound in a stack; leaving a scope pops to its mark and uncovers what was shadowed. Invariant: between two
//! bodies the stack is empty.

use crate::compiler::hir::{CellId, LocalId};
use lumen_base::Symbol;

/// What a name in a body stands for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum What {
    /// A local of the frame that bound it.
    Local(LocalId),
    /// A cursor of the frame that bound it: no value.
    Cursor(LocalId),
    /// A nested cell, of the group with this number.
    Cell { cell: CellId, group: u32 },
}

/// A name bound in a body.
#[derive(Clone, Copy, Debug)]
pub(super) struct Binding {
    pub(super) name: Symbol,
    pub(super) what: What,
    /// The number of the frame (cell or lambda) that bound it.
    pub(super) frame: u32,
    /// Position plus one of the binding of the same name that this one hides.
    hides: u32,
}

/// Restores a scope.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mark(usize);

/// All bindings in scope.
#[derive(Default)]
pub(super) struct Scope {
    /// By symbol: position plus one of the innermost binding, or zero.
    innermost: Vec<u32>,
    bindings: Vec<Binding>,
}

impl Scope {
    /// The innermost binding of a name.
    #[inline]
    pub(super) fn find(&self, name: Symbol) -> Option<Binding> {
        let at = *self.innermost.get(name.0 as usize)?;
        self.bindings.get((at as usize).checked_sub(1)?).copied()
    }

    /// Binds a name until the scope is left.
    pub(super) fn bind(&mut self, name: Symbol, what: What, frame: u32) {
        let index = name.0 as usize;
        if self.innermost.len() <= index {
            self.innermost.resize(index + 1, 0);
        }
        let hides = self.innermost[index];
        self.bindings.push(Binding { name, what, frame, hides });
        self.innermost[index] = self.bindings.len() as u32;
    }

    /// Where the scope stands now.
    pub(super) fn mark(&self) -> Mark {
        Mark(self.bindings.len())
    }

    /// The innermost local of each name that was bound since the mark, in order of binding.
    pub(super) fn bound_since(&self, mark: Mark) -> Vec<(Symbol, LocalId)> {
        let bindings = self.bindings.iter().enumerate().skip(mark.0);
        let innermost = |(at, binding): (usize, &Binding)| match binding.what {
            What::Local(local) if self.innermost[binding.name.0 as usize] == at as u32 + 1 => {
                Some((binding.name, local))
            }
            _ => None,
        };
        bindings.filter_map(innermost).collect()
    }

    /// Forgets every binding made since the mark.
    pub(super) fn leave(&mut self, mark: Mark) {
        for binding in self.bindings.drain(mark.0..).rev() {
            self.innermost[binding.name.0 as usize] = binding.hides;
        }
    }

    /// Every bound name, innermost last; for suggestions.
    pub(super) fn names(&self) -> impl Iterator<Item = Symbol> {
        self.bindings.iter().map(|binding| binding.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lumen_base::Idx;

    #[test]
    fn leaving_a_scope_uncovers_what_was_hidden() {
        let (a, b) = (Symbol(3), Symbol(9));
        let local = |n| What::Local(Idx::from_raw(n));
        let mut scope = Scope::default();
        scope.bind(a, local(0), 0);
        let mark = scope.mark();
        scope.bind(a, local(1), 0);
        scope.bind(b, local(2), 1);
        scope.bind(a, local(3), 1);
        assert_eq!(scope.find(a).map(|found| found.what), Some(local(3)));
        scope.leave(mark);
        assert_eq!(scope.find(a).map(|found| found.what), Some(local(0)));
        assert!(scope.find(b).is_none());
    }
}
