//! Every option of the user's manual exists, with the default that is documented there.

use std::collections::BTreeMap;
use std::path::PathBuf;

use im_config::{Warning, options};

use crate::bench::Bench;

/// The options of the manual, each with the defaults that it tells.
fn documented(manual: &str) -> BTreeMap<&str, Vec<String>> {
    let mut documented: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let mut option = "";
    for line in manual.lines() {
        let is_name = |c: char| c.is_ascii_uppercase() || c == '_';
        if line.contains('_') && line.chars().all(is_name) {
            option = line;
            documented.entry(option).or_default();
        } else if let Some((_, default)) = line.split_once("The default value is ")
            && !option.is_empty()
        {
            let default = default.split(" (").next().unwrap();
            let default = default.split(". ").next().unwrap();
            let default = default.strip_suffix('.').unwrap_or(default);
            let default = default.trim_matches(['\'', '‘', '’']);
            let default = if default == "empty" { "" } else { default };
            documented
                .entry(option)
                .or_default()
                .push(default.to_owned());
        }
    }
    documented
}

#[test]
fn every_option_of_the_manual_exists_with_its_default() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/manual.txt");
    let Ok(manual) = std::fs::read_to_string(path) else {
        println!("skipped: ../shared/manual.txt is absent");
        return;
    };
    let documented = documented(&manual);
    assert!(documented.len() >= 60, "{} options", documented.len());
    let options = options();
    for (name, defaults) in documented {
        let Some(option) = options.iter().find(|option| option.name == name) else {
            let bench = Bench::new().im(&format!("{name} = /x"));
            let warnings = bench.load().warnings;
            assert!(
                matches!(&warnings[..], [Warning::Retired { name: retired, .. }] if *retired == name),
                "{name} of the manual is missing"
            );
            continue;
        };
        assert!(
            defaults.is_empty() || defaults.contains(&option.default),
            "{name} has the default {:?}, the manual says {defaults:?}",
            option.default
        );
    }
}
