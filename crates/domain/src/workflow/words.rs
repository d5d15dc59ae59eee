//! Closed lists of words: what stages, events and owners are.

/// One of a closed list, as `words!` declares it.
pub trait Word: Copy + PartialEq + 'static {
    /// The stable word, which is stored and sent.
    fn as_str(self) -> &'static str;
    /// What a page calls it.
    fn label(self) -> &'static str;
}

/// Declares a closed list: each variant with its stable word and its label.
macro_rules! words {
    (
        $(#[$doc:meta])*
        pub enum $name:ident {
            $($(#[$line:meta])* $variant:ident = $word:literal, $label:literal;)*
        }
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
        pub enum $name {
            $($(#[$line])* #[serde(rename = $word)] $variant,)*
        }

        impl $name {
            /// All of them, in order.
            pub const ALL: [Self; [$($word),*].len()] = [$(Self::$variant),*];

            /// The stable word, which is stored and sent.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)*
                }
            }

            /// The one that a stored or sent word stands for.
            #[must_use]
            pub fn from_word(word: &str) -> Option<Self> {
                Self::ALL.into_iter().find(|one| one.as_str() == word)
            }

            /// What a page calls it.
            #[must_use]
            pub const fn label(self) -> &'static str {
                match self {
                    $(Self::$variant => $label,)*
                }
            }
        }

        impl $crate::workflow::Word for $name {
            fn as_str(self) -> &'static str {
                self.as_str()
            }

            fn label(self) -> &'static str {
                self.label()
            }
        }
    };
}
pub(super) use words;
