//! The command with which a machine waits for its reverse SSH tunnel.

use im_auth::Credentials;
use serde_json::{Map, Value, json};

/// A line for a shell that asks `url` for the tunnel's command until there is one, and runs it. It brings the
/// credentials of who asks now, and is therefore for that user's machines alone.
///
/// Nothing that comes from a request is seen by the shell as anything but text between single quotes.
pub(crate) fn waiting_command(credentials: &Credentials, url: &str) -> String {
    let header = shell_quoted(&format!("Authorization: {}", authorization(credentials)));
    let url = shell_quoted(url);
    format!(
        "ask() {{ curl --insecure -s -H {header} -H 'Accept: text/plain' {url}; }}; \
         command=$(ask); while [ \"$command\" = wait ]; do sleep 2; command=$(ask); done; eval \"$command\"\n"
    )
}

/// Who asks, as a line of credentials; in the JSON form if the line form cannot carry a value without quoting.
fn authorization(credentials: &Credentials) -> String {
    const KEYS: [&str; 3] = ["username", "password", "token"];
    let who: Map<String, Value> = credentials
        .service_lines()
        .next()
        .map(|line| line.to_object())
        .unwrap_or_default()
        .into_iter()
        .filter(|(key, value)| KEYS.contains(&key.as_str()) && value.is_string())
        .collect();
    let plain = |value: &Value| {
        value.as_str().is_some_and(|text| {
            let letters = |b: u8| b.is_ascii_alphanumeric() || b"-_.@+/".contains(&b);
            text.bytes().all(letters)
        })
    };
    if who.values().all(plain) {
        let fields = who
            .iter()
            .filter_map(|(key, value)| Some(format!("; {key} = {}", value.as_str()?)));
        return format!("type = InfrastructureManager{}", fields.collect::<String>());
    }
    let mut line = Map::from_iter([("type".to_owned(), json!("InfrastructureManager"))]);
    line.extend(who);
    json!([line]).to_string()
}

fn shell_quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn command(username: &str, password: &str) -> String {
        let line =
            json!([{"type": "InfrastructureManager", "username": username, "password": password}]);
        waiting_command(
            &Credentials::from_value(line).unwrap(),
            "http://im/x?step=2",
        )
    }

    #[test]
    fn the_machine_asks_as_its_owner() {
        let command = command("ann", "secret");
        assert!(command.contains(
            "'Authorization: type = InfrastructureManager; username = ann; password = secret'"
        ));
        assert!(command.contains("'http://im/x?step=2'"));
    }

    #[test]
    fn no_user_name_is_a_command() {
        let command = command("a'; reboot; '", "x; y = $(reboot)");
        assert!(
            command.contains(r#""username":"a'\''; reboot; '\''""#),
            "{command}"
        );
        let outside: String = command
            .replace(r"'\''", "")
            .split('\'')
            .step_by(2)
            .collect();
        assert!(!outside.contains("reboot"), "{outside}");
    }
}
