//! Values in no order that matters, as they are written: rising, each as its distance from the one before, in units of the last place.
//! What lies in a few narrow cells then takes half the bytes.

use serde::ser::SerializeSeq;
use serde::{Deserialize, Deserializer, Serializer};

/// The bits of a number, in the order of the numbers.
fn place(x: f64) -> u64 {
    let bits = x.to_bits();
    if bits >> 63 == 0 { bits | SIGN } else { !bits }
}

const SIGN: u64 = 1 << 63;

fn number(place: u64) -> f64 {
    f64::from_bits(if place & SIGN == 0 {
        !place
    } else {
        place ^ SIGN
    })
}

/// Writes the values.
pub fn serialize<S: Serializer>(values: &[f64], serializer: S) -> Result<S::Ok, S::Error> {
    let mut places: Vec<u64> = values.iter().copied().map(place).collect();
    places.sort_unstable();
    let mut written = serializer.serialize_seq(Some(places.len()))?;
    let mut before = 0;
    for place in places {
        written.serialize_element(&(place - before))?;
        before = place;
    }
    written.end()
}

/// Reads them again, rising.
pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<f64>, D::Error> {
    let mut place = 0_u64;
    let distances = Vec::<u64>::deserialize(deserializer)?;
    let numbers = distances.into_iter().map(|distance| {
        place = place.wrapping_add(distance);
        number(place)
    });
    Ok(numbers.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn places_are_in_the_order_of_the_numbers(bits in prop::collection::vec(any::<u64>(), 2..40)) {
            let mut numbers: Vec<f64> = bits.into_iter().map(f64::from_bits).collect();
            numbers.sort_by(f64::total_cmp);
            let places: Vec<u64> = numbers.iter().copied().map(place).collect();
            prop_assert!(places.is_sorted());
            let again = places.into_iter().map(number).map(f64::to_bits);
            prop_assert!(again.eq(numbers.into_iter().map(f64::to_bits)));
        }
    }
}
