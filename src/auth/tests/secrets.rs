//! No form of printing shows a secret.

#![allow(clippy::expect_used, reason = "a test may stop where it fails")]

use std::sync::Arc;

use im_auth::{AuthSettings, Authenticator, Credentials, SingleSite};
use im_domain::Identity;
use im_util::ManualClock;

const MARK: &str = "MARKED";

fn assert_hidden(printed: &str) {
    assert!(!printed.contains(MARK), "{printed}");
}

#[test]
fn nothing_prints_a_secret() {
    let header = format!(
        r"type = InfrastructureManager; username = u; password = {MARK}1\nid = c; type = EC2; username = {MARK}2; password = {MARK}3; private_key = '-----BEGIN\\n{MARK}4'; token = {MARK}5; proxy = {MARK}6; host = http://u:{MARK}7@h; odd = {MARK}8"
    );
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("users.json");
    std::fs::write(
        &path,
        format!(r#"{{"users": [{{"username": "u", "password": "{MARK}1"}}]}}"#),
    )
    .expect("written");
    let settings = AuthSettings {
        user_db: Some(path),
        admins: vec![Identity::new("u", format!("{MARK}1"))],
        force_oidc: false,
    };
    assert_hidden(&format!("{settings:?} {settings:#?}"));
    let authenticator = Authenticator::new(settings, Arc::new(ManualClock::at(0)));
    let credentials = Credentials::from_header(header.as_bytes(), None).expect("readable");
    let caller = authenticator.authenticate(&credentials).expect("let in");
    assert!(caller.is_admin());
    assert_hidden(&format!(
        "{authenticator:?} {credentials:?} {credentials:#?} {caller:?} {caller:#?}"
    ));
    assert_hidden(&format!("{:?}", caller.owners()));
    for line in credentials.lines() {
        assert_hidden(&format!("{line:?} {line:#?}"));
        for (key, value) in line.fields().filter(|(key, _)| *key != "type") {
            assert_hidden(&format!("{key} {value:?} {value:#?}"));
        }
    }
    assert!(
        format!("{credentials:?}").contains("EC2"),
        "types are shown"
    );
}

#[test]
fn errors_show_no_secret() {
    let headers = [
        format!("type = InfrastructureManager; token = {MARK}"),
        format!("type = InfrastructureManager; token = a.{MARK}.c"),
        format!("type = InfrastructureManager; password = {MARK}"),
        format!("type = InfrastructureManager; username = __OPENID__{MARK}; password = {MARK}"),
        format!("Basic {MARK}#"),
        format!("Bearer {MARK}"),
        format!("\"{MARK}\""),
        format!("{{\"password\": \"{MARK}\"}}"),
        format!("[\"{MARK}\"]"),
        format!("password = {MARK}=="),
    ];
    let site = SingleSite {
        kind: "Dummy".into(),
        host: String::new(),
    };
    let authenticator = Authenticator::new(AuthSettings::default(), Arc::new(ManualClock::at(0)));
    for header in headers {
        for site in [None, Some(&site)] {
            match Credentials::from_header(header.as_bytes(), site) {
                Err(error) => assert_hidden(&format!("{error} {error:?}")),
                Ok(credentials) => {
                    let error = authenticator.authenticate(&credentials).expect_err(&header);
                    assert_hidden(&format!("{error} {error:?} {credentials:?}"));
                }
            }
        }
    }
}
