//! The address of the database.

use std::fmt;
use std::path::PathBuf;

use im_util::Secret;

/// Where infrastructures are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Database {
    /// A file of this machine.
    Sqlite(PathBuf),
    /// A MySQL or MariaDB server.
    Mysql(ServerUrl),
    /// A `MongoDB` server or replica set.
    Mongo(ServerUrl),
}

/// The address of a database server. `Display` leaves the user and the password out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerUrl {
    /// The whole URL, with the password in it.
    pub url: Secret,
    /// Host and port, as given; several with commas between them for a replica set.
    pub address: String,
    /// The name of the database.
    pub database: String,
}

// === impl Database ===

impl Database {
    /// Understands the value of `DATA_DB`.
    ///
    /// # Errors
    /// A clause that tells which part is missing; it holds no part of the text.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (scheme, rest) = text.split_once("://").ok_or("there is no '://' in it")?;
        match scheme.to_ascii_lowercase().as_str() {
            _ if text.contains(char::is_control) => {
                Err("there are control characters in it".to_owned())
            }
            "sqlite" if rest.trim_matches('/').is_empty() => Err("the path is missing".to_owned()),
            "sqlite" => Ok(Self::Sqlite(PathBuf::from(rest))),
            "mysql" => ServerUrl::parse(text, rest).map(Self::Mysql),
            "mongodb" | "mongodb+srv" => ServerUrl::parse(text, rest).map(Self::Mongo),
            _ => Err("the part before '://' is not sqlite, mysql or mongodb".to_owned()),
        }
    }
}

impl fmt::Display for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite://{}", path.display()),
            Self::Mysql(server) => write!(f, "mysql://{server}"),
            Self::Mongo(server) => write!(f, "mongodb://{server}"),
        }
    }
}

// === impl ServerUrl ===

impl ServerUrl {
    /// Takes the address and the database out of a URL. A password may have any letters but blanks: the last `@` ends it.
    fn parse(url: &str, rest: &str) -> Result<Self, String> {
        let after_login = rest.rsplit_once('@').map_or(rest, |(_, after)| after);
        let (address, path) = after_login
            .split_once('/')
            .ok_or("the name of the database is missing")?;
        let database = path.split(['?', '#']).next().unwrap_or_default();
        if address.is_empty() {
            return Err("the name of the server is missing".to_owned());
        }
        if database.is_empty() {
            return Err("the name of the database is missing".to_owned());
        }
        if url.contains(char::is_whitespace) {
            return Err("there is white space in it".to_owned());
        }
        Ok(Self {
            url: Secret::new(url),
            address: address.to_owned(),
            database: database.to_owned(),
        })
    }
}

impl fmt::Display for ServerUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let login = if self.url.expose().contains('@') {
            "***@"
        } else {
            ""
        };
        write!(f, "{login}{}/{}", self.address, self.database)
    }
}
