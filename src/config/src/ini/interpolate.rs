//! References from one value to another.

use super::{Entry, IniFile};

/// How deep references may be nested; more is a circle.
const DEEPEST: usize = 10;

/// How long a value may become; references could double it at each step.
const LONGEST: usize = 1 << 20;

/// The value of an entry with its references resolved.
pub(super) fn resolve(file: &IniFile, entry: &Entry) -> Result<String, String> {
    let mut value = String::new();
    append(file, &entry.section, &entry.value, 0, &mut value)?;
    Ok(value)
}

/// Appends a text with its references resolved.
fn append(
    file: &IniFile,
    section: &str,
    text: &str,
    depth: usize,
    value: &mut String,
) -> Result<(), String> {
    if depth > DEEPEST {
        return Err("its references to other options go in a circle".to_owned());
    }
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('%') {
        value.push_str(before);
        if let Some(after) = after.strip_prefix('%') {
            value.push('%');
            rest = after;
        } else if let Some((name, after)) = reference(after) {
            let referred = file
                .entry(section, &name.to_ascii_uppercase())
                .ok_or_else(|| format!("it refers to %({name})s, which the file does not set"))?;
            append(file, section, &referred.value, depth + 1, value)?;
            rest = after;
        } else {
            value.push('%');
            rest = after;
        }
        if value.len() > LONGEST {
            return Err("its references to other options make it too long".to_owned());
        }
    }
    value.push_str(rest);
    Ok(())
}

/// The name in a reference whose percent sign was taken off, and what follows it.
fn reference(text: &str) -> Option<(&str, &str)> {
    let (name, after) = text.strip_prefix('(')?.split_once(")s")?;
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
    (!name.is_empty() && name.chars().all(plain)).then_some((name, after))
}
