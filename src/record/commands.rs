//! The commands of `[postdeploy]`, as the record knows them: by a fingerprint of their text, so
//! that an edited list is compared command by command, and no secret in a command is recorded.

/// A list of commands in review-data.toml.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum List {
    Before,
    After,
}

impl List {
    /// The key in `[postdeploy]`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            List::Before => "before",
            List::After => "after",
        }
    }
}

/// The 64-bit FNV-1a hash of a command's text, in hexadecimal. It is compared with hashes in
/// records of other versions: it may never change.
#[must_use]
pub fn fingerprint(command: &str) -> String {
    const BASIS: u64 = 0xcbf2_9ce4_8422_2325;
    const PRIME: u64 = 0x0000_0100_0000_01b3;
    let hash = command
        .trim()
        .bytes()
        .fold(BASIS, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(PRIME));
    format!("{hash:016x}")
}

/// The commands of a list that have not succeeded yet, given the fingerprints of the commands that have.
/// A command that stands in the list twice has to succeed twice.
#[must_use]
pub fn missing<'a>(commands: &'a [String], ended: &[String]) -> Vec<&'a str> {
    let mut ended = ended.to_vec();
    let mut missing = Vec::new();
    for command in commands {
        let fingerprint = fingerprint(command);
        match ended.iter().position(|other| *other == fingerprint) {
            Some(position) => drop(ended.swap_remove(position)),
            None => missing.push(command.as_str()),
        }
    }
    missing
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(commands: &[&str]) -> Vec<String> {
        commands.iter().map(ToString::to_string).collect()
    }

    fn ended(commands: &[&str]) -> Vec<String> {
        commands.iter().map(|command| fingerprint(command)).collect()
    }

    #[test]
    fn a_fingerprint_never_changes() {
        assert_eq!(fingerprint(""), "cbf29ce484222325");
        assert_eq!(fingerprint("foobar"), "85944171f73967e8");
        assert_eq!(fingerprint(" foobar\n"), fingerprint("foobar"));
    }

    #[test]
    fn a_list_that_was_edited_is_compared_command_by_command() {
        let all = list(&["a", "b", "c"]);
        assert_eq!(missing(&all, &[]), ["a", "b", "c"]);
        assert_eq!(missing(&all, &ended(&["a"])), ["b", "c"]);
        assert_eq!(missing(&all, &ended(&["a", "b mistyped"])), ["b", "c"]);
        assert_eq!(missing(&list(&["new", "b", "a"]), &ended(&["a", "b"])), ["new"]);
        assert_eq!(missing(&list(&["b"]), &ended(&["a", "b"])), Vec::<&str>::new());
    }

    #[test]
    fn a_command_that_stands_in_the_list_twice_runs_twice() {
        assert_eq!(missing(&list(&["a", "b", "a"]), &ended(&["a", "b"])), ["a"]);
    }
}
