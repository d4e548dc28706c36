//! Classes of an input's u: equal shares of the mass, halved again and again toward both ends, or one an atom.

use crate::distribution::Marginal;

/// Equal shares of a continuous input.
const SHARES: usize = 1 << SHARE_BITS;
const SHARE_BITS: u32 = 6;
/// How often the outermost shares are halved: a heavy tail's conditional mean is resolved down to 2^-18 of the mass.
const HALVINGS: u16 = 12;
/// Atoms that get a class of their own; beyond so many, ties no longer matter.
pub const MOST_ATOMS: usize = 512;
/// Equal steps of u in the table that a search starts from.
const STEPS: usize = 1 << STEP_BITS;
const STEP_BITS: u32 = 10;

const ROOT_12: f64 = 3.464_101_615_137_754_6;
const MANTISSA: u64 = (1 << 52) - 1;
const ONE: u64 = 0x3FF0_0000_0000_0000;

/// The classes of one input.
#[derive(Debug, Clone)]
pub struct Classes {
    /// Upper edges of the classes, rising; the last is 1.
    upper: Vec<f64>,
    /// Middle and one over the width of each class.
    spans: Vec<(f64, f64)>,
    /// The class at the lower end of each step of u.
    start: Box<[u16; STEPS]>,
    /// For a discrete input: the rank shared by all of an atom, its mid-distribution value.
    atoms: bool,
}

impl Classes {
    /// Of an input: one class an atom where it is discrete.
    pub fn of(marginal: &dyn Marginal) -> Self {
        if !marginal.is_discrete() {
            return Self::continuous();
        }
        let mut upper = Vec::new();
        let mut edge: f64 = 0.0;
        while edge < 1.0 - f64::EPSILON {
            if upper.len() == MOST_ATOMS {
                return Self::continuous();
            }
            let next = marginal
                .cdf(marginal.quantile(edge.next_up().max(f64::MIN_POSITIVE)))
                .min(1.0);
            if !(next > edge) {
                break;
            }
            upper.push(next);
            edge = next;
        }
        match upper.last_mut() {
            Some(last) => *last = 1.0,
            None => upper.push(1.0),
        }
        Self::from_edges(upper, true)
    }

    /// Of a continuous input.
    pub fn continuous() -> Self {
        let share = 1.0 / SHARES as f64;
        let mut halved: Vec<f64> = Vec::new();
        let mut width = share;
        for _ in 0..HALVINGS {
            width /= 2.0;
            halved.push(width);
        }
        let lower = halved.iter().rev().copied();
        let middle = (1..SHARES).map(|at| at as f64 * share);
        let upper = halved.iter().map(|width| 1.0 - width);
        Self::from_edges(
            lower.chain(middle).chain(upper).chain([1.0]).collect(),
            false,
        )
    }

    fn from_edges(upper: Vec<f64>, atoms: bool) -> Self {
        let start = Box::new(std::array::from_fn(|step| {
            upper
                .partition_point(|&edge| edge < step as f64 / STEPS as f64)
                .min(upper.len() - 1) as u16
        }));
        let mut below = 0.0;
        let spans = upper
            .iter()
            .map(|&upper| {
                let span = ((below + upper) / 2.0, 1.0 / (upper - below));
                below = upper;
                span
            })
            .collect();
        Classes {
            upper,
            spans,
            start,
            atoms,
        }
    }

    /// How many.
    pub fn count(&self) -> usize {
        self.upper.len()
    }

    /// The share of the mass in each.
    pub fn weights(&self) -> Vec<f64> {
        let mut below = 0.0;
        self.upper
            .iter()
            .map(|&upper| {
                let weight = upper - below;
                below = upper;
                weight
            })
            .collect()
    }

    /// Whether each is an atom.
    pub fn are_atoms(&self) -> bool {
        self.atoms
    }

