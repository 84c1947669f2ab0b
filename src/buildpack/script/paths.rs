//! Paths of the app.

/// A path in the app, from one of its directories.
pub(super) fn joined(directory: &str, path: &str) -> String {
    let app = ["/app/", "$HOME/", "~/", "$PWD/", "/workspace/"];
    let inside = app.iter().find_map(|prefix| path.strip_prefix(prefix));
    let (start, path) = match inside {
        Some(rest) => ("", rest),
        None if ["/app", "$HOME", "~", "/workspace"].contains(&path) => ("", ""),
        None => (directory, path),
    };
    let mut segments: Vec<&str> = start.split('/').filter(|segment| !segment.is_empty()).collect();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." if !segments.is_empty() => {
                segments.pop();
            }
            other => segments.push(other),
        }
    }
    let joined = segments.join("/");
    if path.starts_with('/') { format!("/{joined}") } else { joined }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_those_of_the_app() {
        for (directory, path, expected) in [
            ("", "./bin/x", "bin/x"),
            ("web", "../bin/x", "bin/x"),
            ("web", "/app/bin/x", "bin/x"),
            ("web", "$HOME/bin/x", "bin/x"),
            ("", "/usr/bin/x", "/usr/bin/x"),
            ("web", "/app", ""),
            ("", "../x", "../x"),
        ] {
            assert_eq!(joined(directory, path), expected, "{path}");
        }
    }
}
