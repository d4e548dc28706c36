//! LaTeX: text that stays text whatever it holds, numbers and units for siunitx.

use super::super::text::plain;
use std::fmt::Write as _;

/// Text of a scenario as LaTeX typesets it: no command, no comment, no new paragraph, in any encoding of the fonts.
pub fn text(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for character in curly(&plain(text)).chars() {
        push(&mut out, character);
    }
    out
}

/// Text as [`text`] has it, with places in long words where a line may end.
pub fn breaking(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for (at, word) in curly(&plain(text)).split(' ').enumerate() {
        if at > 0 {
            out.push(' ');
        }
        for (chunk, end) in chunks(word) {
            for character in chunk.chars() {
                push(&mut out, character);
            }
            out.push_str(match end {
                End::Word => "",
                End::Free => r"\allowbreak{}",
                End::Hyphen => r"\-",
            });
        }
    }
    out
}

/// How a part of a word ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// With the word.
    Word,
    /// Where a line may end.
    Free,
    /// Where a line may end with a hyphen.
    Hyphen,
}

/// Words that are longer may be broken.
const LONG_WORD: usize = 14;
/// Letters and digits between two places where a long word may be broken.
const CHUNK: usize = 6;
/// Characters after which a long word may be broken.
const BREAKS: &str = "_/.,:;=)]}&?+*";

/// The parts of a word between the places where a line may end.
pub fn chunks(word: &str) -> Vec<(&str, End)> {
    let is_long = word.chars().count() > LONG_WORD;
    let mut chunks = Vec::new();
    let (mut begin, mut run) = (0, 0);
    for (at, character) in word.char_indices() {
        let after = at + character.len_utf8();
        if after == word.len() {
            break;
        }
        let is_free = BREAKS.contains(character) && (is_long || character == '_');
        run = if character.is_alphanumeric() {
            run + 1
        } else {
            0
        };
        let mut following = word[after..].chars();
        let goes_on = (0..3).all(|_| following.next().is_some_and(char::is_alphabetic));
        let end = if is_free {
            End::Free
        } else if is_long && run >= CHUNK && goes_on && character.is_alphabetic() {
            End::Hyphen
        } else {
            continue;
        };
        chunks.push((&word[begin..after], end));
        (begin, run) = (after, 0);
    }
    chunks.push((&word[begin..], End::Word));
    chunks
}

/// Straight quotes as those that open and close.
fn curly(text: &str) -> String {
    let mut before = ' ';
    let turned = text.chars().map(|character| {
        let opens = before.is_whitespace() || "([{=,".contains(before);
        before = character;
        match (character, opens) {
            ('"', true) => '“',
            ('"', false) => '”',
            (other, _) => other,
        }
    });
    turned.collect()
}

fn push(out: &mut String, character: char) {
    let written = match character {
        '\\' => r"\textbackslash{}",
        // `\{` is an open brace to BibTeX.
        '{' => r"\textbraceleft{}",
        '}' => r"\textbraceright{}",
        '$' => r"\$",
        '&' => r"\&",
        '#' => r"\#",
        '%' => r"\%",
        '_' => r"\_",
        '^' => r"\textasciicircum{}",
        '~' => r"\textasciitilde{}",
        '<' => r"\textless{}",
        '>' => r"\textgreater{}",
        '|' => r"\textbar{}",
        '`' => r"\textasciigrave{}",
        // After a line of a table these would be an argument of its end.
        '[' => "{[}",
        ']' => "{]}",
        '*' => "{*}",
        // No dash is made of them.
        '-' => "-{}",
        '\u{a0}' => "~",
        '–' => "--",
        '—' => "---",
        '‘' => "`",
        '’' => "'",
        '“' => "``",
        '”' => "''",
        '…' => r"\ldots{}",
        '°' => r"${}^\circ$",
        'µ' | 'μ' => r"$\mu$",
        'α' => r"$\alpha$",
        'β' => r"$\beta$",
        'δ' => r"$\delta$",
        'σ' => r"$\sigma$",
        '×' => r"$\times$",
        '÷' => r"$\div$",
        '·' => r"$\cdot$",
        '±' => r"$\pm$",
        '−' => "$-$",
        '≤' => r"$\leq$",
        '≥' => r"$\geq$",
        '≈' => r"$\approx$",
        '→' => r"$\to$",
        '∞' => r"$\infty$",
        '²' => r"\textsuperscript{2}",
        '³' => r"\textsuperscript{3}",
        '₂' => r"\textsubscript{2}",
        '₄' => r"\textsubscript{4}",
        other => {
            if other.is_ascii() || has_glyph(other) {
                out.push(other);
            } else {
                // Engines that know Unicode take it from their font; the others show its number.
                let _ = write!(
                    out,
                    "\\ifdefined\\Umathchar {other}\\else {{[}}U+{:04X}{{]}}\\fi{{}}",
                    u32::from(other)
                );
            }
            return;
        }
    };
    out.push_str(written);
}

