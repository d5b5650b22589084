//! The declaration of a concern: a struct that is the table of its options at the same time.

/// Declares a struct of settings.
///
/// Each field has its help text as the doc comment, its type, the documented default, the name of the option and the
/// form of the value ([`Codec`](crate::codec::Codec)). Derived are the struct, its `Default` (the documented values),
/// its rows of the table of options, and the function that reads it.
macro_rules! concern {
    (
        $(#[doc = $about:literal])+
        pub struct $name:ident, $title:literal in $section:literal {
            $(
                $(#[doc = $help:literal])+
                $field:ident: $type:ty = $default:expr, $option:literal as $codec:ty;
            )+
        }
    ) => {
        $(#[doc = $about])+
        #[derive(Debug, Clone, PartialEq)]
        pub struct $name {
            $(
                $(#[doc = $help])+
                #[doc = concat!("\n\nThe option `", $option, "`.")]
                pub $field: $type,
            )+
        }

        impl Default for $name {
            fn default() -> Self {
                Self { $($field: $default),+ }
            }
        }

        impl $name {
            /// The rows of the table of options that belong here.
            pub(crate) fn options() -> Vec<$crate::option::OptionSpec> {
                let documented = Self::default();
                vec![$(
                    $crate::option::OptionSpec::of::<$codec>(
                        $section,
                        $title,
                        $option,
                        &[$($help),+],
                        &documented.$field,
                    )
                ),+]
            }

            /// Reads every option; `base` has the values of those that are not set.
            pub(crate) fn read(values: &mut $crate::values::Values<'_>, base: Self) -> Self {
                Self {
                    $($field: values.read::<$codec>($section, $option, base.$field)),+
                }
            }
        }
    };
}

pub(crate) use concern;
