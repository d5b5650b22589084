//! Who is let in, and as whom.

#![allow(clippy::expect_used, reason = "a test may stop where it fails")]

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use im_auth::{AuthError, AuthErrorKind, AuthSettings, Authenticator, Caller, Credentials};
use im_domain::{Identity, Owner};
use im_util::ManualClock;
use serde_json::{Value, json};

const ALICE: &str = "type = InfrastructureManager; username = alice; password = alicepass";
const BOB: &str = "type = InfrastructureManager; username = bob; password = bobpass";

fn clock() -> Arc<ManualClock> {
    Arc::new(ManualClock::at(1_000))
}

fn open() -> Authenticator {
    Authenticator::new(AuthSettings::default(), clock())
}

fn ask(authenticator: &Authenticator, header: &str) -> Result<Caller, AuthError> {
    let credentials = Credentials::from_header(header.as_bytes(), None).expect(header);
    authenticator.authenticate(&credentials)
}

fn with_users(path: &Path, clock: &Arc<ManualClock>) -> Authenticator {
    let settings = AuthSettings {
        user_db: Some(path.to_owned()),
        ..AuthSettings::default()
    };
    Authenticator::new(settings, Arc::<ManualClock>::clone(clock))
}

fn owner(fields: Value) -> Owner {
    serde_json::from_value(fields).expect("an owner")
}

#[test]
fn the_texts_and_what_to_do_about_them() {
    use AuthErrorKind::{Malformed, Refused};
    let none = "No credentials provided for the InfrastructureManager.";
    let table = [
        ("", Refused, none),
        ("hello", Refused, none),
        ("username = a; password = b", Refused, none),
        (
            "type = infrastructuremanager; username = a; password = b",
            Refused,
            none,
        ),
        ("[]", Refused, none),
        (
            "type = InfrastructureManager; password = b",
            Refused,
            "No username nor token for the InfrastructureManager.",
        ),
        (
            "type = InfrastructureManager; username = ''",
            Refused,
            "No username nor token for the InfrastructureManager.",
        ),
        (
            "type = InfrastructureManager; username = __OPENID__me; password = b",
            Refused,
            "Invalid username used for the InfrastructureManager.",
        ),
        (
            "type = InfrastructureManager; token = abc",
            Malformed,
            "Error trying to decode OIDC auth token: expected three parts separated by points.",
        ),
        (
            "type = InfrastructureManager; token = a.!.c",
            Malformed,
            "Error trying to decode OIDC auth token: the second part is not base64url.",
        ),
        (
            "type = InfrastructureManager; token = a.e30.c; username = u; password = p",
            Malformed,
            "Error trying to decode OIDC auth token: the second part has no claim iss.",
        ),
        (
            "type = InfrastructureManager; token = eyJhbGciOiJub25lIn0.eyJpc3MiOiJodHRwczovL25vd2hlcmUvIiwic3ViIjoiYSJ9.",
            Refused,
            "Invalid InfrastructureManager credentials. Issuer not accepted.",
        ),
        (
            r#"{"type": "InfrastructureManager", "username": "a"}"#,
            Malformed,
            "The credentials must be a list of objects: found a single object.",
        ),
        (
            r#"[1]"#,
            Malformed,
            "The credentials must be a list of objects: found an item that is no object.",
        ),
    ];
    for (header, kind, text) in table {
        let error = ask(&open(), header).expect_err(header);
        assert_eq!(
            (error.kind(), error.to_string().as_str()),
            (kind, text),
            "{header}"
        );
    }
}

#[test]
fn tokens_alone_where_they_are_forced() {
    let settings = AuthSettings {
        force_oidc: true,
        ..AuthSettings::default()
    };
    let authenticator = Authenticator::new(settings, clock());
    assert_eq!(
        ask(&authenticator, ALICE).expect_err("no token"),
        AuthError::NoToken
    );
    let both = format!("{ALICE}; token = abc");
    assert!(matches!(
        ask(&authenticator, &both),
        Err(AuthError::UndecodableToken(_))
    ));
}

#[test]
fn every_line_must_convince() {
    let caller =
        ask(&open(), &format!(r"{ALICE}\nid = d; type = Dummy\n{BOB}")).expect("both are fine");
    let names: Vec<_> = caller
        .identities()
        .iter()
        .map(|who| who.username.as_str())
        .collect();
    assert_eq!(names, ["alice", "bob"]);
    assert_eq!(caller.credentials().clouds().count(), 1);
    let error = ask(&open(), &format!(r"{ALICE}\ntype = InfrastructureManager"))
        .expect_err("a line without a user");
    assert_eq!(error, AuthError::NoUsername);
}