    /// For each class, the one of at most `most` equal shares of the mass that its middle lies in; or itself, where there are no more.
    pub fn merged(&self, most: usize) -> Vec<u8> {
        if self.count() <= most {
            return (0..self.count() as u8).collect();
        }
        let mut found: Vec<u8> = Vec::with_capacity(self.count());
        let mut last = None;
        for &(middle, _) in &self.spans {
            let share = (middle * most as f64) as usize;
            let next = found
                .last()
                .map_or(0, |&class| class + u8::from(last != Some(share)));
            last = Some(share);
            found.push(next);
        }
        found
    }

    /// The class of each u, and φ: √12 times its place in the class, from −½ to ½ (0 in an atom).
    #[inline(always)]
    pub fn classify(&self, u: &[f64], classes: &mut [u16], places: &mut [f64]) {
        if self.atoms {
            for (class, &u) in classes.iter_mut().zip(u) {
                *class = self.find(u);
            }
            places.fill(0.0);
            return;
        }
        // The leading bits of u + 1 are the share, the others the place in it: no search, no table.
        for ((class, place), &u) in classes.iter_mut().zip(places.iter_mut()).zip(u) {
            let bits = (u + 1.0).to_bits();
            *class = ((bits >> (52 - SHARE_BITS)) as u16 % SHARES as u16) + HALVINGS;
            let fraction = ((bits << SHARE_BITS) & MANTISSA) | ONE;
            *place = ROOT_12 * (f64::from_bits(fraction) - 1.5);
        }
        // Except in the outermost shares, which are halved.
        const OUTERMOST: f64 = 1.0 / SHARES as f64;
        for ((class, place), &u) in classes.iter_mut().zip(places).zip(u) {
            if !(OUTERMOST..=1.0 - OUTERMOST).contains(&u) {
                *class = self.find(u);
                let (middle, inverse_width) = self.spans[*class as usize];
                *place = ROOT_12 * ((u - middle) * inverse_width);
            }
        }
    }

    /// The class of one u, by search from the class at its step.
    #[inline(always)]
    fn find(&self, u: f64) -> u16 {
        let step = ((u + 1.0).to_bits() >> (52 - STEP_BITS)) as usize % STEPS;
        let mut at = self.start[step];
        while u > self.upper[at as usize] {
            at += 1;
        }
        at
    }

    /// The ranks in (0, 1) of an input that [`Self::are_atoms`], the middle of each atom; those of another are its u.
    #[inline(always)]
    pub fn ranks(&self, classes: &[u16], ranks: &mut [f64]) {
        for (rank, &class) in ranks.iter_mut().zip(classes) {
            *rank = self.spans[class as usize].0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn continuous_classes_cover_the_mass_and_find_their_u() {
        let classes = Classes::continuous();
        assert_eq!(classes.count(), SHARES + 2 * HALVINGS as usize);
        assert!((classes.weights().iter().sum::<f64>() - 1.0).abs() < 1e-15);
        let u: Vec<f64> = (0..100_000)
            .map(|i| {
                // On the lattice of the samplers, (k + ½)·2⁻⁵².
                let k = (f64::from(i) / 100_003.0 * (1u64 << 52) as f64).floor();
                (k + 0.5) / (1u64 << 52) as f64
            })
            .chain([0.5f64.powi(53), 1.0 - 0.5f64.powi(53)])
            .collect();
        let (mut found, mut places) = (vec![0; u.len()], vec![0.0; u.len()]);
        classes.classify(&u, &mut found, &mut places);
        for ((&u, &class), &place) in u.iter().zip(&found).zip(&places) {
            assert_eq!(class, classes.find(u), "{u}");
            let class = class as usize;
            let (middle, inverse_width) = classes.spans[class];
            assert!(
                (place - ROOT_12 * (u - middle) * inverse_width).abs() < 1e-9,
                "{u}"
            );
            assert!(
                u <= classes.upper[class] && (class == 0 || u > classes.upper[class - 1]),
                "{u}"
            );
        }
    }
}
