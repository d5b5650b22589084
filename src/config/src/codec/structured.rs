//! Values with a structure of their own: the database, Redis, administrators.

use im_util::Secret;
use serde_json::Value;

use super::{Codec, Refusal};
use crate::database::Database;
use crate::identity::{AdminGroup, AdminUser};
use crate::redis::Redis;

/// The address of the database.
pub(crate) struct DatabaseUrl;
/// The address of a Redis, or blank for none.
pub(crate) struct RedisUrl;
/// Administrators, in JSON.
pub(crate) struct AdminUsers;
/// Groups of administrators, in JSON.
pub(crate) struct AdminGroups;

// === impl Codec ===

impl Codec for DatabaseUrl {
    type Value = Database;
    const EXPECTED: &'static str = "sqlite:///path/to/file, mysql://user:password@server/database or mongodb://user:password@server/database";
    const SECRET: bool = true;

    fn parse(text: &str) -> Result<Database, Refusal> {
        Database::parse(text).map_err(Refusal::because)
    }

    fn text(value: &Database) -> String {
        value.to_string()
    }
}

impl Codec for RedisUrl {
    type Value = Option<Redis>;
    const EXPECTED: &'static str = "redis://user:password@host:port/database, rediss:// for TLS, redis+sentinel:// or rediss+sentinel://host:port,host:port/master, or nothing,";
    const SECRET: bool = true;

    fn parse(text: &str) -> Result<Self::Value, Refusal> {
        if text.is_empty() {
            return Ok(None);
        }
        Redis::parse(text).map(Some).map_err(Refusal::because)
    }

    fn text(value: &Self::Value) -> String {
        value.as_ref().map(Redis::to_string).unwrap_or_default()
    }
}

impl Codec for AdminUsers {
    type Value = Vec<AdminUser>;
    const EXPECTED: &'static str = r#"a JSON object such as {"username": "admin", "password": "..."}, or a list of such objects,"#;
    const SECRET: bool = true;

    fn parse(text: &str) -> Result<Self::Value, Refusal> {
        let mut users = Vec::new();
        for (index, object) in objects(text)?.iter().enumerate() {
            let username = string(object, "username", index)?;
            let password = string(object, "password", index)?;
            match (username.is_empty(), password.is_empty()) {
                (false, false) => users.push(AdminUser {
                    username: username.to_owned(),
                    password: Secret::new(password),
                }),
                (true, true) => {}
                _ => {
                    return Err(Refusal::because(format!(
                        "object {} has a blank user name or password",
                        index + 1
                    )));
                }
            }
        }
        Ok(users)
    }

    fn text(value: &Self::Value) -> String {
        let stars = |user: &AdminUser| {
            serde_json::json!({"username": user.username, "password": "***"}).to_string()
        };
        list(value.iter().map(stars))
    }
}

impl Codec for AdminGroups {
    type Value = Vec<AdminGroup>;
    const EXPECTED: &'static str =
        r#"a JSON list of objects such as {"issuer": "https://...", "group": "..."}"#;

    fn parse(text: &str) -> Result<Self::Value, Refusal> {
        let objects = objects(text)?;
        let group = |(index, object): (usize, &Value)| {
            Ok(AdminGroup {
                issuer: string(object, "issuer", index)?.to_owned(),
                group: string(object, "group", index)?.to_owned(),
            })
        };
        objects.iter().enumerate().map(group).collect()
    }

    fn text(value: &Self::Value) -> String {
        let object = |group: &AdminGroup| {
            serde_json::json!({"issuer": group.issuer, "group": group.group}).to_string()
        };
        list(value.iter().map(object))
    }
}

/// The objects of a JSON text, which may be one object or a list. The messages show no part of the text.
fn objects(text: &str) -> Result<Vec<Value>, Refusal> {
    if text.is_empty() {
        return Ok(Vec::new());
    }
    let document: Value = serde_json::from_str(text).map_err(|error| {
        Refusal::because(format!(
            "the JSON is broken at line {} column {} of the value",
            error.line(),
            error.column()
        ))
    })?;
    match document {
        Value::Array(objects) => Ok(objects),
        object @ Value::Object(_) => Ok(vec![object]),
        _ => Err(Refusal::default()),
    }
}

/// A member of an object that must be a text.
fn string<'a>(object: &'a Value, key: &str, index: usize) -> Result<&'a str, Refusal> {
    object.get(key).and_then(Value::as_str).ok_or_else(|| {
        Refusal::because(format!(
            "object {} has no \"{key}\" that is a text",
            index + 1
        ))
    })
}

/// A JSON list of texts that are JSON already; nothing for an empty one.
fn list(items: impl Iterator<Item = String>) -> String {
    let items: Vec<String> = items.collect();
    if items.is_empty() {
        String::new()
    } else {
        format!("[{}]", items.join(", "))
    }
}
