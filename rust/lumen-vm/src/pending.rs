use lumen_lir::*;
pub struct Verified<T>(pub T);
impl<T> std::ops::Deref for Verified<T> { type Target = T; fn deref(&self) -> &T { &self.0 } }
pub fn ownership_at(_: &Verified<Module>, _: CellId, _: u32) -> Vec<Reg> { vec![] }
pub fn owned_during_call(_: &Verified<Module>, _: CellId, _: u32) -> Vec<Reg> { vec![] }
