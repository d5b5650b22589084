//! One of a few words.

/// Declares an enumeration of words, which is a form of values of its own.
///
/// The first word of a variant is the one that is written; letter case does not matter when it is read.
macro_rules! choice {
    (
        $(#[doc = $about:literal])+
        pub enum $name:ident, $expected:literal {
            $($(#[doc = $meaning:literal])+ $variant:ident = $word:literal;)+
        }
    ) => {
        $(#[doc = $about])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name {
            $($(#[doc = $meaning])+ $variant,)+
        }

        impl $name {
            /// The word that stands for it in im.cfg.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }
        }

        impl $crate::codec::Codec for $name {
            type Value = Self;
            const EXPECTED: &'static str = $expected;

            fn parse(text: &str) -> Result<Self, $crate::codec::Refusal> {
                [$(Self::$variant),+]
                    .into_iter()
                    .find(|choice| choice.as_str().eq_ignore_ascii_case(text))
                    .ok_or_else($crate::codec::Refusal::default)
            }

            fn text(value: &Self) -> String {
                value.as_str().to_owned()
            }
        }
    };
}

pub(crate) use choice;
