//! Whether a person has asked for us, or forbidden us.
//!
//! Detect itself always passes: a detect that fails fails its whole group, unless the group names us
//! as optional. For an app that is not ours to help, and where the variable forbids us, the build
//! prints one line and adds nothing.

/// The build variable that asks for us, or forbids us.
pub(super) const ASK_VARIABLE: &str = "BP_REVIEW_DATA";

/// Whether the variable's value says that there should be no review-data in the image.
#[must_use]
pub(super) fn switched_off(asked: Option<&str>) -> bool {
    let asked = asked.map(str::trim).map(str::to_ascii_lowercase);
    matches!(asked.as_deref(), Some("" | "0" | "false" | "no"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_variable_forbids_or_asks() {
        for (asked, off) in [("false", true), (" No ", true), ("0", true), ("", true), ("1", false)]
        {
            assert_eq!(switched_off(Some(asked)), off, "{asked:?}");
        }
        assert!(!switched_off(None));
    }
}
