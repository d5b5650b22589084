//! Rows out of the database dumps, read without a database.

use std::iter::Peekable;
use std::path::Path;
use std::str::Chars;

/// A row of `inf_list`.
pub(crate) struct Row {
    /// Column `id`.
    pub(crate) id: String,
    /// Column `data`.
    pub(crate) data: String,
    /// Column `auth`.
    pub(crate) auth: String,
}

/// The rows of a dump in `tests/conformance/db`.
pub(crate) fn dump(name: &str) -> Vec<Row> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../tests/conformance/db")
        .join(name);
    let text = std::fs::read_to_string(path).unwrap();
    let mysql = name.starts_with("mysql");
    let mut rows = Vec::new();
    for line in text.lines().filter(|line| line.starts_with("INSERT INTO")) {
        let (_, values) = line.split_once("VALUES").unwrap();
        let mut chars = values.chars().peekable();
        while chars.by_ref().any(|c| c == '(') {
            let texts = tuple(&mut chars, mysql);
            let [id, .., data, auth] = texts.as_slice() else {
                panic!("a row has four texts, this one has {}", texts.len());
            };
            rows.push(Row {
                id: id.clone(),
                data: data.clone(),
                auth: auth.clone(),
            });
        }
    }
    rows
}

/// The texts of a row; numbers are passed over.
fn tuple(chars: &mut Peekable<Chars<'_>>, mysql: bool) -> Vec<String> {
    let mut texts = Vec::new();
    loop {
        match chars.next() {
            Some(')') | None => return texts,
            Some('\'') => texts.push(quoted(chars, mysql)),
            Some(_) => {}
        }
    }
}

fn quoted(chars: &mut Peekable<Chars<'_>>, mysql: bool) -> String {
    let mut text = String::new();
    while let Some(c) = chars.next() {
        match c {
            '\'' if chars.peek() == Some(&'\'') => {
                chars.next();
                text.push('\'');
            }
            '\'' => break,
            '\\' if mysql => match chars.next() {
                Some('n') => text.push('\n'),
                Some('r') => text.push('\r'),
                Some('0') => text.push('\0'),
                Some(other) => text.push(other),
                None => break,
            },
            other => text.push(other),
        }
    }
    text
}
