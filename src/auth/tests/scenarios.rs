//! The credentials of the API scenarios get the answers that the scenarios show.

#![allow(
    clippy::expect_used,
    clippy::print_stderr,
    clippy::print_stdout,
    reason = "a test may stop where it fails"
)]

use std::path::{Path, PathBuf};
use std::sync::Arc;

use im_auth::{AuthError, AuthErrorKind, AuthSettings, Authenticator, Credentials, SingleSite};
use im_domain::Identity;
use im_util::ManualClock;
use serde_json::Value;

const UNREADABLE: &str = "No authentication data provided";

/// Ends of the messages that refuse somebody.
const REFUSALS: [AuthError; 6] = [
    AuthError::NoCredentials,
    AuthError::NoUsername,
    AuthError::ReservedUsername,
    AuthError::UnknownUser,
    AuthError::NoToken,
    AuthError::IssuerNotAccepted,
];

/// A server's configuration, as far as it decides who is let in.
struct Server {
    authenticator: Authenticator,
    single_site: Option<SingleSite>,
    _folder: tempfile::TempDir,
}

fn corpus() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/conformance");
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!("skipped: {} is not there", folder.display());
    None
}

fn load(path: &Path) -> Value {
    let text = std::fs::read_to_string(path).expect("a file of the corpus");
    serde_json::from_str(&text).expect("a scenario is JSON")
}

fn scenarios(folder: &Path) -> Vec<Value> {
    let mut paths: Vec<_> = std::fs::read_dir(folder)
        .expect("a folder of the corpus")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "json")
        })
        .collect();
    paths.sort();
    paths.iter().map(|path| load(path)).collect()
}

