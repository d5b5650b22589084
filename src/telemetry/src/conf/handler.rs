//! A section `[handler_...]`.

use std::path::PathBuf;

use super::literal::{self, Literal};
use super::{ConfSection, Reader, logger};
use crate::pattern::Pattern;
use crate::settings::{
    FileSettings, HandlerSettings, HandlerTarget, LineForm, SyslogAddress, SyslogSettings,
};

/// What the class is called with.
struct Arguments {
    /// In the order of `args`.
    args: Vec<Literal>,
    /// By name, from `kwargs`.
    kwargs: Vec<(String, Literal)>,
}

/// The parameters of the classes that open files, and of the one that rotates them.
const OF_FILES: &[&str] = &["filename", "mode", "encoding", "delay", "errors"];
const OF_ROTATED: &[&str] = &[
    "filename",
    "mode",
    "maxBytes",
    "backupCount",
    "encoding",
    "delay",
    "errors",
];

/// The facilities of syslog by their names in Python, in small letters.
const FACILITIES: &[(&str, u8)] = &[
    ("kern", 0),
    ("user", 1),
    ("mail", 2),
    ("daemon", 3),
    ("auth", 4),
    ("security", 4),
    ("syslog", 5),
    ("lpr", 6),
    ("news", 7),
    ("uucp", 8),
    ("cron", 9),
    ("authpriv", 10),
    ("ftp", 11),
    ("ntp", 12),
    ("console", 14),
    ("solcron", 15),
    ("local0", 16),
    ("local1", 17),
    ("local2", 18),
    ("local3", 19),
    ("local4", 20),
    ("local5", 21),
    ("local6", 22),
    ("local7", 23),
];

/// Where syslog listens unless it is said.
const SYSLOG: (&str, u16) = ("localhost", 514);

pub(super) fn read(
    reader: &mut Reader<'_>,
    name: String,
    section: &ConfSection,
    known: &[String],
    forms: &[(String, LineForm)],
) -> Option<HandlerSettings> {
    let level = logger::level(reader, section);
    let form = form(reader, section, known, forms);
    let target = target(reader, section)?;
    Some(HandlerSettings {
        name,
        level,
        form,
        target,
    })
}

/// The form of its lines; a handler without a formatter writes the bare message.
fn form(
    reader: &mut Reader<'_>,
    section: &ConfSection,
    known: &[String],
    forms: &[(String, LineForm)],
) -> LineForm {
    let name = reader.value(section, "formatter").unwrap_or_default();
    if !name.is_empty() && !known.contains(&name) {
        let message = format!(
            "formatter is '{name}', but one of the keys of [formatters] was expected: {}.",
            known.join(", ")
        );
        reader.refuse(section, section.entry("formatter"), message);
    }
    let form = forms.iter().find(|(known, _)| *known == name);
    form.map_or_else(
        || LineForm::Pattern(Pattern::bare()),
        |(_, form)| form.clone(),
    )
}

fn target(reader: &mut Reader<'_>, section: &ConfSection) -> Option<HandlerTarget> {
    let Some(class) = reader.value(section, "class") else {
        let message = format!("the option class is missing; {}.", expected_classes());
        reader.refuse(section, None, message);
        return None;
    };
    let plain = class.strip_prefix("logging.").unwrap_or(&class);
    let parameters: &[&str] = match plain.strip_prefix("handlers.").unwrap_or(plain) {
        "StreamHandler" => &["stream"],
        "FileHandler" | "WatchedFileHandler" => OF_FILES,
        "RotatingFileHandler" => OF_ROTATED,
        "SysLogHandler" => &["address", "facility", "socktype"],
        "NullHandler" => &[],
        _ => {
            let message = format!("class is '{class}', but {}.", expected_classes());
            reader.refuse(section, section.entry("class"), message);
            return None;
        }
    };
    let arguments = Arguments::read(reader, section, parameters)?;
    let made = match parameters {
        [] => Ok(HandlerTarget::Nothing),
        ["stream"] => stream(&arguments),
        ["filename", ..] => file(&arguments, parameters),
        _ => syslog(&arguments),
    };
    made.map_err(|message| {
        let entry = section.entry("args").or(section.entry("kwargs"));
        reader.refuse(section, entry, message);
    })
    .ok()
}

