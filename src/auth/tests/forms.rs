//! The forms in which credentials arrive.

#![allow(clippy::expect_used, reason = "a test may stop where it fails")]

use im_auth::{
    AuthValue, Credentials, CredentialsError, LastCredentials, MAX_BYTES, MAX_LINES, SingleSite,
};
use serde_json::{Value, json};

fn read(header: &str) -> Value {
    let credentials = Credentials::from_header(header.as_bytes(), None).expect(header);
    serde_json::to_value(&credentials).expect("lines are JSON")
}

fn refused(header: &str) -> CredentialsError {
    Credentials::from_header(header.as_bytes(), None).expect_err(header)
}

#[test]
fn lines_and_pieces() {
    let table = [
        ("type=A;username=u", json!([{"type": "A", "username": "u"}])),
        (
            " type = A ;  username =  u ",
            json!([{"type": "A", "username": "u"}]),
        ),
        (
            r"type = A\nid = b; type = B",
            json!([{"type": "A"}, {"id": "b", "type": "B"}]),
        ),
        (r"\n\ntype = A\n\n", json!([{"type": "A"}])),
        (r"# type = A\n  # x = y\ntype = B", json!([{"type": "B"}])),
        (r"type = A;\n", json!([{"type": "A"}])),
        ("a = b; a = c; d = e", json!([{"a": "c", "d": "e"}])),
        ("a = ; b = c", json!([{"a": "", "b": "c"}])),
        ("a = b; stray; c = d", json!([{"a": "b"}])),
        ("a = b; p = x=y; c = d", json!([{"a": "b"}])),
        ("a = b; = x; c = d", json!([{"a": "b"}])),
        ("hello", json!([{}])),
        ("", json!([])),
        (r"\n", json!([])),
        (
            "clé = ñandú; x = 日本",
            json!([{"clé": "ñandú", "x": "日本"}]),
        ),
        (
            "private_key = file(/etc/passwd)",
            json!([{"private_key": "file(/etc/passwd)"}]),
        ),
    ];
    for (header, expected) in table {
        assert_eq!(read(header), expected, "{header}");
    }
}

