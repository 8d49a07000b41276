//! The Lumen compiler: from the text of a document to verified LIR.

pub mod compiler;
pub mod markdown;

pub mod interface;
