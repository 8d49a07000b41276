//! lumen-vm
