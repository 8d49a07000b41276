//! Interpolation: a template with its values becomes a string.

#![expect(unsafe_code, reason = "reads registers")]

use super::classes::Slot;
use super::heap::Heap;
use super::object::Ptr;
use super::word::DYN_NULL;
use crate::failure::Outcome;
use lumen_lir::{FormatSpec, Template, TemplatePart};
use std::fmt::Write;

impl Heap {
    /// Fills a template with the values in consecutive registers, which are borrowed.
    ///
    /// # Safety
    /// The registers from `values` on hold what the holes ask for.
    pub unsafe fn interpolate(&mut self, template: &Template, values: *const u64) -> Outcome<Ptr> {
        let mut out = std::mem::take(&mut self.scratch);
        out.clear();
        // SAFETY: as the caller promises.
        let filled = unsafe { self.fill(template, values, &mut out) };
        let made = filled.and_then(|()| self.str_new(&out));
        self.scratch = out;
        made
    }

    unsafe fn fill(
        &self,
        template: &Template,
        mut values: *const u64,
        out: &mut String,
    ) -> Outcome<()> {
        for part in &template.parts {
            let (ty, spec) = match part {
                TemplatePart::Text(text) => {
                    out.push_str(text);
                    continue;
                }
                TemplatePart::Hole { ty, spec } => (*ty, spec),
            };
            let row = self.classes().type_row(ty);
            // SAFETY: as the caller promises; an optional scalar takes two registers.
            unsafe {
                let (slot, word) = match row.scalar {
                    None => (row.slot, *values),
                    Some(slot) => {
                        let present = *values != 0;
                        values = values.add(1);
                        if present { (slot, *values) } else { (Slot::Dyn, DYN_NULL) }
                    }
                };
                values = values.add(1);
                if *spec != FormatSpec::default() {
                    out.push_str(&self.format(slot, word, spec)?);
                } else if slot == Slot::Int {
                    write!(out, "{}", word as i64).expect("writing to a string succeeds");
                } else {
                    self.write_text(slot, word, false, out)?;
                }
            }
        }
        Ok(())
    }
}
