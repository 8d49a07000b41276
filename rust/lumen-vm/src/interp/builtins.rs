//! Calls of runtime builtins, and conversions of dynamic values by type.

use super::instr::instr;
use super::state::Leave;

instr!(DynIs { slow(vm, _w) { let _ = vm.ext(); Err(Leave::Broken) } });
instr!(DynAs { slow(vm, _w) { let _ = vm.ext(); Err(Leave::Broken) } });
instr!(Rt { slow(vm, _w) { let _ = vm.ext(); Err(Leave::Broken) } });
instr!(RtT { slow(vm, _w) { let _ = vm.ext(); Err(Leave::Broken) } });
