//! How metrics are declared.

use prometheus::core::Collector;
use prometheus::{
    Gauge, Histogram, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge,
    IntGaugeVec, Opts, Result,
};

/// A metric, as it is declared.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spec {
    /// Its name, with the prefix of the service and the suffix of its unit.
    pub(super) name: &'static str,
    /// What it tells, in full sentences.
    pub(super) help: &'static str,
    /// `counter`, `gauge` or `histogram`.
    pub(super) kind: &'static str,
    /// The names of its labels.
    pub(super) labels: &'static [&'static str],
    /// The bounds of a histogram.
    pub(super) buckets: &'static [f64],
}

/// A kind of metric.
pub(super) trait Handle: Collector + Clone + Sized + 'static {
    /// The word of the exposition.
    const KIND: &'static str;

    /// A metric of this kind.
    fn declared(spec: &Spec) -> Result<Self>;
}

/// Metrics that belong together.
pub(super) trait Group: Default {
    /// What they are about.
    const TITLE: &'static str;

    /// All of them.
    const SPECS: &'static [Spec];

    /// Their handles, to be shown.
    fn collectors(&self) -> Vec<Box<dyn Collector>>;
}

// === impl Spec ===

impl Spec {
    /// The help, without the space with which comments begin.
    pub(super) fn help(&self) -> &'static str {
        self.help.trim()
    }

    fn opts(&self) -> Opts {
        Opts::new(self.name, self.help())
    }

    fn histogram(&self) -> HistogramOpts {
        HistogramOpts::from(self.opts()).buckets(self.buckets.to_vec())
    }

    /// A handle. Declarations do not depend on anything that happens: one that is wrong fails every test.
    pub(super) fn make<H: Handle>(&self) -> H {
        H::declared(self)
            .unwrap_or_else(|error| unreachable!("{} is declared wrongly: {error}", self.name))
    }
}

macro_rules! handles {
    ($($handle:ident: $kind:literal = |$spec:ident| $make:expr;)+) => {$(
        impl Handle for $handle {
            const KIND: &'static str = $kind;

            fn declared($spec: &Spec) -> Result<Self> {
                $make
            }
        }
    )+};
}

handles! {
    IntCounter: "counter" = |spec| Self::with_opts(spec.opts());
    IntCounterVec: "counter" = |spec| Self::new(spec.opts(), spec.labels);
    IntGauge: "gauge" = |spec| Self::with_opts(spec.opts());
    Gauge: "gauge" = |spec| Self::with_opts(spec.opts());
    IntGaugeVec: "gauge" = |spec| Self::new(spec.opts(), spec.labels);
    Histogram: "histogram" = |spec| Self::with_opts(spec.histogram());
    HistogramVec: "histogram" = |spec| Self::new(spec.histogram(), spec.labels);
}

/// Declares a group. Each line is the help, as documentation, then `field: kind = name [labels] in buckets`.
macro_rules! metrics {
    (
        $(#[doc = $about:literal])+
        $vis:vis struct $group:ident, $title:literal {
            $(
                $(#[doc = $help:literal])+
                $field:ident: $handle:ident = $name:literal [$($label:literal),*] $(in $buckets:ident)?;
            )+
        }
    ) => {
        $(#[doc = $about])+
        #[derive(Clone, Debug)]
        $vis struct $group {
            $($(#[doc = $help])+ $field: prometheus::$handle,)+
        }

        impl Default for $group {
            fn default() -> Self {
                let mut specs = <Self as $crate::metrics::declare::Group>::SPECS.iter();
                let mut next = || specs.next().unwrap_or_else(|| unreachable!("as many as fields"));
                let group = Self { $($field: next().make(),)+ };
                group.begin();
                group
            }
        }

        impl $crate::metrics::declare::Group for $group {
            const TITLE: &'static str = $title;
            const SPECS: &'static [$crate::metrics::declare::Spec] = &[$(
                $crate::metrics::declare::Spec {
                    name: $name,
                    help: concat!($($help),+),
                    kind: <prometheus::$handle as $crate::metrics::declare::Handle>::KIND,
                    labels: &[$($label),*],
                    buckets: {
                        let none: &[f64] = &[];
                        $(let none = { let _ = none; $crate::metrics::buckets::$buckets };)?
                        none
                    },
                }
            ),+];

            fn collectors(&self) -> Vec<Box<dyn prometheus::core::Collector>> {
                vec![$(Box::new(self.$field.clone())),+]
            }
        }
    };
}
pub(super) use metrics;

/// Declares the values of a label.
macro_rules! label {
    ($(#[$about:meta])+ pub enum $label:ident { $($(#[$value_about:meta])+ $value:ident = $word:literal;)+ }) => {
        $(#[$about])+
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $label {
            $($(#[$value_about])+ $value,)+
        }

        impl $label {
            const ALL: &'static [Self] = &[$(Self::$value),+];

            /// The value of the label.
            pub(super) fn as_str(self) -> &'static str {
                match self {
                    $(Self::$value => $word,)+
                }
            }
        }
    };
}
pub(super) use label;
