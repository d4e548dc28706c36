//! The model as operations over columns: names became slots, units became factors. Lowering cannot fail.
