//! Documents whose canonical text is a fixed point.
//!
//! Left out by construction are the forms that the language does not read back: recipes (each printing adds line
//! ends), quotes in texts, empty lists (printed as a list of one empty text), floats that print with an exponent,
//! step 0 and time limits of blocks without content, and intervals of which one end is an `=`.

use std::sync::Arc;

use im_radl::{
    AnsibleHost, Configure, Constraint, Contextualize, ContextualizeItem, Deploy, Description,
    Feature, Features, Interval, Line, Nested, Network, Number, Operator, Quantity, Radl,
    SoftFeatures, System, Text, TextList, VmNumber,
};
use proptest::prelude::*;

const KEYWORDS: &[&str] = &[
    "ansible",
    "and",
    "configure",
    "contains",
    "contextualize",
    "deploy",
    "description",
    "network",
    "option",
    "soft",
    "step",
    "system",
    "with",
];

/// Names that the check or the JSON form know.
const KNOWN: &[&str] = &[
    "cpu.count",
    "cpu.arch",
    "memory.size",
    "disk.0.size",
    "disk.1.size",
    "disk.0.image.url",
    "outbound",
    "outports",
    "net_interface.0.connection",
    "net_interface.0.ip",
    "disk.0.os.version",
    "disk.0.applications",
    "spot",
    "price",
    "disk.0.os.credentials.password",
];

fn name() -> impl Strategy<Value = String> {
    let free = "[a-zA-Z_.][a-zA-Z0-9_.ñ日-]{0,8}".prop_filter("names a JSON key", |name| {
        let is_reserved = ["class", "id", "reference", "softs"].contains(&name.as_str());
        !is_reserved
            && !KEYWORDS.contains(&name.as_str())
            && !name.ends_with("_min")
            && !name.ends_with("_max")
    });
    prop_oneof![free, prop::sample::select(KNOWN).prop_map(str::to_owned)]
}

fn word() -> impl Strategy<Value = Arc<str>> {
    name().prop_map(Arc::from)
}

/// A text without quotes and without a backslash before a line end or at the end.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[ -&(-\\[\\]-~\n\tñ日🚀]{0,20}",
        "(\\\\[a-z\\\\]|[a-z #()=]){0,8}",
        prop::sample::select(vec!["yes", "no", "22,80-8080", "x86_64", "12.04", ""])
            .prop_map(str::to_owned),
    ]
    .prop_filter("a random value", |text| !text.starts_with("random("))
}

fn number() -> impl Strategy<Value = Number> {
    prop_oneof![
        (0..100_i64).prop_map(Number::from),
        (0..i64::MAX).prop_map(Number::from),
        "[1-9][0-9]{19,60}".prop_filter_map("a number", |digits| Number::parse_int(&digits)),
        (1e-3..1e15_f64).prop_map(Number::from),
        (0..1_000_000_u32)
            .prop_map(|n| Number::from(f64::from(n) / 4.0))
            .prop_filter("prints with an exponent", |n| {
                n.to_f64() == 0.0 || n.to_f64() >= 1e-3
            }),
    ]
}

fn unit() -> impl Strategy<Value = Option<Arc<str>>> {
    prop_oneof![
        Just(None),
        prop::sample::select(vec!["K", "m", "GB", "gib", "T", "ECU", "parsecs"])
            .prop_map(|unit| Some(unit.into())),
    ]
}

fn quantity() -> impl Strategy<Value = Quantity> {
    (number(), unit()).prop_map(|(value, unit)| Quantity { value, unit })
}

fn operator() -> impl Strategy<Value = Operator> {
    use Operator::{AtLeast, AtMost, Equal, Greater, Less};
    prop::sample::select(vec![Equal, Less, AtMost, Greater, AtLeast])
}

fn interval() -> impl Strategy<Value = Interval> {
    let single = (operator(), quantity())
        .prop_map(|(operator, quantity)| Interval::new(Constraint::new(operator, quantity)));
    let above = prop::sample::select(vec![Operator::AtLeast, Operator::Greater]);
    let below = prop::sample::select(vec![Operator::AtMost, Operator::Less]);
    let double = (above, quantity(), below, quantity()).prop_map(|(above, a, below, b)| {
        let (low, high) = if a.base().compare(&b.base()).is_gt() {
            (b, a)
        } else {
            (a, b)
        };
        let mut interval = Interval::new(Constraint::new(above, low));
        interval
            .narrow(&Constraint::new(below, high))
            .expect("the ends are in order");
        interval
    });
    prop_oneof![3 => single, 1 => double]
}

/// Features other than `contains`.
fn simple() -> impl Strategy<Value = Feature> {
    let line = Line::NONE;
    prop_oneof![
        interval().prop_map(|interval| Feature::Number(Arc::new(interval))),
        (operator(), text()).prop_map(move |(operator, text)| Feature::Text(Text {
            operator,
            line,
            value: text.into()
        })),
    ]
}

