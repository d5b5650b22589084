//! The address of Redis.

use std::fmt;
use std::net::Ipv6Addr;

use im_util::Secret;
use percent_encoding::percent_decode_str;

/// Where Redis is, and who asks it. `Display` leaves the user and the password out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redis {
    /// The servers.
    pub place: RedisPlace,
    /// Whether they, and the Sentinels, are spoken to over TLS.
    pub tls: bool,
    /// The user; none is the one that is called `default`.
    pub user: Option<String>,
    /// The password.
    pub password: Option<Secret>,
    /// The number of the database.
    pub database: u16,
}

/// The servers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RedisPlace {
    /// One server.
    Server(RedisHost),
    /// Servers of which Sentinels know the master.
    Sentinels {
        /// The Sentinels.
        sentinels: Vec<RedisHost>,
        /// The name by which they know the master.
        master: String,
    },
}

/// A host and a port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RedisHost {
    /// A name or an IP address, without brackets.
    pub host: String,
    /// The port.
    pub port: u16,
}

/// The ports that are meant where none is given.
const SERVER_PORT: u16 = 6379;
const SENTINEL_PORT: u16 = 26379;

// === impl Redis ===

impl Redis {
    /// Understands the value of `REDIS_URL`.
    ///
    /// # Errors
    /// A clause that tells what is wrong; it holds no part of the text.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (scheme, rest) = text.split_once("://").ok_or("there is no '://' in it")?;
        let (tls, by_sentinels) = match scheme.to_ascii_lowercase().as_str() {
            "redis" => (false, false),
            "rediss" => (true, false),
            "redis+sentinel" => (false, true),
            "rediss+sentinel" => (true, true),
            _ => return Err("the part before '://' is none of them".to_owned()),
        };
        if rest.contains(|c: char| c.is_whitespace() || c.is_control()) {
            return Err("there is white space or a control character in it".to_owned());
        }
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        if path.contains('@') || rest.contains(['?', '#']) {
            return Err(
                "a user and a password must have %40 for @, %3A for :, %2F for /, %3F for ?, %23 for # and %25 for %, and nothing may come after the database"
                    .to_owned(),
            );
        }
        let (login, hosts) = match authority.rsplit_once('@') {
            Some((login, hosts)) => (Some(login), hosts),
            None => (None, authority),
        };
        let (user, password) = login.map_or(Ok((None, None)), logged_in)?;
        let (place, database) = match by_sentinels {
            false => (
                RedisPlace::Server(RedisHost::parse(hosts, SERVER_PORT)?),
                path,
            ),
            true => sentinels(hosts, path)?,
        };
        let database = match database.trim_end_matches('/') {
            "" => 0,
            number => number
                .parse()
                .map_err(|_| "the database is not a number from 0 to 65535")?,
        };
        Ok(Self {
            place,
            tls,
            user,
            password,
            database,
        })
    }

    /// What the address begins with.
    pub fn scheme(&self) -> &'static str {
        match (&self.place, self.tls) {
            (RedisPlace::Server(_), false) => "redis://",
            (RedisPlace::Server(_), true) => "rediss://",
            (RedisPlace::Sentinels { .. }, false) => "redis+sentinel://",
            (RedisPlace::Sentinels { .. }, true) => "rediss+sentinel://",
        }
    }
}

/// A user and a password, either of which may be left out, but not the password of a user.
fn logged_in(login: &str) -> Result<(Option<String>, Option<Secret>), String> {
    let Some((user, password)) = login.split_once(':') else {
        return Err(
            "there is a user without a password (a password alone is written :password@)"
                .to_owned(),
        );
    };
    let user = decoded(user)?;
    let password = decoded(password)?;
    match (user.is_empty(), password.is_empty()) {
        (false, true) => Err("the password of the user is missing".to_owned()),
        (true, true) => Ok((None, None)),
        (no_user, false) => Ok(((!no_user).then_some(user), Some(Secret::new(password)))),
    }
}

fn decoded(text: &str) -> Result<String, String> {
    let escapes = text.split('%').skip(1);
    let is_escape = |escape: &str| {
        escape.len() >= 2 && escape.bytes().take(2).all(|byte| byte.is_ascii_hexdigit())
    };
    if !escapes.clone().all(is_escape) {
        return Err("a % in the user or the password is not followed by two hexadecimal digits (%25 is the sign itself)".to_owned());
    }
    percent_decode_str(text)
        .decode_utf8()
        .map(Into::into)
        .map_err(|_| "the user or the password is not UTF-8".to_owned())
}

/// The Sentinels and the name of the master, and what follows it.
fn sentinels<'a>(hosts: &str, path: &'a str) -> Result<(RedisPlace, &'a str), String> {
    let (master, database) = path.split_once('/').unwrap_or((path, ""));
    let is_letter = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    if master.is_empty() {
        return Err("the name by which the Sentinels know the master is missing".to_owned());
    }
    if !master.chars().all(is_letter) {
        return Err(
            "the name of the master has other signs than letters, digits, dots, hyphens and underscores"
                .to_owned(),
        );
    }
    let sentinels = hosts
        .split(',')
        .map(|host| RedisHost::parse(host, SENTINEL_PORT))
        .collect::<Result<_, _>>()?;
    let master = master.to_owned();
    Ok((RedisPlace::Sentinels { sentinels, master }, database))
}

impl fmt::Display for Redis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.scheme())?;
        if self.password.is_some() {
            f.write_str("***@")?;
        }
        match &self.place {
            RedisPlace::Server(server) => write!(f, "{server}/{}", self.database),
            RedisPlace::Sentinels { sentinels, master } => {
                let hosts: Vec<String> = sentinels.iter().map(ToString::to_string).collect();
                write!(f, "{}/{master}/{}", hosts.join(","), self.database)
            }
        }
    }
}

// === impl RedisHost ===

impl RedisHost {
    fn parse(text: &str, default_port: u16) -> Result<Self, String> {
        let (host, port) = match text.strip_prefix('[') {
            Some(rest) => {
                let (host, port) = rest
                    .split_once(']')
                    .ok_or("an IPv6 address has no closing bracket")?;
                host.parse::<Ipv6Addr>()
                    .map_err(|_| "what stands in brackets is no IPv6 address")?;
                (host, port)
            }
            None => {
                let end = text.find(':').unwrap_or(text.len());
                let (host, port) = text.split_at(end);
                let is_letter = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
                if host.is_empty() {
                    return Err("the name of a server is missing".to_owned());
                }
                if !host.chars().all(is_letter) {
                    return Err("the name of a server has other signs than letters, digits, dots, hyphens and underscores".to_owned());
                }
                (host, port)
            }
        };
        let port = match port.strip_prefix(':') {
            None if port.is_empty() => default_port,
            None => return Err("a bracket is followed by something else than a port".to_owned()),
            Some(number) => number
                .parse()
                .ok()
                .filter(|port| *port != 0)
                .ok_or("a port is not a number from 1 to 65535")?,
        };
        Ok(Self {
            host: host.to_owned(),
            port,
        })
    }
}

impl fmt::Display for RedisHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.host.contains(':') {
            true => write!(f, "[{}]:{}", self.host, self.port),
            false => write!(f, "{}:{}", self.host, self.port),
        }
    }
}
