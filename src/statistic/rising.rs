//! Values in their order: all of them, or only as far as somebody asks.

/// Rising values.
pub fn sorted(values: &[f64]) -> Vec<f64> {
    let mut keys: Vec<i64> = keys(values).collect();
    keys.sort_unstable();
    keys.into_iter().map(of_key).collect()
}

/// Values that are put in order around those that are asked for.
#[derive(Debug)]
pub struct Selection {
    keys: Vec<i64>,
    /// The places that hold what they hold in rising order, rising.
    settled: Vec<usize>,
}

impl Selection {
    /// Nothing settled yet.
    pub fn new<'a>(parts: impl IntoIterator<Item = &'a [f64]>) -> Self {
        let mut all = Vec::new();
        for part in parts {
            all.extend(keys(part));
        }
        Selection {
            keys: all,
            settled: Vec::new(),
        }
    }

    /// How many values.
    pub fn size(&self) -> usize {
        self.keys.len()
    }

    /// The value that has so many before it in rising order.
    pub fn value(&mut self, before: usize) -> f64 {
        // What is settled parts the smaller from the larger: only between two of them is there anything to look for.
        let next = self.settled.partition_point(|&place| place < before);
        let end = self.settled.get(next).copied().unwrap_or(self.size());
        if end > before {
            let start = next.checked_sub(1).map_or(0, |at| self.settled[at] + 1);
            self.keys[start..end].select_nth_unstable(before - start);
            self.settled.insert(next, before);
        }
        of_key(self.keys[before])
    }
}

/// Whole numbers in the total order of the values: they compare in one instruction.
fn keys(values: &[f64]) -> impl Iterator<Item = i64> {
    values
        .iter()
        .map(|value| folded(value.to_bits().cast_signed()))
}

/// The value of a key.
fn of_key(key: i64) -> f64 {
    f64::from_bits(folded(key).cast_unsigned())
}

/// Of a negative number all bits but the sign turned over, as in [`f64::total_cmp`]; twice is nothing.
fn folded(bits: i64) -> i64 {
    bits ^ ((bits >> 63).cast_unsigned() >> 1).cast_signed()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn all_and_some_are_as_in_the_total_order(
            values in prop::collection::vec(prop_oneof![prop::num::f64::ANY, Just(0.0), Just(-0.0)], 1..200),
            places in prop::collection::vec(0.0f64..1.0, 1..20),
        ) {
            let mut expected = values.clone();
            expected.sort_by(f64::total_cmp);
            let bits = |values: &[f64]| values.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
            prop_assert_eq!(bits(&sorted(&values)), bits(&expected));
            let mut selection = Selection::new([&values[..]]);
            for place in places {
                let before = (place * values.len() as f64) as usize;
                prop_assert_eq!(selection.value(before).to_bits(), expected[before].to_bits());
            }
        }
    }
}
