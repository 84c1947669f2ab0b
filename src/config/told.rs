//! For tests of mistakes in what people write, and of the messages about them.

/// Each mistake's message is one snapshot, named by the sentence. `said` is the caller's.
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
