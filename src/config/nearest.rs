//! The name that a wrong one is meant to be.

/// The one of `names` that is most like `name`, if any is like it at all.
#[must_use]
pub fn nearest<'a>(name: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lower = name.to_lowercase();
    names
        .into_iter()
        .map(|candidate| {
            (candidate, strsim::damerau_levenshtein(&lower, &candidate.to_lowercase()))
        })
        .filter(|(candidate, distance)| {
            let longest = candidate.chars().count().max(name.chars().count());
            *distance <= longest / 3
        })
        .min_by_key(|(_, distance)| *distance)
        .map(|(candidate, _)| candidate)
}