/// Letters that every engine and font encoding makes.
fn has_glyph(character: char) -> bool {
    matches!(character, 'À'..='ÿ' if !"ÐðÞþ×÷".contains(character))
        || "ČčĆćĎďĚěĞğİıŁłŃńŇňŐőŒœŘřŚśŞşŠšŤťŮůŰűŸŹźŻżŽž".contains(character)
}

/// A line of [`super::super::number`], its numbers set by siunitx: `[9.4, 76]`, `1213 ± 6`, `below 0.0004 %`.
pub fn number(line: &str) -> String {
    let mut out = String::with_capacity(2 * line.len());
    let mut word = String::new();
    let is_numeric = |character: char| character.is_ascii_digit() || "+-.eE".contains(character);
    for character in line.chars().chain(std::iter::once(' ')) {
        if is_numeric(character) {
            word.push(character);
            continue;
        }
        if word.bytes().any(|byte| byte.is_ascii_digit()) && word.parse::<f64>().is_ok() {
            let _ = write!(out, "\\num{{{word}}}");
        } else {
            out.push_str(&text(&word));
        }
        word.clear();
        match character {
            '[' | ']' => out.push(character),
            '±' => out.push_str(r"$\pm$"),
            '~' => out.push_str(r"$\sim$"),
            '%' => out.push_str(r"\unit{\percent}"),
            other => push(&mut out, other),
        }
    }
    out.trim_end().to_owned()
}

/// How a unit of the language is written for siunitx.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Unit {
    /// What stands within `\unit{…}`; empty for a pure number.
    pub written: String,
    /// The `\DeclareSIUnit` of each name that siunitx does not know.
    pub declarations: Vec<String>,
}

/// Names that siunitx knows: as we write them, and its macros.
const KNOWN: &[(&str, &str)] = &[
    ("Wh", r"\watt\hour"),
    ("W", r"\watt"),
    ("J", r"\joule"),
    ("g", r"\gram"),
    ("t", r"\tonne"),
    ("L", r"\litre"),
    ("m", r"\metre"),
    ("s", r"\second"),
    ("K", r"\kelvin"),
    ("A", r"\ampere"),
    ("mol", r"\mole"),
    ("cd", r"\candela"),
    ("Hz", r"\hertz"),
    ("N", r"\newton"),
    ("Pa", r"\pascal"),
    ("V", r"\volt"),
    ("min", r"\minute"),
    ("h", r"\hour"),
    ("day", r"\day"),
    ("%", r"\percent"),
];

/// Names that are declared; each is shown as itself, but for the subscript.
const DECLARED: &[(&str, &str)] = &[
    ("gCO2e", r"g\,CO\textsubscript{2}e"),
    ("tCO2e", r"t\,CO\textsubscript{2}e"),
    ("lbCO2e", r"lb\,CO\textsubscript{2}e"),
    ("FLOP", "FLOP"),
    ("token", "token"),
    ("request", "request"),
    ("query", "query"),
    ("prompt", "prompt"),
];

const PREFIXES: &[(char, &str)] = &[
    ('n', r"\nano"),
    ('u', r"\micro"),
    ('m', r"\milli"),
    ('k', r"\kilo"),
    ('M', r"\mega"),
    ('G', r"\giga"),
    ('T', r"\tera"),
    ('P', r"\peta"),
    ('E', r"\exa"),
];

