//! For the tests of what people write: their mistakes, and what is said to them.

/// Each mistake's message is a snapshot of its own, named by the sentence. `said` is the
/// caller's own.
macro_rules! mistakes {
    ($($name:ident: $text:expr;)*) => {
        $(
            #[test]
            fn $name() {
                let text = $text;
                insta::with_settings!({ description => text, omit_expression => true }, {
                    insta::assert_snapshot!(said(text));
                });
            }
        )*
    };
}

pub(super) use mistakes;
