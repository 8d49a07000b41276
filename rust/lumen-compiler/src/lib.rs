//! The Lumen compiler: from the text of a document to verified LIR.

pub mod catalog;
pub mod compilation;
pub mod compiler;
pub mod evaluate;
pub mod fix;
pub mod format;
pub mod interface;
pub mod markdown;
pub mod pipeline;
mod unfinished;

pub use unfinished::is_unfinished;
