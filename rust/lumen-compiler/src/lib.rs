//! The Lumen compiler: from the text of a document to verified LIR.

pub mod compiler;

mod interface;