#[test]
fn quotes_protect_and_vanish() {
    let table = [
        ("p = 'a;b=c d'; x = y", json!([{"p": "a;b=c d", "x": "y"}])),
        (
            r#"p = "a;b=c d"; x = y"#,
            json!([{"p": "a;b=c d", "x": "y"}]),
        ),
        (r#"p = "it's"; x = y"#, json!([{"p": "it's", "x": "y"}])),
        (r#"p = '"'; x = y"#, json!([{"p": "\"", "x": "y"}])),
        ("p = ' a '; x = y", json!([{"p": " a ", "x": "y"}])),
        ("p = ''; x = y", json!([{"p": "", "x": "y"}])),
        ("p = it's; x = y", json!([{"p": "it's", "x": "y"}])),
        ("p = 'open; x = y", json!([{"p": "'open", "x": "y"}])),
        ("p = 'a'b; x = y", json!([{"p": "ab", "x": "y"}])),
    ];
    for (header, expected) in table {
        assert_eq!(read(header), expected, "{header}");
    }
}

#[test]
fn two_backslashes_and_an_n_are_a_line_feed() {
    assert_eq!(
        read(r"p = one\\ntwo\nx = y"),
        json!([{"p": "one\ntwo"}, {"x": "y"}])
    );
    assert_eq!(read(r"p = 'one\\ntwo=='"), json!([{"p": "one\ntwo=="}]));
    assert_eq!(read(r"p = a\b\\c\\\nd"), json!([{"p": "a\\b\\\\c\\\nd"}]));
    assert_eq!(read(r"p = a\"), json!([{"p": "a\\"}]));
}

#[test]
fn a_json_list() {
    let table = [
        (
            r#"[{"type": "A", "id": "x"}, {"type": "B"}]"#,
            json!([{"type": "A", "id": "x"}, {"type": "B"}]),
        ),
        (r#" \n[{"type": "A"}]\n "#, json!([{"type": "A"}])),
        (
            r#"[{"key": "-----BEGIN\nx=y;\n"}]"#,
            json!([{"key": "-----BEGIN\nx=y;\n"}]),
        ),
        (
            r#"[{"a": null, "port": 8080, "password": 12, "l": [1, {"b": true}]}]"#,
            json!([{"port": 8080, "password": "12", "l": [1, {"b": true}]}]),
        ),
        ("[]", json!([])),
        (r#""abc""#, json!([])),
        // Not JSON after all: a line without a piece.
        (r#"[{"type": "InfrastructureManager""#, json!([{}])),
    ];
    for (header, expected) in table {
        assert_eq!(read(header), expected, "{header}");
    }
}

#[test]
fn what_cannot_be_read() {
    let unreadable = [
        "12",
        "true",
        "null",
        "Basic ###",
        "Basic dXNlcg==",
        "basic /w==",
    ];
    for header in unreadable {
        assert!(
            matches!(refused(header), CredentialsError::Unreadable(_)),
            "{header}"
        );
    }
    let not_utf8 = Credentials::from_header(b"type = \xff", None);
    assert!(matches!(not_utf8, Err(CredentialsError::Unreadable(_))));
}

#[test]
fn ids_follow_a_grammar() {
    for id in ["1a", "im/1", "", "-a", "a b", "é", "a'b"] {
        let error = refused(&format!("id = \"{id}\"; type = A"));
        assert_eq!(
            error.to_string(),
            format!("Incorrect value in auth item id: {id}")
        );
    }
    for id in ["a", "_", ".", "a.b-c_1", "aé", "Z9"] {
        assert_eq!(read(&format!("id = {id}")), json!([{"id": id}]));
    }
    assert_eq!(
        refused(r#"[{"id": 7}]"#),
        CredentialsError::BadId("7".into())
    );
    assert!(matches!(
        refused(r#"[{"id": {"a": 1}}]"#),
        CredentialsError::BadId(_)
    ));
    // What is shown of a refused id is bounded.
    assert!(
        refused(&format!("id = /{}", "x".repeat(10_000)))
            .to_string()
            .len()
            < 200
    );
}

#[test]
fn limits() {
    let long = "a".repeat(MAX_BYTES + 1);
    assert_eq!(refused(&long), CredentialsError::TooLarge);
    let full = vec!["a = b"; MAX_LINES].join(r"\n");
    assert_eq!(read(&full).as_array().map(Vec::len), Some(MAX_LINES));
    let many = vec!["a = b"; MAX_LINES + 1].join(r"\n");
    assert_eq!(refused(&many), CredentialsError::TooLarge);
    let list = Value::Array(vec![json!({}); MAX_LINES + 1]);
    assert_eq!(
        Credentials::from_value(list),
        Err(CredentialsError::TooLarge)
    );
}

#[test]
fn a_single_site_takes_basic_and_bearer_alone() {
    let site = SingleSite {
        kind: "Dummy".into(),
        host: "http://site.example:1234".into(),
    };
    let read = |header: &str| {
        Credentials::from_header(header.as_bytes(), Some(&site))
            .map(|credentials| serde_json::to_value(&credentials).expect("lines are JSON"))
    };
    assert_eq!(
        read("Basic dXNlcjpwYTpzcw=="),
        Ok(json!([
            {"type": "InfrastructureManager", "username": "user", "password": "pa:ss"},
            {"type": "Dummy", "host": "http://site.example:1234", "username": "user", "password": "pa:ss"},
        ]))
    );
    assert_eq!(
        read("bearer a.b.c"),
        Ok(json!([
            {"type": "InfrastructureManager", "token": "a.b.c"},
            {"type": "Dummy", "host": "http://site.example:1234", "token": "a.b.c"},
        ]))
    );
    for header in [
        "Basic dXNlcg==",
        "Basic ###",
        "type = InfrastructureManager; username = u",
        "[]",
        "",
    ] {
        assert!(read(header).is_err(), "{header}");
    }
}

#[test]
fn without_a_single_site_basic_and_bearer_say_nothing() {
    for header in [
        "Basic dXNlcjpwYXNz",
        "Bearer abc",
        "Bearer type = InfrastructureManager; username = u",
    ] {
        assert_eq!(read(header), json!([]), "{header}");
    }
}

#[test]
fn clouds_come_in_order_and_by_id() {
    let header = r"id = a; type = Dummy\ntype = InfrastructureManager; username = u\nid = v; type = VMRC\nusername = x\nid = b; type = EC2; host = h; password = p\nid = a; type = GCE";
    let credentials = Credentials::from_header(header.as_bytes(), None).expect(header);
    let kinds: Vec<_> = credentials
        .clouds()
        .filter_map(|line| line.kind())
        .collect();
    assert_eq!(kinds, ["Dummy", "EC2", "GCE"]);
    let b = credentials.cloud("b").expect("it was given");
    assert_eq!(b.text("host"), Some("h"));
    assert_eq!(b.text("password"), None, "secrets are asked for as such");
    assert_eq!(
        b.secret("password").map(|p| p.expose().to_owned()),
        Some("p".into())
    );
    assert!(matches!(b.get("host"), Some(AuthValue::Text(_))));
    assert_eq!(
        credentials.cloud("a").and_then(|line| line.kind()),
        Some("Dummy")
    );
    assert_eq!(credentials.cloud("v"), None);
    assert_eq!(credentials.service_lines().count(), 1);
}

#[test]
fn what_is_written_is_read_again() {
    let header = r"type = InfrastructureManager; username = u; password = 'a;b'\nid = c; type = EC2; zone = z";
    let credentials = Credentials::from_header(header.as_bytes(), None).expect(header);
    let value = serde_json::to_value(&credentials).expect("lines are JSON");
    assert_eq!(Credentials::from_value(value), Ok(credentials));
}

#[test]
fn a_new_owner_need_not_say_its_type() {
    let credentials =
        Credentials::from_new_owner(json!({"username": "u", "password": "p"})).expect("an object");
    assert_eq!(
        serde_json::to_string(&credentials).expect("lines are JSON"),
        r#"[{"username":"u","password":"p","type":"InfrastructureManager"}]"#
    );
    let other =
        Credentials::from_new_owner(json!({"type": "Dummy", "username": "u"})).expect("an object");
    assert_eq!(other.service_lines().count(), 0);
    assert!(Credentials::from_new_owner(json!([])).is_err());
}

#[test]
fn the_last_header_is_remembered_and_no_other() {
    let mut last = LastCredentials::default();
    let of = |user: &str| format!("type = InfrastructureManager; username = {user}; password = p");
    let long = |letter: &str| format!("{}; note = {}", of("ann"), letter.repeat(5_000));
    for header in [
        of("ann"),
        of("ann"),
        of("bob"),
        of("ann"),
        long("a"),
        long("b"),
        long("b"),
        String::new(),
        of("bob"),
    ] {
        let read = last.read(header.as_bytes(), None).unwrap();
        let expected = Credentials::from_header(header.as_bytes(), None).unwrap();
        assert!(read == expected, "{header:.60}");
    }
    assert!(last.read(b"\xff", None).is_err());
    assert!(last.read(b"id = a/b", None).is_err());
    assert!(last.read(b"id = a/b", None).is_err());
    let shown = format!("{last:?}");
    assert!(!shown.contains('p'), "{shown}");
}
