//! The one font of the figures: how wide its letters are.

use std::sync::OnceLock;

/// Roboto (Apache-2.0): what texts are measured by, and what PNG and PDF are set in.
pub(super) const FONT: &[u8] = include_bytes!("../../assets/Roboto-Regular.ttf");

/// The width of a letter that the font does not have, in its size.
const UNKNOWN: f64 = 1.0;

/// How wide a text is, in the unit of `size`.
pub(super) fn width_of(text: &str, size: f64) -> f64 {
    static FACE: OnceLock<Option<ttf_parser::Face<'static>>> = OnceLock::new();
    let face = FACE.get_or_init(|| ttf_parser::Face::parse(FONT, 0).ok());
    let advance = |letter: char| {
        let face = face.as_ref()?;
        let advance = face.glyph_hor_advance(face.glyph_index(letter)?)?;
        Some(f64::from(advance) / f64::from(face.units_per_em()))
    };
    let widths = text
        .chars()
        .map(|letter| advance(letter).unwrap_or(UNKNOWN));
    size * widths.sum::<f64>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_have_their_own_widths() {
        assert!(width_of("iii", 10.0) < width_of("mmm", 10.0));
        assert!((width_of("mm", 10.0) - 2.0 * width_of("m", 10.0)).abs() < 1e-12);
        // Every letter of our own labels is there.
        for letter in "0123456789⁰¹²³⁴⁵⁶⁷⁸⁹⁻₂×·−–±µ°%…".chars() {
            assert!(
                width_of(&letter.to_string(), 10.0) < 10.0 * UNKNOWN,
                "{letter}"
            );
        }
    }
}
