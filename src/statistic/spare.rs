//! Arrays of values that one sample hands on to the next of its thread: memory fresh from the system costs as much as what is done with it.

use std::cell::RefCell;

/// Values that a thread keeps room for, at most.
const MOST: usize = 1 << 20;
/// Smaller arrays are not worth keeping.
const LEAST: usize = 1 << 10;

#[derive(Default)]
struct Spare {
    arrays: Vec<Vec<f64>>,
    values: usize,
}

thread_local! {
    static SPARE: RefCell<Spare> = RefCell::default();
}

/// An empty array with room for so many values: the smallest of those to spare that has it, else a new one.
pub fn take(values: usize) -> Vec<f64> {
    SPARE.with_borrow_mut(|spare| {
        let fitting = spare.arrays.iter().enumerate();
        let fitting = fitting.filter(|(_, array)| array.capacity() >= values);
        match fitting.min_by_key(|(_, array)| array.capacity()) {
            Some((at, _)) => {
                let array = spare.arrays.swap_remove(at);
                spare.values -= array.capacity();
                array
            }
            None => Vec::with_capacity(values),
        }
    })
}

/// An array that is no longer needed.
pub fn give(mut array: Vec<f64>) {
    let room = array.capacity();
    SPARE.with_borrow_mut(|spare| {
        if room >= LEAST && spare.values + room <= MOST {
            array.clear();
            spare.values += room;
            spare.arrays.push(array);
        }
    });
}
