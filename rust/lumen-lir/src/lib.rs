//! lumen-lir