/// The unit of a text such as `kWh/(GPU*h)`; one that is not a product of powers is set as it is written.
pub fn unit(written: &str) -> Unit {
    let mut unit = Unit::default();
    let Some(factors) = factors(written) else {
        unit.written = format!(r"\text{{{}}}", text(written));
        return unit;
    };
    for (name, power) in factors {
        let symbol = symbol(name, &mut unit.declarations);
        // `Wh` is two units to siunitx: an exponent belongs to both.
        let parts: Vec<&str> = match symbol.strip_suffix(r"\watt\hour") {
            Some(prefix) => vec![&symbol[..prefix.len() + r"\watt".len()], r"\hour"],
            None => vec![&symbol],
        };
        for part in parts {
            if power < 0 {
                unit.written.push_str(r"\per");
            }
            unit.written.push_str(part);
            if power.abs() != 1 {
                let _ = write!(unit.written, r"\tothe{{{}}}", power.abs());
            }
        }
    }
    unit
}

/// The macros of a name, with its prefix; what siunitx does not know is declared.
fn symbol(name: &str, declarations: &mut Vec<String>) -> String {
    let look_up = |name: &str| {
        let known = KNOWN.iter().find(|row| row.0 == name);
        let declared = DECLARED.iter().find(|row| row.0 == name);
        known
            .map(|row| (row.1.to_owned(), None))
            .or_else(|| declared.map(|row| declared_as(name, row.1)))
    };
    let prefixed = || {
        let first = name.chars().next()?;
        let prefix = PREFIXES.iter().find(|row| row.0 == first)?.1;
        let (symbol, declaration) = look_up(&name[first.len_utf8()..])?;
        Some((format!("{prefix}{symbol}"), declaration))
    };
    let (symbol, declaration) = look_up(name)
        .or_else(prefixed)
        .unwrap_or_else(|| declared_as(name, &format!(r"\text{{{}}}", text(name))));
    declarations.extend(declaration);
    symbol
}

/// A macro of our own for a name, and its declaration.
fn declared_as(name: &str, shown: &str) -> (String, Option<String>) {
    // Macros are made of letters: all else becomes its number in letters.
    let mut letters = String::new();
    for character in name.chars() {
        if character.is_ascii_alphabetic() {
            letters.push(character);
        } else {
            letters.push('Z');
            let digits = u32::from(character).to_string();
            letters.extend(digits.bytes().map(|digit| char::from(digit - b'0' + b'a')));
            letters.push('Z');
        }
    }
    let symbol = format!(r"\montecarbon{letters}");
    let declaration = format!(r"\DeclareSIUnit{symbol}{{{shown}}}");
    (symbol, Some(declaration))
}

