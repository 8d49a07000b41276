//! Numbers of the runtime errors that lowered code raises itself.

/// `!` or a narrowed value found null.
pub(super) const NULL: u16 = 1005;
/// A map has no such key.
pub(super) const KEY: u16 = 1004;
/// An assertion does not hold.
pub(super) const ASSERTION: u16 = 1006;
/// `panic`.
pub(super) const PANIC: u16 = 1007;
/// `halt`.
pub(super) const HALT: u16 = 1008;
/// A value does not convert to the type asked for.
pub(super) const CONVERSION: u16 = 1015;
/// A `where` condition does not hold.
pub(super) const CONSTRAINT: u16 = 1016;
/// A builtin was called with a value that it cannot take.
pub(super) const ARGUMENT: u16 = 1017;
/// The reply of a tool is not of the type asked for.
pub(super) const TOOL_MISMATCH: u16 = 1045;
/// A function of an untrusted value failed.
pub(super) const UNTRUSTED: u16 = 1064;
/// A tool has failed.
pub(super) const TOOL_FAILED: u16 = 1043;
/// The step of a range is 0.
pub(super) const RANGE_STEP: u16 = ARGUMENT;
/// Code that is never reached.
pub(super) const UNREACHABLE: u16 = PANIC;
