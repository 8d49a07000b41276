//! lumen-mdtest
