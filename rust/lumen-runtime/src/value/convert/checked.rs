//! Conversion into types that have conditions and defaults, which are Lumen code.
//!
//! Input: a value, a type, and a plan that compiled code has made: the defaults of fields and the classes whose objects
//! must be checked. Output: the converted value and the objects of these classes that the conversion built, parts
//! before what holds them; compiled code then runs their conditions. Nothing here calls Lumen code.
//! Invariant: `Heap::plan` is there only while [`Heap::convert_planned`] runs.

use super::{CONVERT_DEPTH_MAX, PathStep};
use crate::failure::Outcome;
use crate::value::classes::{Kind, Slot};
use crate::value::heap::Heap;
use crate::value::object::{Ptr, dup_ptr};
use crate::value::table;
use crate::value::view::{View, child, len};
use crate::value::word::{self, ClassId};
use lumen_lir::TypeId;
use rustc_hash::{FxHashMap, FxHashSet};

/// How many objects are looked at to find the path of one: values may share parts.
const SEARCH_MAX: usize = 1_000_000;

/// What a planned conversion knows beside the type, and what it has built so far.
#[derive(Default)]
pub struct Plan {
    /// Dyn words of the defaults by class and field; borrowed.
    pub defaults: FxHashMap<(ClassId, usize), u64>,
    /// Classes of records with conditions.
    pub checked: FxHashSet<ClassId>,
    /// Objects built of these classes; each is counted.
    made: Vec<Ptr>,
}

impl Plan {
    /// The objects to check, counted.
    pub(super) fn take_made(self) -> Vec<Ptr> {
        self.made
    }
}

/// A converted value and the objects to check; the caller owns them all.
pub struct Planned {
    /// A word of the type's slot.
    pub word: u64,
    /// Objects, parts first.
    pub made: Vec<Ptr>,
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
    ) -> Outcome<Result<Planned, String>> {
        let outer = self.plan.replace(Box::new(plan));
        // SAFETY: as the caller promises.
        let converted = unsafe { self.convert(slot, word, ty) };
        let made = std::mem::replace(&mut self.plan, outer).map_or_else(Vec::new, |p| p.made);
        if let Ok(Ok(word)) = converted {
            return Ok(Ok(Planned { word, made }));
        }
        for p in made {
            // SAFETY: the plan owned a count of each.
            unsafe { self.drop_ptr(p) };
        }
        converted.map(|c| c.map(|word| Planned { word, made: Vec::new() }))
    }

    /// The default of a field that is absent.
    pub(super) unsafe fn default_of(&self, class: ClassId, field: usize) -> Option<View> {
        let word = *self.plan.as_ref()?.defaults.get(&(class, field))?;
        // SAFETY: the defaults are valid while the plan is there.
        Some(unsafe { self.view(Slot::Dyn, word) })
    }

    /// Notes a record that was built, if its class has conditions.
    pub(super) unsafe fn note_made(&mut self, class: ClassId, word: u64) {
        if let Some(plan) = &mut self.plan
            && plan.checked.contains(&class)
        {
            let p = word::ref_ptr(word);
            // SAFETY: the record was just built.
            unsafe { dup_ptr(p) };
            plan.made.push(p);
        }
    }

    /// How many records were noted so far.
    pub(super) fn made_so_far(&self) -> usize {
        self.plan.as_ref().map_or(0, |plan| plan.made.len())
    }

    /// Forgets the records noted since: the attempt that built them failed.
    pub(super) fn forget_made(&mut self, since: usize) {
        while self.made_so_far() > since {
            let Some(p) = self.plan.as_mut().and_then(|plan| plan.made.pop()) else { return };
            // SAFETY: the plan owned a count.
            unsafe { self.drop_ptr(p) };
        }
    }

    /// Where an object stands in a value: the path as messages show it, empty at the root or when it is not in it.
    ///
    /// # Safety
    /// Both are live.
    pub unsafe fn path_to(&self, slot: Slot, word: u64, target: Ptr) -> String {
        let (mut steps, mut left) = (Vec::new(), SEARCH_MAX);
        // SAFETY: as the caller promises.
        let found =
            unsafe { self.find_object(self.view(slot, word), target, &mut steps, &mut left, 0) };
        if !found {
            steps.clear();
        }
        let mut text = String::new();
        for step in steps.iter().rev() {
            step.push_to(&mut text);
        }
        text
    }

    /// Searches for an object; on success the steps to it are pushed, innermost first.
    unsafe fn find_object(
        &self,
        view: View,
        target: Ptr,
        steps: &mut Vec<PathStep>,
        left: &mut usize,
        depth: usize,
    ) -> bool {
        let View::Object(p) = view else { return false };
        if p == target {
            return true;
        }
        // What a conversion builds is not deeper.
        if depth > CONVERT_DEPTH_MAX || *left == 0 {
            return false;
        }
        *left -= 1;
        // SAFETY: the object is live and read as its class says.
        unsafe {
            let row = self.row_of(p);
            match row.kind {
                Kind::List | Kind::Tuple | Kind::Record | Kind::Variant => {
                    let named = row.fields.first().is_some_and(Option::is_some);
                    for at in 0..len(p, row) {
                        let (slot, word) = child(p, row, at);
                        if self.find_object(self.view(slot, word), target, steps, left, depth + 1) {
                            if named {
                                let name = row.fields[at].as_deref().unwrap_or("");
                                steps.push(PathStep::Key(name.to_owned()));
                            } else if row.kind != Kind::Variant || len(p, row) > 1 {
                                steps.push(PathStep::Index(at));
                            }
                            if row.kind == Kind::Variant {
                                steps.push(PathStep::Key(row.name.to_string()));
                            }
                            return true;
                        }
                    }
                }
                Kind::Map => {
                    let mut next = table::next_live(p, row, 0);
                    while let Some(at) = next {
                        let value = self.view(row.slots[1], *table::value_at(p, at));
                        if self.find_object(value, target, steps, left, depth + 1) {
                            let key = self.view(row.slots[0], table::key_at(p, row, at));
                            let name = self.json_key(key).unwrap_or_else(|_| "?".to_owned());
                            steps.push(PathStep::Key(name));
                            return true;
                        }
                        next = table::next_live(p, row, at + 1);
                    }
                }
                Kind::Set => {
                    let (mut next, mut index) = (table::next_live(p, row, 0), 0);
                    while let Some(at) = next {
                        let key = self.view(row.slots[0], table::key_at(p, row, at));
                        if self.find_object(key, target, steps, left, depth + 1) {
                            steps.push(PathStep::Index(index));
                            return true;
                        }
                        index += 1;
                        next = table::next_live(p, row, at + 1);
                    }
                }
                _ => {}
            }
            false
        }
    }
}