fn array(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

fn server(configs: &Value, scenario: &Value) -> Server {
    let folder = tempfile::tempdir().expect("a folder");
    let mut settings = AuthSettings::default();
    let mut single_site = None;
    for name in array(&scenario["with"]).iter().filter_map(Value::as_str) {
        let config = &configs[name];
        for (option, value) in config["options"].as_object().expect("options") {
            match option.as_str() {
                "ADMIN_USER" => {
                    let one = std::slice::from_ref(value);
                    settings.admins = value
                        .as_array()
                        .map_or(one, Vec::as_slice)
                        .iter()
                        .map(identity)
                        .collect();
                }
                "FORCE_OIDC_AUTH" => settings.force_oidc = value == true,
                "SINGLE_SITE" => {
                    single_site = Some(SingleSite {
                        kind: "Dummy".into(),
                        host: "http://site.example:1234".into(),
                    });
                }
                "USER_DB" if value == "@file" => {
                    let path = folder.path().join("users.json");
                    std::fs::write(&path, config["files"]["USER_DB"].to_string()).expect("written");
                    settings.user_db = Some(path);
                }
                "USER_DB" => settings.user_db = value.as_str().map(PathBuf::from),
                _ => {}
            }
        }
    }
    Server {
        authenticator: Authenticator::new(settings, Arc::new(ManualClock::at(0))),
        single_site,
        _folder: folder,
    }
}

fn identity(user: &Value) -> Identity {
    let text = |key: &str| user[key].as_str().unwrap_or_default();
    Identity::new(text("username"), text("password"))
}

/// Replaces the variables that credentials are made of.
fn filled(text: &str, scenario: &Value) -> String {
    let mut text = text.to_owned();
    for (name, value) in scenario["vars"].as_object().into_iter().flatten() {
        if let Some(value) = value.as_str() {
            text = text.replace(&format!("${{{name}}}"), value);
        }
    }
    text.replace("${run}", "x7")
}

/// The message of an answer, whether in text or in JSON.
fn message(body: &Value) -> Option<&str> {
    body["template"]
        .as_str()
        .or_else(|| body["json"]["message"].as_str())
}

/// Checks one answer; false where it does not tell what became of the credentials.
fn check(
    place: &str,
    outcome: Result<(), (AuthErrorKind, String)>,
    status: u64,
    message: Option<&str>,
) -> bool {
    let message = message.unwrap_or_default();
    if message.contains("Invalid new infrastructure data") {
        return false; // about other credentials than those of the request
    }
    if let Some(refusal) = REFUSALS
        .iter()
        .map(ToString::to_string)
        .find(|text| message.ends_with(text.as_str()))
    {
        assert_eq!(outcome, Err((AuthErrorKind::Refused, refusal)), "{place}");
        assert!(status == 400 || status == 401, "{place}");
    } else if message.contains("decode OIDC") && !message.contains("owner") {
        let (kind, text) = outcome.expect_err(place);
        assert!(
            text.starts_with("Error trying to decode OIDC auth token: "),
            "{place}: {text}"
        );
        assert_eq!((kind, status), (AuthErrorKind::Malformed, 400), "{place}");
    } else if place.ends_with("/json-object") {
        assert_eq!(
            outcome.expect_err(place).0,
            AuthErrorKind::Malformed,
            "{place}"
        );
        assert_eq!(status, 400, "{place}");
    } else if status == 200 || message.ends_with("Access to this infrastructure not granted.") {
        assert_eq!(outcome, Ok(()), "{place}");
    } else {
        return false;
    }
    true
}

#[test]
fn rest() {
    let Some(corpus) = corpus() else { return };
    let configs = load(&corpus.join("configs.json"));
    let mut checked = 0;
    let mut told = 0;
    for scenario in scenarios(&corpus.join("rest")) {
        let server = server(&configs, &scenario);
        for (number, step) in array(&scenario["steps"]).iter().enumerate() {
            let place = format!(
                "{}/{number}/{}",
                scenario["name"],
                step["id"].as_str().unwrap_or_default()
            );
            let Some(header) = step["headers"]["Authorization"].as_str() else {
                continue;
            };
            let status = step["expect"]["status"].as_u64().unwrap_or_default();
            let message = message(&step["expect"]["body"]);
            let read = Credentials::from_header(
                filled(header, &scenario).as_bytes(),
                server.single_site.as_ref(),
            );
            assert_eq!(read.is_err(), message == Some(UNREADABLE), "{place}");
            checked += 1;
            if let Ok(credentials) = read {
                let outcome = server
                    .authenticator
                    .authenticate(&credentials)
                    .map(|_| ())
                    .map_err(|error| (error.kind(), error.to_string()));
                told += usize::from(check(&place, outcome, status, message));
            }
        }
    }
    println!("credentials of {checked} REST steps; {told} answers tell what became of them");
    assert!(checked > 500);
}

#[test]
fn xmlrpc() {
    let Some(corpus) = corpus() else { return };
    let scenario = load(&corpus.join("xmlrpc/xmlrpc-auth.json"));
    let server = server(&Value::Null, &scenario);
    let mut checked = 0;
    for step in array(&scenario["steps"]) {
        let place = format!("xmlrpc-auth/{}", step["id"].as_str().unwrap_or_default());
        let credentials = array(&step["params"]).last().cloned().unwrap_or_default();
        let answer = Credentials::from_value(credentials)
            .map_err(|error| error.to_string())
            .and_then(|read| {
                server
                    .authenticator
                    .authenticate(&read)
                    .map_err(|error| error.to_string())
            });
        let result = &step["expect"]["result"];
        match (result[0].as_bool(), answer) {
            (Some(true), Ok(_)) => {}
            (Some(false), Err(text)) => {
                let expected = result[1]
                    .as_str()
                    .unwrap_or_default()
                    .replace("{{any}}", "");
                assert!(text.starts_with(&expected), "{place}: {text}");
            }
            (_, answer) => panic!("{place}: {:?}", answer.map(|_| ())),
        }
        checked += 1;
    }
    println!("credentials of {checked} XML-RPC steps");
    assert!(checked > 10);
}
