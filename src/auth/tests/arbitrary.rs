//! Any bytes are read or refused, in linear time, without a panic.

#![allow(clippy::expect_used, reason = "a test may stop where it fails")]

use std::sync::Arc;
use std::time::{Duration, Instant};

use im_auth::{AuthSettings, Authenticator, Credentials, MAX_BYTES, MAX_LINES, SingleSite};
use im_util::ManualClock;
use proptest::prelude::*;
use serde_json::Value;

fn try_all(header: &[u8]) {
    let site = SingleSite {
        kind: "Dummy".into(),
        host: "h".into(),
    };
    let authenticator = Authenticator::new(AuthSettings::default(), Arc::new(ManualClock::at(0)));
    for site in [None, Some(&site)] {
        if let Ok(credentials) = Credentials::from_header(header, site) {
            assert!(credentials.lines().len() <= MAX_LINES);
            if let Ok(caller) = authenticator.authenticate(&credentials) {
                assert_eq!(caller.owners().len(), caller.identities().len());
                assert!(caller.owns(&caller.owners()));
            }
        }
    }
}

fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::from),
        "[a-z ]{0,8}".prop_map(Value::String),
        Just(Value::String("InfrastructureManager".into())),
    ];
    leaf.prop_recursive(4, 32, 4, |inner| {
        let key = prop_oneof![
            Just("type".to_owned()),
            Just("id".to_owned()),
            Just("username".to_owned()),
            Just("password".to_owned()),
            Just("token".to_owned()),
            "[a-z]{1,4}",
        ];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
            prop::collection::vec((key, inner), 0..5)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn any_bytes(header in prop::collection::vec(any::<u8>(), 0..200)) {
        try_all(&header);
    }

    #[test]
    fn bytes_that_look_like_credentials(
        header in r##"(Basic |Bearer |\[|\{)?([=;'"#.\\/\[\]{}: n]|\\n|\\\\n|type = InfrastructureManager;|username|password|token|id|é){0,40}"##
    ) {
        try_all(header.as_bytes());
    }

    #[test]
    fn any_json(value in json()) {
        try_all(value.to_string().as_bytes());
        if let Ok(credentials) = Credentials::from_value(value) {
            let written = serde_json::to_value(&credentials).expect("lines are JSON");
            prop_assert_eq!(Credentials::from_value(written).map(|again| again.lines().to_vec()), Ok(credentials.lines().to_vec()));
        }
    }

    #[test]
    fn a_quoted_text_comes_through(value in r"[^'\\\x00-\x1f]{0,30}") {
        let header = format!("a = 'x'; password = '{value}'; b = y");
        let credentials = Credentials::from_header(header.as_bytes(), None).expect("readable");
        let line = credentials.lines().first().expect("one line");
        prop_assert_eq!(line.secret("password").map(|secret| secret.expose().to_owned()), Some(value));
        prop_assert_eq!(line.text("b"), Some("y"));
    }
}

#[test]
fn the_longest_headers_are_read_at_once() {
    for piece in [
        r"\", r"\\n", r"\n", "'", "\"", "a='", "a=';", "a='\"", ";", "=", "a=b;", "a='b';", "[",
        "{\"a\":", "# ", "Basic ", " ",
    ] {
        let header: String = piece.chars().cycle().take(MAX_BYTES / 2).collect();
        let start = Instant::now();
        try_all(header.as_bytes());
        // Generous: a quadratic reading of so many characters would take minutes.
        assert!(start.elapsed() < Duration::from_secs(10), "{piece}");
    }
}
