//! The unbalanced Haar transform: a function on classes of unequal mass as a sum of steps, each between two neighbouring runs of
//! classes, orthonormal with respect to the masses (Girardi & Sweldens, "A new class of unbalanced Haar wavelets", J. Fourier Anal.
//! Appl. 3, 457–474 (1997), section 3).

/// The transform over a power of two of classes.
#[derive(Debug)]
pub struct Haar {
    length: usize,
    /// From the finest level to the coarsest: for each pair of runs, what the step is in the left and (negative) in the right one.
    levels: Vec<Vec<(f64, f64)>>,
}

impl Haar {
    /// Over classes of these masses, which sum to one; classes up to a power of two are empty.
    pub fn new(masses: &[f64]) -> Self {
        let length = masses.len().next_power_of_two();
        let mut runs = masses.to_vec();
        runs.resize(length, 0.0);
        let mut levels = Vec::new();
        while runs.len() > 1 {
            let (pairs, _) = runs.as_chunks::<2>();
            let step = |&[left, right]: &[f64; 2]| {
                if left > 0.0 && right > 0.0 {
                    let whole = left + right;
                    (
                        (right / (left * whole)).sqrt(),
                        (left / (right * whole)).sqrt(),
                    )
                } else {
                    (0.0, 0.0)
                }
            };
            levels.push(pairs.iter().map(step).collect());
            runs = pairs.iter().map(|[left, right]| left + right).collect();
        }
        Haar { length, levels }
    }

    /// Classes, empty ones included.
    pub fn length(&self) -> usize {
        self.length
    }

    /// From the integral over each class to the coefficients, the coarsest first. `at` gives the place of the i-th number.
    pub fn forward(&self, values: &mut [f64], at: impl Fn(usize) -> usize) {
        let mut runs: Vec<f64> = (0..self.length).map(|i| values[at(i)]).collect();
        for level in &self.levels {
            let half = level.len();
            let mut sums = Vec::with_capacity(half);
            for (pair, &(up, down)) in level.iter().enumerate() {
                let (left, right) = (runs[2 * pair], runs[2 * pair + 1]);
                sums.push(left + right);
                values[at(half + pair)] = up * left - down * right;
            }
            runs = sums;
        }
        values[at(0)] = runs[0];
    }

    /// From the coefficients to the function in each class: rows of `width` functions side by side, `scratch` as long as they are.
    pub fn backward(&self, values: &mut [f64], width: usize, scratch: &mut [f64]) {
        for level in self.levels.iter().rev() {
            let half = level.len();
            for (pair, &(up, down)) in level.iter().enumerate() {
                let mean = &values[pair * width..][..width];
                let step = &values[(half + pair) * width..][..width];
                let (left, right) = scratch[2 * pair * width..][..2 * width].split_at_mut(width);
                for (((left, right), mean), step) in left.iter_mut().zip(right).zip(mean).zip(step)
                {
                    *left = mean + up * step;
                    *right = mean - down * step;
                }
            }
            values[..2 * half * width].copy_from_slice(&scratch[..2 * half * width]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coefficients_are_orthonormal_and_give_the_function_back() {
        let masses = [0.1, 0.3, 0.05, 0.0, 0.25, 0.3];
        let function = [3.0, -1.0, 7.0, 0.0, 0.5, 2.0];
        let haar = Haar::new(&masses);
        assert_eq!(haar.length(), 8);
        let mut values = vec![0.0; 8];
        for ((value, mass), function) in values.iter_mut().zip(masses).zip(function) {
            *value = mass * function;
        }
        haar.forward(&mut values, |i| i);
        let square: f64 = values.iter().map(|value| value * value).sum();
        let expected: f64 = masses.iter().zip(function).map(|(m, f)| m * f * f).sum();
        assert!((square - expected).abs() < 1e-12, "{square} {expected}");
        haar.backward(&mut values, 1, &mut [0.0; 8]);
        for ((value, mass), function) in values.iter().zip(masses).zip(function) {
            assert!(
                mass == 0.0 || (value - function).abs() < 1e-12,
                "{values:?}"
            );
        }
    }
}
