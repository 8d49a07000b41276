//! Rule E1: no instruction does more than the row of its cell.

use super::Rule;
use super::ownership::Fault;
use crate::effects::EffectSet;
use crate::module::Cell;

/// Checks that a cell with this row may do `effects`.
pub(super) fn allow(cell: &Cell, effects: EffectSet) -> Result<(), Fault> {
    if effects.is_subset_of(cell.effects) {
        return Ok(());
    }
    let extra = effects.difference(cell.effects);
    Err(Fault::new(Rule::E1, format!("does {extra}, which the row {} lacks", cell.effects)))
}