/// Names and their powers, in the order of the text; `None` where it is no such product.
fn factors(written: &str) -> Option<Vec<(&str, i32)>> {
    let mut rest = written.trim();
    let mut factors: Vec<(&str, i32)> = Vec::new();
    // The sign of what follows, outermost group first.
    let mut signs = vec![1_i32];
    let mut sign = 1;
    let mut expects_name = true;
    while let Some(first) = rest.chars().next() {
        let after = &rest[first.len_utf8()..];
        match first {
            '(' if expects_name => {
                signs.push(sign);
                sign = 1;
                rest = after;
            }
            ')' if !expects_name && signs.len() > 1 => {
                signs.pop();
                sign = 1;
                rest = after;
            }
            '*' | '/' if !expects_name => {
                sign = if first == '/' { -1 } else { 1 };
                expects_name = true;
                rest = after;
            }
            '^' if !expects_name => {
                let trimmed = after.trim_start();
                let end = trimmed
                    .find(|character: char| !(character.is_ascii_digit() || character == '-'))
                    .unwrap_or(trimmed.len());
                let power: i32 = trimmed[..end].parse().ok()?;
                // A power of a group would be one of each of its names.
                if rest.len() == written.trim().len()
                    || written[..written.len() - rest.len()]
                        .trim_end()
                        .ends_with(')')
                {
                    return None;
                }
                factors.last_mut()?.1 *= power;
                rest = &trimmed[end..];
            }
            space if space.is_whitespace() => rest = after,
            _ if expects_name => {
                let is_end =
                    |character: char| "*/^()".contains(character) || character.is_whitespace();
                let end = rest.find(is_end).unwrap_or(rest.len());
                let name = &rest[..end];
                if name.starts_with(|character: char| character.is_ascii_digit()) && name != "1" {
                    return None;
                }
                factors.push((name, sign * signs.iter().product::<i32>()));
                expects_name = false;
                rest = &rest[end..];
            }
            _ => return None,
        }
    }
    let is_whole = !expects_name && signs.len() == 1;
    factors.retain(|factor| factor.0 != "1" && factor.1 != 0);
    is_whole.then_some(factors)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_never_markup() {
        assert_eq!(
            text(r"\input{/etc/passwd} $x$ 5% a_b & #1"),
            r"\textbackslash{}input\textbraceleft{}/etc/passwd\textbraceright{} \$x\$ 5\% a\_b \& \#1"
        );
        assert_eq!(text("a\n\nb"), "a  b");
        assert_eq!(
            text("\u{1b}[31m\u{202e}"),
            r"\textbackslash{}u\textbraceleft{}1b\textbraceright{}{[}31m\textbackslash{}u\textbraceleft{}202e\textbraceright{}"
        );
        assert_eq!(
            text("é–中"),
            r"é--\ifdefined\Umathchar 中\else {[}U+4E2D{]}\fi{}"
        );
    }

    #[test]
    fn quotes_open_and_close() {
        assert_eq!(text("\"a\" (\"b\", \"c\")"), "``a'' (``b'', ``c'')");
    }

    #[test]
    fn long_words_may_be_broken() {
        assert_eq!(
            breaking("a_b emissions x/y"),
            r"a\_\allowbreak{}b emissions x/y"
        );
        assert_eq!(
            breaking("queries.value=10,per"),
            r"queries.\allowbreak{}value=\allowbreak{}10,\allowbreak{}per"
        );
        assert_eq!(
            breaking("electricityofthemeter"),
            r"electr\-icityo\-ftheme\-ter"
        );
        let whole: String = chunks("queries.value=10,per_q")
            .iter()
            .map(|one| one.0)
            .collect();
        assert_eq!(whole, "queries.value=10,per_q");
    }

    #[test]
    fn numbers_are_set_by_siunitx() {
        for (line, set) in [
            ("[9.4, 76]", r"[\num{9.4}, \num{76}]"),
            ("1213 ± 6", r"\num{1213} $\pm$ \num{6}"),
            ("~3.00", r"$\sim$\num{3.00}"),
            ("1.23e-5", r"\num{1.23e-5}"),
            ("–", "--"),
            ("below 0.0004 %", r"below \num{0.0004} \unit{\percent}"),
        ] {
            assert_eq!(number(line), set);
        }
    }

    #[test]
    fn units_are_set_by_siunitx() {
        for (written, set) in [
            ("kWh/day", r"\kilo\watt\hour\per\day"),
            ("1", ""),
            ("%", r"\percent"),
            ("kgCO2e", r"\kilo\montecarbongCOZfaZe"),
            ("gCO2e/kWh", r"\montecarbongCOZfaZe\per\kilo\watt\per\hour"),
            ("W/GPU", r"\watt\per\montecarbonGPU"),
            ("tCO2e/yr", r"\montecarbontCOZfaZe\per\montecarbonyr"),
            (
                "kWh/(GPU*h)",
                r"\kilo\watt\hour\per\montecarbonGPU\per\hour",
            ),
            (
                "m^2*kg/s^2",
                r"\metre\tothe{2}\kilo\gram\per\second\tothe{2}",
            ),
            ("1/h", r"\per\hour"),
            ("m/(s/kg)", r"\metre\per\second\kilo\gram"),
            ("m^-1", r"\per\metre"),
            ("365 day", r"\text{365 day}"),
            ("(m*s)^2", r"\text{(m{*}s)\textasciicircum{}2}"),
        ] {
            assert_eq!(unit(written).written, set, "{written}");
        }
        assert_eq!(
            unit("kgCO2e/EUR_2").declarations,
            [
                r"\DeclareSIUnit\montecarbongCOZfaZe{g\,CO\textsubscript{2}e}",
                r"\DeclareSIUnit\montecarbonEURZjfZZfaZ{\text{EUR\_2}}"
            ]
        );
    }
}
