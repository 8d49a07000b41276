//! lumen-runtime
