//! Philox4x64-10: a block of four words as a function of a key and a counter.
//!
//! Salmon, Moraes, Dror & Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC '11, section 3.3 and table 2.
//! It turns (key, replicate, segment) into the states of a stream; the stream itself is `xoshiro`.

const MULTIPLIER_0: u64 = 0xD2E7_470E_E14C_6C93;
const MULTIPLIER_1: u64 = 0xCA5A_8263_9512_1157;
const WEYL_0: u64 = 0x9E37_79B9_7F4A_7C15;
const WEYL_1: u64 = 0xBB67_AE85_84CA_A73B;

/// High and low word of the product.
fn wide_product(a: u64, b: u64) -> (u64, u64) {
    let product = u128::from(a) * u128::from(b);
    ((product >> 64) as u64, product as u64)
}

/// Ten rounds of Philox on `counter` under `key`.
pub fn philox4x64(mut counter: [u64; 4], mut key: [u64; 2]) -> [u64; 4] {
    for _ in 0..10 {
        let (high_0, low_0) = wide_product(MULTIPLIER_0, counter[0]);
        let (high_1, low_1) = wide_product(MULTIPLIER_1, counter[2]);
        counter = [
            high_1 ^ counter[1] ^ key[0],
            low_1,
            high_0 ^ counter[3] ^ key[1],
            low_0,
        ];
        key = [key[0].wrapping_add(WEYL_0), key[1].wrapping_add(WEYL_1)];
    }
    counter
}

#[cfg(test)]
mod tests {
    use super::philox4x64;

    /// Known answers of the reference implementation (tests/reference/rng_kat.json, `philox4x64_10`).
    #[test]
    fn known_answers() {
        assert_eq!(
            philox4x64([0; 4], [0; 2]),
            [
                1609277786247541068,
                15789900245555285980,
                15557529670647158635,
                9108730954146095675
            ]
        );
        assert_eq!(
            philox4x64([6, 6, 7, 8], [1, 2]),
            [
                1418342181098076876,
                15185528782859860732,
                5387140901766435983,
                1208241008196566945
            ]
        );
    }
}
