//! The template and the table of the README say what the code does.
//!
//! To write both anew: `IM_CONFIG_WRITE_DOCUMENTS=1 cargo test -p im-config --test it documents`.

use std::path::PathBuf;

use im_config::{Settings, options, options_markdown, template};

use crate::bench::Bench;

const BEGIN: &str = "<!-- options:begin -->\n";
const END: &str = "<!-- options:end -->";

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Compares a file with what it should be, or writes it.
fn agree(path: PathBuf, is: &str, should_be: &str) {
    if is == should_be {
        return;
    }
    if std::env::var_os("IM_CONFIG_WRITE_DOCUMENTS").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, should_be).unwrap();
        return;
    }
    let differs = is
        .lines()
        .zip(should_be.lines())
        .position(|(is, should_be)| is != should_be)
        .map_or("at its end".to_owned(), |line| {
            format!("in line {}", line + 1)
        });
    panic!(
        "{} differs {differs} from what follows. Set IM_CONFIG_WRITE_DOCUMENTS=1 to write it.\n{should_be}",
        path.display()
    );
}

#[test]
fn the_template_agrees_with_the_code() {
    let path = root().join("etc/im.cfg");
    let is = std::fs::read_to_string(&path).unwrap_or_default();
    agree(path, &is, &template());
}

#[test]
fn the_table_of_the_readme_agrees_with_the_code() {
    let path = root().join("README.md");
    let is = std::fs::read_to_string(&path).unwrap();
    let (before, rest) = is.split_once(BEGIN).expect("the README has the first mark");
    let (_, after) = rest
        .split_once(END)
        .expect("the README has the second mark");
    let should_be = format!("{before}{BEGIN}\n{}\n{END}{after}", options_markdown());
    agree(path, &is, &should_be);
}

#[test]
fn the_template_means_the_documented_defaults() {
    let loaded = Bench::new().file(&template()).load();
    assert_eq!(loaded.warnings, []);
    let mut documented = Settings::documented();
    documented.rest.active = true;
    documented.rest.ssl_ca_certs = loaded.settings.rest.ssl_ca_certs.clone();
    documented.xmlrpc.ssl_ca_certs = loaded.settings.xmlrpc.ssl_ca_certs.clone();
    documented.log.conf = loaded.settings.log.conf.clone();
    assert_eq!(loaded.settings, documented);
}

#[test]
fn every_line_of_the_template_can_be_switched_on() {
    let names: Vec<&str> = options().iter().map(|option| option.name).collect();
    let mut switched_on = 0;
    let mut text = String::new();
    for line in template().lines() {
        let option = line.strip_prefix('#').filter(|rest| {
            rest.split_once(" =")
                .is_some_and(|(name, _)| names.contains(&name))
        });
        switched_on += usize::from(option.is_some());
        text.push_str(option.unwrap_or(line));
        text.push('\n');
    }
    assert_eq!(switched_on + 1, names.len());
    let loaded = Bench::new().file(&text).load();
    // Who sets both is told that one of them is not used.
    assert!(
        matches!(&loaded.warnings[..], [only] if only.to_string().contains("LOGGING_CONF")),
        "{:?}",
        loaded.warnings
    );
    let mut documented = Settings::documented();
    documented.rest.active = true;
    assert_eq!(loaded.settings, documented);
}

#[test]
fn every_option_has_one_row_and_a_sentence() {
    let options = options();
    for (index, option) in options.iter().enumerate() {
        assert!(
            !options[..index]
                .iter()
                .any(|other| other.name == option.name),
            "{} is declared twice",
            option.name
        );
        assert!(option.help.ends_with('.'), "{}", option.name);
        assert!(!option.kind.is_empty(), "{}", option.name);
    }
}
