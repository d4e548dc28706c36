//! The scenario file as written: a tree with a place for everything in it, the tables of keys, and the formula parser.

pub mod codes;
pub mod edits;
pub mod formula;
pub mod keys;
pub mod number;
pub mod read;
pub mod tree;
pub mod walk;