#[test]
fn ownership_is_of_the_whole_identity() {
    let owners = [
        owner(
            json!({"type": "InfrastructureManager", "username": "alice", "password": "alicepass", "admin": false}),
        ),
        owner(json!({"type": "InfrastructureManager", "username": "nopass", "zone": "z"})),
    ];
    let owns = |header: &str| ask(&open(), header).expect(header).owns(&owners);
    assert!(owns(ALICE));
    assert!(owns(&format!(r"{BOB}\n{ALICE}")));
    assert!(owns(&format!("{ALICE}; zone = other")));
    assert!(owns("type = InfrastructureManager; username = nopass"));
    for header in [
        BOB,
        "type = InfrastructureManager; username = alice",
        "type = InfrastructureManager; username = alice; password = ",
        "type = InfrastructureManager; username = ALICE; password = alicepass",
        "type = InfrastructureManager; username = alice; password = Alicepass",
        "type = InfrastructureManager; username = %; password = %",
        "type = InfrastructureManager; username = alic_; password = alicepass",
        "type = InfrastructureManager; username = nopass; password = ''",
    ] {
        assert!(!owns(header), "{header}");
    }
}

#[test]
fn administrators_come_from_the_configuration() {
    let settings = AuthSettings {
        admins: vec![Identity::new("root1", "rp1"), Identity::new("root2", "rp2")],
        ..AuthSettings::default()
    };
    let authenticator = Authenticator::new(settings, clock());
    let admin = |header: &str| ask(&authenticator, header).expect(header).is_admin();
    assert!(admin(
        "type = InfrastructureManager; username = root1; password = rp1"
    ));
    assert!(admin(&format!(
        r"{ALICE}\ntype = InfrastructureManager; username = root2; password = rp2"
    )));
    assert!(!admin(
        "type = InfrastructureManager; username = root1; password = rp2"
    ));
    assert!(!admin("type = InfrastructureManager; username = root1"));
    assert!(!admin(&format!("{ALICE}; admin = true")));

    let caller = ask(
        &authenticator,
        "type = InfrastructureManager; username = root1; password = rp1",
    )
    .expect("fine");
    let alices = [owner(json!({"username": "alice", "password": "alicepass"}))];
    assert!(!caller.owns(&alices));
    assert!(caller.may_manage(&alices));
    assert!(!ask(&authenticator, BOB).expect("fine").may_manage(&alices));
}

#[test]
fn owners_keep_their_keys_in_order_and_are_no_administrators() {
    let header = r"id = im; type = InfrastructureManager; admin = true; username = ñu; zone = z; password = 'p;q'\nid = d; type = Dummy; password = cloudpass\ntype = InfrastructureManager; username = v";
    let owners = ask(&open(), header).expect(header).owners();
    assert_eq!(
        serde_json::to_string(&owners).expect("owners are JSON"),
        concat!(
            r#"[{"id":"im","type":"InfrastructureManager","admin":false,"username":"ñu","zone":"z","password":"p;q"},"#,
            r#"{"type":"InfrastructureManager","username":"v","admin":false}]"#
        )
    );
}

#[test]
fn only_the_users_of_the_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("users.json");
    let users = json!({"users": [{"username": "alice", "password": "alicepass"}, {"username": "bob", "password": "bobpass"}]});
    std::fs::write(&path, users.to_string()).expect("written");
    let authenticator = with_users(&path, &clock());
    assert!(ask(&authenticator, ALICE).is_ok());
    assert!(ask(&authenticator, &format!(r"{ALICE}\n{BOB}")).is_ok());
    for header in [
        "type = InfrastructureManager; username = alice; password = wrong",
        "type = InfrastructureManager; username = alice",
        "type = InfrastructureManager; username = nobody; password = x",
        &format!(r"{ALICE}\ntype = InfrastructureManager; username = nobody; password = x"),
    ] {
        assert_eq!(
            ask(&authenticator, header).expect_err(header),
            AuthError::UnknownUser
        );
    }
}

#[test]
fn a_missing_file_lets_nobody_in() {
    let authenticator = with_users(Path::new("/nonexistent/users.json"), &clock());
    let error = ask(&authenticator, ALICE).expect_err("nobody");
    assert_eq!(
        error.to_string(),
        "Invalid InfrastructureManager credentials"
    );
    let folder = tempfile::tempdir().expect("a folder");
    assert!(
        ask(&with_users(folder.path(), &clock()), ALICE).is_err(),
        "a folder is no file"
    );
}

#[test]
fn the_file_is_read_again_when_it_changes() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("users.json");
    let write = |name: &str| {
        let users = json!({"users": [{"username": name, "password": format!("{name}pass")}]});
        std::fs::write(&path, users.to_string()).expect("written");
    };
    let clock = clock();
    let authenticator = with_users(&path, &clock);
    let let_in = || {
        (
            ask(&authenticator, ALICE).is_ok(),
            ask(&authenticator, BOB).is_ok(),
        )
    };
    let second = || clock.advance(Duration::from_secs(1));

    assert_eq!(let_in(), (false, false));
    write("alice");
    assert_eq!(
        let_in(),
        (false, false),
        "it is not looked at twice in a second"
    );
    second();
    assert_eq!(let_in(), (true, false));
    write("bob");
    second();
    assert_eq!(let_in(), (false, true));
    std::fs::write(&path, "{\"users\": [{\"username\": \"al").expect("written");
    second();
    assert_eq!(
        let_in(),
        (false, true),
        "a half-written file changes nothing"
    );
    std::fs::remove_file(&path).expect("removed");
    second();
    assert_eq!(let_in(), (false, false));
    write("alice");
    second();
    assert_eq!(let_in(), (true, false));
}
