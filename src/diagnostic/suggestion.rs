//! Did you mean: the nearest known name to one that is not known.

/// The nearest of the candidates by Damerau–Levenshtein distance, ignoring case, if it is near enough to be a slip of the
/// fingers. Ties are broken by name, so the answer never varies.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lowered = name.to_lowercase();
    let length = lowered.chars().count();
    // A name this long is not a slip, and the distance is quadratic in the length.
    if length > 64 {
        return None;
    }
    // A third of the letters may be wrong, and one in the shortest names.
    let limit = (length / 3).max(1);
    candidates
        .into_iter()
        .filter(|candidate| {
            *candidate != name && candidate.chars().count().abs_diff(length) <= limit
        })
        .map(|candidate| {
            (
                strsim::damerau_levenshtein(&lowered, &candidate.to_lowercase()),
                candidate,
            )
        })
        // In a name of one or two letters every other one is near: only another case of it is a likely slip.
        .filter(|(distance, _)| {
            *distance <= limit && (*distance < length.max(2) && (length > 2 || *distance == 0))
        })
        .min()
        .map(|(_, candidate)| candidate)
}

/// "did you mean `x`?" for the nearest candidate.
pub fn did_you_mean<'a>(
    name: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<String> {
    nearest(name, candidates).map(|candidate| format!("did you mean `{candidate}`?"))
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn the_nearest_name_wins_and_ties_go_by_name() {
        assert_eq!(
            nearest("utilisation", ["utilization", "users"]),
            Some("utilization")
        );
        assert_eq!(nearest("grdi", ["grid", "gird"]), Some("grid"));
        assert_eq!(nearest("abd", ["abz", "aba"]), Some("aba"));
        assert_eq!(nearest("xyzzy", ["grid"]), None);
        assert_eq!(nearest("Grid", ["grid"]), Some("grid"));
        assert_eq!(nearest("q", ["h", "s"]), None);
        assert_eq!(nearest("kwh", ["kWh", "MWh"]), Some("kWh"));
    }
}
