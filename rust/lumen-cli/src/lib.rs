//! lumen-cli
