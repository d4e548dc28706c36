//! What a unit that cannot be read was probably meant to be.

use super::Units;

/// Words that people write for a unit.
const WORDS: &[(&str, &str)] = &[
    ("second", "s"),
    ("minute", "min"),
    ("hour", "h"),
    ("year", "yr"),
    ("watt", "W"),
    ("joule", "J"),
    ("gram", "g"),
    ("ton", "t"),
    ("tonne", "t"),
    ("litre", "L"),
    ("liter", "L"),
    ("percent", "%"),
];

impl Units {
    /// The unit that a text which is none stands for: with the blanks in `kg CO2e` left out or, as in `GPU h`, replaced by `*`; with `per` for
    /// `/`, and with words and plurals for names.
    pub fn meant(&self, text: &str) -> Option<String> {
        let carbon = ["CO2-eq", "CO2eq", "CO2-e"];
        let text = carbon
            .iter()
            .fold(text.replace(" per ", "/"), |text, carbon| {
                text.replace(carbon, "CO2e")
            });
        let text = text.replace("-CO2", "CO2");
        ["", "*"].into_iter().find_map(|between| {
            let joined = text.split_whitespace().collect::<Vec<_>>().join(between);
            let named: String = words(&joined).map(|word| self.named(word)).collect();
            let is_unit = matches!(self.parse(&named), Ok(Some(_)));
            is_unit.then_some(named)
        })
    }

    /// The name of the unit that a word means, or the word.
    fn named(&self, word: &str) -> String {
        if self.contains(word) {
            return word.to_owned();
        }
        let carbon = word.replace("CO2", "CO2e");
        let singular = word.strip_suffix('s').unwrap_or(word);
        let known = WORDS.iter().find(|(written, _)| *written == singular);
        if self.contains(&carbon) {
            carbon
        } else if let Some((_, name)) = known {
            (*name).to_owned()
        } else {
            singular.to_owned()
        }
    }
}

/// Runs of letters and digits, and what stands between them.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let of_word = |character: &char| character.is_alphanumeric();
    let mut rest = text;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let inside = of_word(&first);
        let end = rest.find(|character| of_word(&character) != inside);
        let (word, after) = rest.split_at(end.unwrap_or(rest.len()));
        rest = after;
        Some(word)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_write() {
        let units = Units::default();
        for (written, meant) in [
            ("kg CO2e", "kgCO2e"),
            ("kg CO2-eq", "kgCO2e"),
            ("kg-CO2/kWh", "kgCO2e/kWh"),
            ("g CO2eq / kWh", "gCO2e/kWh"),
            ("t CO2 per year", "tCO2e/yr"),
            ("kWh per day", "kWh/day"),
            ("W h", "Wh"),
            ("GPU h", "GPU*h"),
            ("GPU hours", "GPU*h"),
            ("tonnes", "t"),
            ("requests per second", "request/s"),
        ] {
            assert_eq!(units.meant(written).as_deref(), Some(meant), "{written}");
        }
        for written in ["USD", "°C", "", "kWh/(", "16 GPU", "kg CO3"] {
            assert_eq!(units.meant(written), None, "{written}");
        }
    }
}
