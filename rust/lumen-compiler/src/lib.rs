//! lumen-compiler