fn expected_classes() -> &'static str {
    "StreamHandler, FileHandler, handlers.RotatingFileHandler, handlers.WatchedFileHandler, handlers.SysLogHandler or NullHandler was expected"
}

fn stream(arguments: &Arguments) -> Result<HandlerTarget, String> {
    match arguments.get(&["stream"], "stream") {
        None | Some(Literal::None) => Ok(HandlerTarget::Stderr),
        Some(stream) => match stream.last_name() {
            Some("stderr" | "__stderr__") => Ok(HandlerTarget::Stderr),
            Some("stdout" | "__stdout__") => Ok(HandlerTarget::Stdout),
            _ => Err(format!(
                "the stream is {stream}, but sys.stdout or sys.stderr was expected."
            )),
        },
    }
}

fn file(arguments: &Arguments, parameters: &[&str]) -> Result<HandlerTarget, String> {
    let get = |name: &str| arguments.get(parameters, name);
    let path = match get("filename") {
        Some(Literal::Text(path)) if !path.is_empty() && !path.contains(['\0', '\n']) => {
            PathBuf::from(path)
        }
        Some(other) => {
            return Err(format!(
                "the name of the file is {other}, but a path in quotation marks was expected."
            ));
        }
        None => {
            return Err(
                "the name of the file is missing: args = ('/var/log/im/im.log',) was expected."
                    .to_owned(),
            );
        }
    };
    let max_size = number(get("maxBytes"), "maxBytes")?;
    let kept = number(get("backupCount"), "backupCount")?;
    let truncate = match get("mode") {
        None => false,
        Some(Literal::Text(mode)) if mode.starts_with('a') => false,
        // A file that is rotated is never truncated, as in Python.
        Some(Literal::Text(mode)) if mode.starts_with('w') => max_size == 0,
        Some(other) => return Err(format!("the mode is {other}, but 'a' or 'w' was expected.")),
    };
    match get("encoding") {
        None | Some(Literal::None) => {}
        Some(Literal::Text(name)) if is_utf8(name) => {}
        Some(other) => {
            return Err(format!(
                "the encoding is {other}, but 'utf-8' was expected."
            ));
        }
    }
    Ok(HandlerTarget::File(FileSettings {
        path,
        max_size,
        kept: u32::try_from(kept).unwrap_or(u32::MAX),
        truncate,
    }))
}

fn is_utf8(name: &str) -> bool {
    let plain: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    plain.eq_ignore_ascii_case("utf8")
}

fn number(value: Option<&Literal>, name: &str) -> Result<u64, String> {
    match value {
        None => Ok(0),
        Some(Literal::Int(number)) if *number >= 0 => Ok(number.unsigned_abs()),
        Some(other) => Err(format!(
            "{name} is {other}, but a whole number, 0 or more, was expected."
        )),
    }
}

fn syslog(arguments: &Arguments) -> Result<HandlerTarget, String> {
    let parameters = &["address", "facility", "socktype"];
    let facility = facility(arguments.get(parameters, "facility"))?;
    let is_stream = match arguments.get(parameters, "socktype") {
        None | Some(Literal::None | Literal::Int(2)) => false,
        Some(Literal::Int(1)) => true,
        Some(other) => match other.last_name() {
            Some("SOCK_STREAM") => true,
            Some("SOCK_DGRAM") => false,
            _ => {
                return Err(format!(
                    "socktype is {other}, but socket.SOCK_DGRAM (UDP) or socket.SOCK_STREAM (TCP) was expected."
                ));
            }
        },
    };
    let inet = |host: &str, port: u16| match is_stream {
        true => SyslogAddress::Tcp(host.to_owned(), port),
        false => SyslogAddress::Udp(host.to_owned(), port),
    };
    let wrong = |address: &Literal| {
        Err(format!(
            "the address is {address}, but a host and a port, as in ('logs.example.org', 514), or a path, as in '/dev/log', was expected."
        ))
    };
    let address = match arguments.get(parameters, "address") {
        None => inet(SYSLOG.0, SYSLOG.1),
        Some(Literal::Text(path)) if path.starts_with('/') && !path.contains('\0') => {
            SyslogAddress::Unix(PathBuf::from(path))
        }
        Some(address @ Literal::Row(parts)) => match parts.as_slice() {
            [Literal::Text(host), Literal::Int(port)] if is_host(host) => {
                match u16::try_from(*port) {
                    Ok(port) if port > 0 => inet(host, port),
                    _ => return wrong(address),
                }
            }
            _ => return wrong(address),
        },
        Some(address) => return wrong(address),
    };
    Ok(HandlerTarget::Syslog(SyslogSettings { address, facility }))
}