/// A list under a name that may have one in the JSON form.
fn list() -> impl Strategy<Value = (String, Feature)> {
    let name = prop::sample::select(vec![
        "disk.0.image.url",
        "net_interface.1.additional_dns_names",
    ]);
    (name, prop::collection::vec(text(), 1..4)).prop_map(|(name, items)| {
        let items = items.into_iter().map(Arc::from).collect();
        (
            name.to_owned(),
            Feature::List(Arc::new(TextList {
                operator: Operator::Equal,
                line: Line::NONE,
                items,
            })),
        )
    })
}

/// A step in the making of features.
#[derive(Clone, Debug)]
enum Step {
    Set(String, Feature),
    Contain(String, Features),
    Soft(Number, Features),
}

fn features() -> impl Strategy<Value = Features> {
    let set = || (name(), simple()).prop_map(|(name, value)| Step::Set(name, value));
    let leaf = prop::collection::vec(set(), 0..4).prop_map(assemble);
    leaf.prop_recursive(3, 24, 6, move |inner| {
        let step = prop_oneof![
            5 => set(),
            1 => list().prop_map(|(name, value)| Step::Set(name, value)),
            2 => (name(), inner.clone()).prop_map(|(name, features)| Step::Contain(name, features)),
            1 => (number(), inner).prop_map(|(weight, features)| Step::Soft(weight, features)),
        ];
        prop::collection::vec(step, 0..6).prop_map(assemble)
    })
}

/// Features from steps; those that do not fit are left out.
fn assemble(steps: Vec<Step>) -> Features {
    let mut features = Features::new();
    for step in steps {
        match step {
            Step::Set(name, _) if features.has(&name) => {}
            Step::Set(name, value) => {
                features.set(name, value);
            }
            Step::Contain(name, inner) => {
                let mut trial = features.clone();
                if trial
                    .add_contained(
                        &name.into(),
                        Nested {
                            features: inner,
                            ..Nested::default()
                        },
                    )
                    .is_ok()
                {
                    features = trial;
                }
            }
            Step::Soft(weight, inner) => features.push_soft(SoftFeatures {
                weight,
                features: inner,
            }),
        }
    }
    features
}

fn contextualize() -> impl Strategy<Value = Contextualize> {
    let when = prop_oneof![
        Just((None, None)),
        number()
            .prop_filter("step 0 is no step", |n| !n.is_zero())
            .prop_map(|step| (Some(step), None)),
        word().prop_map(|tool| (None, Some(tool))),
    ];
    let item =
        (word(), word(), when).prop_map(|(system, configure, (step, tool))| ContextualizeItem {
            system,
            configure,
            step,
            tool,
            line: Line::NONE,
        });
    let value = prop_oneof![
        (operator(), number()).prop_map(|(operator, value)| {
            Feature::Number(Arc::new(Interval::new(Constraint::new(
                operator,
                Quantity { value, unit: None },
            ))))
        }),
        text().prop_map(Feature::text),
    ];
    let options = prop::collection::vec((word(), value), 0..3);
    (
        prop::option::of(1..10_000_i64),
        options,
        prop::collection::vec(item, 0..4),
    )
        .prop_map(|(time, options, items)| {
            let mut block = Contextualize {
                options: options.into_iter().collect(),
                ..Contextualize::default()
            };
            items.into_iter().for_each(|item| block.add_item(item));
            block.max_time = time.filter(|_| !block.is_empty()).map(Number::from);
            block
        })
}

fn deploy() -> impl Strategy<Value = Deploy> {
    (word(), number(), prop::option::of(word())).prop_map(|(system, number, cloud_id)| Deploy {
        system,
        vm_number: VmNumber::Number(number),
        cloud_id,
        line: Line::NONE,
    })
}

/// A document.
pub(crate) fn any_document() -> impl Strategy<Value = Radl> {
    let networks = prop::collection::vec((word(), features(), any::<bool>()), 0..3);
    let systems = prop::collection::vec((word(), features(), prop::bool::weighted(0.2)), 1..3);
    let others = (
        prop::option::of((word(), features())),
        prop::collection::vec((word(), features()), 0..2),
        prop::collection::vec((word(), any::<bool>()), 0..3),
        prop::option::of(contextualize()),
        prop::collection::vec(deploy(), 0..3),
    );
    (networks, systems, others).prop_map(
        |(networks, systems, (description, hosts, configures, block, deploys))| {
            let line = Line::NONE;
            let body =
                |features, reference: bool| if reference { Features::new() } else { features };
            let mut radl = Radl {
                contextualize: block.map(Arc::new),
                deploys,
                ..Radl::default()
            };
            radl.description = description.map(|(id, features)| {
                Arc::new(Description {
                    id,
                    features,
                    reference: false,
                    line,
                })
            });
            for (id, features) in hosts {
                radl.put_ansible_host(AnsibleHost { id, features, line });
            }
            for (id, features, reference) in networks {
                radl.put_network(Network {
                    id,
                    features: body(features, reference),
                    reference,
                    line,
                });
            }
            for (id, features, reference) in systems {
                radl.put_system(System {
                    id,
                    features: body(features, reference),
                    reference,
                    line,
                });
            }
            for (id, reference) in configures {
                radl.put_configure(Configure {
                    id,
                    recipe: None,
                    reference,
                    line,
                });
            }
            radl
        },
    )
}
