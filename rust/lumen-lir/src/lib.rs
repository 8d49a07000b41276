//! LIR: the typed, monomorphic, verified register code that is the contract between compiler and machine.

pub mod effects;
