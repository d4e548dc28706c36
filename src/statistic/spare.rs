//! Arrays of values that one sample hands on to the next of its thread: memory fresh from the system costs as much as what is done with it.

use std::cell::RefCell;

/// Values that a thread keeps room for, at most.
const MOST: usize = 1 << 20;
/// Smaller arrays are not worth keeping.
const LEAST: usize = 1 << 6;

#[derive(Default)]
struct Spare {
    /// From the smallest to the largest.
    arrays: Vec<Vec<f64>>,
    values: usize,
}

thread_local! {
    static SPARE: RefCell<Spare> = RefCell::default();
}

/// An empty array with room for so many values: the smallest of those to spare that has it, else a new one.
pub fn take(values: usize) -> Vec<f64> {
    let mut array = take_used(values);
    array.clear();
    array
}

/// An array of so many values, whatever they are: all shall be written over.
pub fn take_filled(values: usize) -> Vec<f64> {
    let mut array = take_used(values);
    array.resize(values, 0.0);
    array
}

/// An array with room for so many values, and what its last user left in it.
fn take_used(values: usize) -> Vec<f64> {
    SPARE.with_borrow_mut(|spare| {
        let at = spare.place(values);
        if at == spare.arrays.len() {
            return Vec::with_capacity(values);
        }
        let array = spare.arrays.remove(at);
        spare.values -= array.capacity();
        array
    })
}

/// An array that is no longer needed.
pub fn give(array: Vec<f64>) {
    let room = array.capacity();
    SPARE.with_borrow_mut(|spare| {
        if room >= LEAST && spare.values + room <= MOST {
            spare.values += room;
            spare.arrays.insert(spare.place(room), array);
        }
    });
}

impl Spare {
    /// The place of the first array that has so much room.
    fn place(&self, values: usize) -> usize {
        self.arrays
            .partition_point(|array| array.capacity() < values)
    }
}
