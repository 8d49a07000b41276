//! Conversion into types whose records have defaults, which are Lumen code.
//!
//! Input: a value, a type, and a plan that compiled code has made: the defaults of fields. Output: the converted value;
//! compiled code then runs the conditions in it. Nothing here calls Lumen code.
//! Invariant: `Heap::plan` is there only while a conversion with a plan runs.

use crate::failure::Outcome;
use crate::value::classes::Slot;
use crate::value::heap::Heap;
use crate::value::view::View;
use crate::value::word::ClassId;
use lumen_lir::TypeId;
use rustc_hash::FxHashMap;

/// What a planned conversion knows beside the type.
#[derive(Default)]
pub struct Plan {
    /// Dyn words of the defaults by class and field; borrowed.
    pub defaults: FxHashMap<(ClassId, usize), u64>,
}

impl Heap {
    /// Converts as [`Heap::convert`] does, absent fields by the plan's defaults.
    ///
    /// # Safety
    /// `word` is a valid word of this kind, the defaults are valid Dyn words; all are borrowed.
    pub unsafe fn convert_planned(
        &mut self,
        slot: Slot,
        word: u64,
        ty: TypeId,
        plan: Plan,
    ) -> Outcome<Result<u64, String>> {
        let outer = self.plan.replace(Box::new(plan));
        // SAFETY: as the caller promises.
        let converted = unsafe { self.convert(slot, word, ty) };
        self.plan = outer;
        converted
    }

    /// The default of a field that is absent.
    pub(super) unsafe fn default_of(&self, class: ClassId, field: usize) -> Option<View> {
        let word = *self.plan.as_ref()?.defaults.get(&(class, field))?;
        // SAFETY: the defaults are valid while the plan is there.
        Some(unsafe { self.view(Slot::Dyn, word) })
    }
}