fn is_host(host: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.:".contains(c);
    !host.is_empty() && host.chars().all(plain)
}

fn facility(value: Option<&Literal>) -> Result<u8, String> {
    let name = match value {
        None => return Ok(1),
        Some(Literal::Int(number @ 0..=23)) => return Ok(u8::try_from(*number).unwrap_or(1)),
        Some(Literal::Text(name)) => name.as_str(),
        Some(other) => other.last_name().unwrap_or_default(),
    };
    let name = name.to_ascii_lowercase();
    let name = name.strip_prefix("log_").unwrap_or(&name);
    let found = FACILITIES.iter().find(|(known, _)| *known == name);
    found.map(|(_, number)| *number).ok_or_else(|| {
        format!(
            "the facility is {}, but a name such as handlers.SysLogHandler.LOG_USER was expected.",
            value.map(ToString::to_string).unwrap_or_default()
        )
    })
}

// === impl Arguments ===

impl Arguments {
    /// Reads both options; `None` if they were refused.
    fn read(reader: &mut Reader<'_>, section: &ConfSection, parameters: &[&str]) -> Option<Self> {
        let args = match option(reader, section, "args", "()")? {
            Literal::Row(args) => args,
            other => {
                let message = format!(
                    "args is {other}, but a tuple was expected; a tuple of one has a comma, as in ({other},)."
                );
                reader.refuse(section, section.entry("args"), message);
                return None;
            }
        };
        if args.len() > parameters.len() {
            let message = format!(
                "args has {} values, but {} at most were expected: {}.",
                args.len(),
                parameters.len(),
                parameters.join(", ")
            );
            reader.refuse(section, section.entry("args"), message);
            return None;
        }
        let mut kwargs = Vec::new();
        let Literal::Dict(pairs) = option(reader, section, "kwargs", "{}")? else {
            let message =
                "kwargs is not a dictionary, but one was expected, as in {'encoding': 'utf-8'}.";
            reader.refuse(section, section.entry("kwargs"), message.to_owned());
            return None;
        };
        for (name, value) in pairs {
            match name {
                Literal::Text(name) if parameters.contains(&name.as_str()) => {
                    kwargs.push((name, value));
                }
                other => {
                    let message = format!(
                        "kwargs has {other}, but one of these was expected: {}.",
                        parameters.join(", ")
                    );
                    reader.refuse(section, section.entry("kwargs"), message);
                    return None;
                }
            }
        }
        Some(Self { args, kwargs })
    }

    fn get(&self, parameters: &[&str], name: &str) -> Option<&Literal> {
        let place = parameters.iter().position(|known| *known == name)?;
        self.args.get(place).or_else(|| {
            let named = self.kwargs.iter().find(|(known, _)| known == name);
            named.map(|(_, value)| value)
        })
    }
}

fn option(
    reader: &mut Reader<'_>,
    section: &ConfSection,
    name: &str,
    default: &str,
) -> Option<Literal> {
    let before = reader.errors.len();
    let text = match reader.value(section, name) {
        Some(text) if !text.is_empty() => text,
        _ if reader.errors.len() > before => return None,
        _ => default.to_owned(),
    };
    match literal::parse(&text) {
        Ok(literal) => Some(literal),
        Err(column) => {
            let message = format!(
                "{name} is not understood from its character {column} on: texts in quotation marks, whole numbers and names such as sys.stdout were expected, in brackets and separated by commas."
            );
            reader.refuse(section, section.entry(name), message);
            None
        }
    }
}
