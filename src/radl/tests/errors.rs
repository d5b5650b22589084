//! The two renderings of an error, and what they must not show.

#![allow(clippy::expect_used, reason = "a test may stop where it fails")]

use im_radl::{ParseError, Position, Radl};

fn refused(text: &str) -> ParseError {
    Radl::parse(text).expect_err("the document is refused")
}

#[test]
fn a_syntax_error_names_line_column_and_what_was_expected() {
    let error = refused("system s (\n  cpu.count >= 2 and\n  memory.size\n)");
    assert_eq!(
        error.to_string(),
        "Line 4: Parse error in: LexToken(RPAREN,')',4,46)"
    );
    assert_eq!(error.position, Some(Position { line: 4, column: 1 }));
    assert_eq!(
        error.explain(),
        "4:1: unexpected ')'; expected 'contains', '=', '<=', '>=', '<' or '>'"
    );
}

#[test]
fn lines_inside_texts_count_for_people_only() {
    let error = refused("system s (\n x = 'one\ntwo' and\n y 2\n)");
    assert_eq!(
        (error.line, error.position),
        (Some(3), Some(Position { line: 4, column: 4 }))
    );
}

#[test]
fn columns_count_characters() {
    let error = refused("system s ( x = 'ñandú' y )");
    assert_eq!(error.column(), Some(24));
}

#[test]
fn an_early_end_is_explained() {
    let error = refused("system s ( x = 1");
    assert_eq!(error.to_string(), "Parse error in: None");
    assert!(error.explain().starts_with("1:17: "), "{}", error.explain());
    assert!(
        error.explain().ends_with("expected a name, 'and' or ')'"),
        "{}",
        error.explain()
    );
}

#[test]
fn a_conflict_names_its_place() {
    let error = refused("system s (\n x = 'a' and\n   x = 'b' )");
    assert!(
        error.explain().starts_with("3:4: Conflict adding"),
        "{}",
        error.explain()
    );
}

#[test]
fn a_json_error_names_its_place() {
    let error = Radl::from_json("[\n  {\"class\": }\n]").expect_err("the document is refused");
    assert!(error.explain().starts_with("2:13: "), "{}", error.explain());
    assert!(
        error.explain().ends_with("expected a value"),
        "{}",
        error.explain()
    );
}

#[test]
fn secrets_are_not_shown() {
    let texts = [
        "system s ( disk.0.os.credentials.password = 'marked1' and disk.0.os.credentials.password = 'marked2' )",
        "system s ( my.token = ['marked1'] and my.token = ['marked2'] )",
        "system s ( minio.0.secret_key = 'marked1' and minio.0.secret_key = 'marked2' )",
        "system s ( pin.key >= 42424242 and pin.key <= 1 )",
        "system s ( a.password = 'x' 'marked1' )",
        "system s ( a.password = 'it's marked1' )",
        "system s ( a.password = marked1 )",
        "system s ( apps contains (name = 'n' and password = 'marked1') and apps contains (name = 'n' and password = 'm2') )",
    ];
    for text in texts {
        let error = refused(text);
        for shown in [error.to_string(), error.explain(), format!("{error:?}")] {
            assert!(
                !shown.contains("marked") && !shown.contains("42424242"),
                "{shown}"
            );
        }
    }
}

#[test]
fn debug_shows_no_secret() {
    let text = "system s ( x.password = 'marked1' and y = 'shown' and apps contains (name = 'n' and token = 'marked2') \
                and soft 1 ( a.private_key = 'marked3' ) )\ncontextualize ( option vault_password = 'marked4' )";
    let radl = Radl::parse(text).expect("a document");
    let shown = format!(
        "{radl:?} {:?}",
        radl.first_system().map(im_radl::System::credentials)
    );
    assert!(!shown.contains("marked"), "{shown}");
    assert!(shown.contains("y = 'shown'"), "{shown}");
    assert!(radl.to_text().contains("marked1"));
}
