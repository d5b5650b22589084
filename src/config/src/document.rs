//! The options, told to people: the template of im.cfg and the table of the README.

use std::fmt::Write;

use crate::option::{OptionSpec, options};

/// The width of the template.
const WIDTH: usize = 100;

/// What the template says before the options.
const HEAD: &str = "\
# Configuration of the Infrastructure Manager.
#
# The service reads the file that --config names, else $IM_PATH/etc/im.cfg, else /etc/im/im.cfg.
# Each option can be set by the environment variable IM_<OPTION> too, which wins over this file, and
# secrets by IM_<OPTION>_FILE, the path of a file that holds the value. A value may go on in indented
# lines; %(OPTION)s stands for the value of another option, and %% for a percent sign.
#
# Lines that are commented out show the defaults.
";

/// Options that the template sets, since nearly everybody wants another value than the default.
const SET: [(&str, &str); 1] = [("ACTIVATE_REST", "True")];

/// The table of options of the README.
pub fn options_markdown() -> String {
    let mut text = String::new();
    let mut concern = "";
    for option in options() {
        if option.concern != concern {
            concern = option.concern;
            let section = option.section;
            // Writing to a text cannot fail.
            let _ = write!(
                text,
                "\n#### {concern} `[{section}]`\n\n| Option | Default | Meaning |\n| --- | --- | --- |\n"
            );
        }
        let default = if option.default.is_empty() {
            String::new()
        } else {
            format!("`{}`", option.default.replace('|', "\\|"))
        };
        let _ = writeln!(
            text,
            "| `{}` | {default} | {} |",
            option.name,
            cell(&option)
        );
    }
    text.trim_start().to_owned()
}

/// The commented template `etc/im.cfg`.
pub fn template() -> String {
    let mut text = HEAD.to_owned();
    let (mut section, mut concern) = ("", "");
    for option in options() {
        if option.section != section {
            section = option.section;
            let _ = write!(text, "\n[{section}]\n");
        }
        if option.concern != concern {
            concern = option.concern;
            let _ = write!(text, "\n# --- {concern} ---\n");
        }
        text.push('\n');
        for line in wrapped(&described(&option).replace('`', ""), WIDTH - 2) {
            let _ = writeln!(text, "# {line}");
        }
        let chosen = SET.iter().find(|(name, _)| *name == option.name);
        let (mark, value) = match chosen {
            Some((_, value)) => ("", *value),
            None => ("#", option.default.as_str()),
        };
        let line = format!("{mark}{} = {value}", option.name);
        let _ = writeln!(text, "{}", line.trim_end());
    }
    text
}

/// The help of an option as a cell of a table.
fn cell(option: &OptionSpec) -> String {
    described(option).replace('|', "\\|")
}

/// The help of an option, with unit and secrecy.
fn described(option: &OptionSpec) -> String {
    let mut text = option.help.clone();
    if !option.unit.is_empty() {
        let _ = write!(text, " In {}.", option.unit);
    }
    if option.secret {
        text.push_str(" A secret.");
    }
    text
}

/// A paragraph in lines.
fn wrapped(paragraph: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in paragraph.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.is_empty() => line.push_str(word),
            Some(line) if line.len() + 1 + word.len() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}
