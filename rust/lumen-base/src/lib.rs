//! lumen-base
