//! Every numeric bound of the system that is not a property of a format, with its unit.

/// Longest source file, in bytes: spans are 32 bits, and one bit is kept free.
pub const SOURCE_BYTES_MAX: usize = i32::MAX as usize;

/// Deepest nesting of expressions, patterns, types, blocks and interpolations that the parser
/// follows, in open constructs. Chains of left-associative operators and postfix calls count
/// too, see `lumen_compiler`'s `ast/expr.rs`: they are parsed and stored without nesting.
pub const SYNTAX_DEPTH_MAX: u32 = 256;

/// Errors shown for one file by the terminal rendering; the rest is counted.
pub const ERRORS_SHOWN_MAX: usize = 20;
