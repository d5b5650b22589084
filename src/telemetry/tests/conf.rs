//! `logging.conf`: what it describes, and what is said of a wrong one.
#![allow(clippy::expect_used, reason = "a test may stop where it fails")]

use std::path::PathBuf;
use std::sync::Arc;

use im_telemetry::{
    Capture, Conf, ConfEntry, ConfSection, HandlerTarget, LogLevel, LogSettings, SyslogAddress,
};
use im_util::ManualClock;
use tracing::{debug, error, info, info_span, warn};

/// The file that IM has always come with.
const IM: &str = "
[loggers]
keys=root,ConfManager,CloudConnector,InfrastructureManager
[handlers]
keys=fileHandler
[formatters]
keys=simpleFormatter
[logger_root]
level=ERROR
handlers=fileHandler
[logger_ConfManager]
level=INFO
handlers=fileHandler
qualname=ConfManager
propagate=0
[logger_CloudConnector]
level=WARNING
handlers=fileHandler
qualname=CloudConnector
propagate=0
[logger_InfrastructureManager]
level=DEBUG
handlers=fileHandler
qualname=InfrastructureManager
propagate=0
[handler_fileHandler]
class=logging.handlers.RotatingFileHandler
level=INFO
formatter=simpleFormatter
args=('/var/log/im/im.log', 'w', 10485760, 3)
[formatter_simpleFormatter]
format=%(asctime)s - %(hostname)s - %(name)s - %(levelname)s - %(message)s
datefmt=
";

/// A file without the finer points of the format, which are those of im.cfg.
fn conf(text: &str) -> Conf {
    let mut sections: Vec<ConfSection> = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let line_number = number + 1;
        if let Some(name) = line.strip_prefix('[') {
            sections.push(ConfSection {
                name: name.trim_end_matches(']').to_owned(),
                line: line_number,
                entries: Vec::new(),
            });
        } else if let Some((name, value)) = line.split_once('=') {
            let section = sections.last_mut().expect("a section");
            section.entries.push(ConfEntry {
                name: name.to_owned(),
                line: line_number,
                raw: value.to_owned(),
                value: Ok(value.to_owned()),
            });
        }
    }
    Conf {
        path: PathBuf::from("logging.conf"),
        sections,
    }
}

fn settings(text: &str) -> LogSettings {
    conf(text).settings("node-1").expect("a right file")
}

fn errors(text: &str) -> Vec<String> {
    let errors = conf(text).settings("node-1").expect_err("a wrong file");
    errors.iter().map(ToString::to_string).collect()
}

fn logged(settings: &LogSettings, happen: impl FnOnce()) -> String {
    let capture = Capture::new();
    let clock = Arc::new(ManualClock::at(1_795_366_800));
    tracing::subscriber::with_default(capture.subscriber_of(settings, clock), happen);
    capture.text()
}

fn all_levels() {
    debug!(target: "im_manager", "d");
    info!(target: "im_manager", "i");
    info!(target: "im_connectors::dummy", "i");
    warn!(target: "im_connectors::dummy", "w");
    info!(target: "im_ssh", "i");
    warn!(target: "sqlx::query", "w");
    error!(target: "sqlx::query", "e");
}

#[test]
fn the_file_of_im() {
    let settings = settings(IM);
    let HandlerTarget::File(file) = &settings.handlers.first().expect("a handler").target else {
        panic!("{settings:?}");
    };
    assert_eq!(file.path, PathBuf::from("/var/log/im/im.log"));
    assert_eq!(
        (file.max_size, file.kept, file.truncate),
        (10_485_760, 3, false)
    );
    let time = "2026-11-22 17:00:00,000 - node-1";
    assert_eq!(
        logged(&settings, all_levels),
        [
            "InfrastructureManager - INFO - i",
            "CloudConnector - WARNING - w",
            "ConfManager - INFO - i",
            "sqlx - ERROR - e",
        ]
        .map(|rest| format!("{time} - {rest}\n"))
        .concat()
    );
}

#[test]
fn the_manual_sends_to_syslog() {
    let text = IM.replace("RotatingFileHandler", "SysLogHandler").replace(
        "args=('/var/log/im/im.log', 'w', 10485760, 3)",
        "args=(('192.0.2.7', 514),)",
    );
    let settings = settings(&text);
    let HandlerTarget::Syslog(syslog) = &settings.handlers.first().expect("a handler").target
    else {
        panic!("{settings:?}");
    };
    assert_eq!(
        syslog.address,
        SyslogAddress::Udp("192.0.2.7".to_owned(), 514)
    );
    let lines = logged(&settings, all_levels);
    let priorities: Vec<&str> = lines
        .lines()
        .filter_map(|line| line.split_once(" - node-1 - "))
        .map(|(before, _)| before.split('2').next().unwrap_or_default())
        .collect();
    // Facility user, then informational, warning, informational, error.
    assert_eq!(priorities, ["<14>", "<1", "<14>", "<11>"], "{lines}");
    assert!(
        lines.contains("<12>2026-11-22 17:00:00,000 - node-1 - CloudConnector - WARNING - w\n")
    );
}

#[test]
fn every_way_to_name_a_daemon() {
    let table = [
        (
            "args=()",
            SyslogAddress::Udp("localhost".to_owned(), 514),
            1,
        ),
        (
            "args=('/dev/log', handlers.SysLogHandler.LOG_DAEMON)",
            SyslogAddress::Unix("/dev/log".into()),
            3,
        ),
        (
            "args=(('::1', 601), 'local7', handlers.socket.SOCK_STREAM)",
            SyslogAddress::Tcp("::1".to_owned(), 601),
            23,
        ),
        (
            "kwargs={'address': ('logs.example.org', 601), 'socktype': 1, 'facility': 16}",
            SyslogAddress::Tcp("logs.example.org".to_owned(), 601),
            16,
        ),
    ];
    for (arguments, address, facility) in table {
        let text = IM
            .replace("RotatingFileHandler", "SysLogHandler")
            .replace("args=('/var/log/im/im.log', 'w', 10485760, 3)", arguments);
        let settings = settings(&text);
        let HandlerTarget::Syslog(syslog) = &settings.handlers.first().expect("a handler").target
        else {
            panic!("{settings:?}");
        };
        assert_eq!(
            (&syslog.address, syslog.facility),
            (&address, facility),
            "{arguments}"
        );
    }
}

#[test]
fn loggers_pass_on_what_they_take_and_each_handler_takes_it_once() {
    let text = "
[loggers]
keys=root,clouds,dummy
[handlers]
keys=all,severe
[formatters]
keys=short
[logger_root]
level=WARNING
handlers=all
[logger_clouds]
handlers=severe,all
qualname=CloudConnector
[logger_dummy]
level=DEBUG
handlers=severe
qualname=im_connectors::dummy
propagate=0
[handler_all]
class=StreamHandler
args=(sys.stdout,)
[handler_severe]
class=NullHandler
level=ERROR
formatter=short
[formatter_short]
format=%(levelname)-8s|%(lineno)5d|%(message).5s|%(inf_id)s
";
    let lines = logged(&settings(text), || {
        info!(target: "im_connectors::ec2", "hidden by the root");
        warn!(target: "im_connectors::ec2", "shown");
        error!(target: "im_connectors::ec2", "twice");
        debug!(target: "im_connectors::dummy", "hidden by the handler");
        let span = info_span!(target: "im_connectors::dummy", "s", inf.id = "one");
        let _span = span.enter();
        error!(target: "im_connectors::dummy", critical = true, "long message");
    });
    let mut lines: Vec<String> = lines.lines().map(ToOwned::to_owned).collect();
    for line in &mut lines {
        // The number of the line in this file.
        if let Some((before, after)) = line.split_once("|  ") {
            *line = format!("{before}|{}", &after[4..]);
        }
    }
    assert_eq!(
        lines,
        ["shown", "twice", "ERROR   |twice|-", "CRITICAL|Inf I|one",]
    );
}

#[test]
fn json_of_python() {
    let text = IM.replace(
        "[formatter_simpleFormatter]",
        "[formatter_simpleFormatter]\nclass=pythonjsonlogger.jsonlogger.JsonFormatter",
    );
    let line = logged(&settings(&text), || {
        info!(target: "im_manager", { inf.id = "one", count = 3 }, "Created.");
    });
    assert_eq!(
        line,
        "{\"asctime\":\"2026-11-22 17:00:00,000\",\"hostname\":\"node-1\",\"name\":\"InfrastructureManager\",\
         \"levelname\":\"INFO\",\"message\":\"Created.\",\"inf_id\":\"one\",\"count\":3}\n"
    );
}

#[test]
fn dates_as_for_strftime() {
    let text = IM.replace("datefmt=", "datefmt=%d/%m/%Y %H:%M");
    let line = logged(&settings(&text), || info!(target: "im_manager", "m"));
    assert!(line.starts_with("22/11/2026 17:00 - node-1 - "), "{line}");
}

#[test]
fn the_level_of_the_first_logger_that_has_one_holds() {
    let text = IM.replace("level=DEBUG\n", "level=NOTSET\n");
    let settings = settings(&text);
    let levels: Vec<_> = settings.loggers.iter().map(|logger| logger.level).collect();
    assert_eq!(
        levels,
        [
            Some(LogLevel::Error),
            Some(LogLevel::Info),
            Some(LogLevel::Warning),
            None
        ]
    );
    let lines = logged(&settings, || {
        info!(target: "im_manager", "i");
        error!(target: "im_manager", "e");
    });
    assert_eq!(lines.lines().count(), 1, "{lines}");
}

#[test]
fn everything_that_is_wrong_is_said_with_its_place() {
    let table = [
        (
            "level=ERROR",
            "level=TRACE",
            "logging.conf, line 9, section [logger_root]: level is 'TRACE', but DEBUG, INFO, WARNING, ERROR, CRITICAL or NOTSET was expected.",
        ),
        (
            "keys=root,",
            "keys=",
            "logging.conf, line 3, section [loggers]: keys does not name root, but the logger root was expected among the others.",
        ),
        (
            "keys=root,ConfManager",
            "keys=root,ConfMan",
            "logging.conf, line 3, section [loggers]: keys names 'ConfMan', so a section [logger_ConfMan] was expected, but there is none.",
        ),
        (
            "level=ERROR\nhandlers=fileHandler",
            "level=ERROR\nhandlers=fileHandle",
            "logging.conf, line 10, section [logger_root]: handlers names 'fileHandle', but one of the keys of [handlers] was expected: fileHandler.",
        ),
        (
            "qualname=ConfManager\n",
            "",
            "logging.conf, line 11, section [logger_ConfManager]: the option qualname is missing; the name of a part of the service was expected, such as ConfManager.",
        ),
        (
            "qualname=ConfManager\npropagate=0",
            "qualname=ConfManager\npropagate=no",
            "logging.conf, line 15, section [logger_ConfManager]: propagate is 'no', but 0 or 1 was expected.",
        ),
        (
            "logging.handlers.RotatingFileHandler",
            "handlers.SMTPHandler",
            "logging.conf, line 27, section [handler_fileHandler]: class is 'handlers.SMTPHandler', but StreamHandler, FileHandler, handlers.RotatingFileHandler, handlers.WatchedFileHandler, handlers.SysLogHandler or NullHandler was expected.",
        ),
        (
            "formatter=simpleFormatter",
            "formatter=simple",
            "logging.conf, line 29, section [handler_fileHandler]: formatter is 'simple', but one of the keys of [formatters] was expected: simpleFormatter.",
        ),
        (
            "args=('/var/log/im/im.log'",
            "args=(/var/log/im/im.log",
            "logging.conf, line 30, section [handler_fileHandler]: args is not understood from its character 2 on: texts in quotation marks, whole numbers and names such as sys.stdout were expected, in brackets and separated by commas.",
        ),
        (
            "10485760, 3",
            "'10M', 3",
            "logging.conf, line 30, section [handler_fileHandler]: maxBytes is '10M', but a whole number, 0 or more, was expected.",
        ),
        (
            "%(hostname)s",
            "%(host)s",
            "logging.conf, line 32, section [formatter_simpleFormatter]: format has the field %(host)s, but one of these was expected: asctime, created, msecs, relativeCreated, name, levelname, levelno, message, hostname, inf_id, trace_id, span_id, target, funcName, process, processName, thread, threadName, pathname, filename, module, lineno.",
        ),
        (
            "%(message)s",
            "%(message)d",
            "logging.conf, line 32, section [formatter_simpleFormatter]: format has %(message) with 'd' after it, but s was expected there.",
        ),
        (
            "%(message)s",
            "100% %(message)s",
            "logging.conf, line 32, section [formatter_simpleFormatter]: format has a percent sign before ' %(message', but a field such as %(message)s, or %% for a percent sign, was expected.",
        ),
        (
            "[handlers]",
            "[handler]",
            "logging.conf, section [handlers]: the section is missing; it was expected to have an option keys, with the names of the handlers separated by commas.",
        ),
    ];
    for (right, wrong, message) in table {
        assert!(IM.contains(right), "{right}");
        let errors = errors(&IM.replacen(right, wrong, 1));
        assert!(errors.contains(&message.to_owned()), "{errors:#?}");
    }
    let bad_date = errors(&IM.replace("datefmt=", "datefmt=%Y %!"));
    assert!(
        matches!(&bad_date[..], [only] if only.starts_with("logging.conf, line 33, section [formatter_simpleFormatter]: datefmt is '%Y %!', but a form of dates as for strftime was expected (")),
        "{bad_date:?}"
    );
    for (arguments, reason) in [
        (
            "(('logs', 0),)",
            "the address is ('logs',0,), but a host and a port, as in ('logs.example.org', 514), or a path, as in '/dev/log', was expected.",
        ),
        (
            "('logs:514',)",
            "the address is 'logs:514', but a host and a port",
        ),
        (
            "(('logs', 514), 'locl0')",
            "the facility is 'locl0', but a name such as handlers.SysLogHandler.LOG_USER was expected.",
        ),
        (
            "(('logs', 514), 1, 'tcp')",
            "socktype is 'tcp', but socket.SOCK_DGRAM (UDP) or socket.SOCK_STREAM (TCP) was expected.",
        ),
        (
            "(1, 2, 3, 4)",
            "args has 4 values, but 3 at most were expected: address, facility, socktype.",
        ),
    ] {
        let text = IM
            .replace("RotatingFileHandler", "SysLogHandler")
            .replace("('/var/log/im/im.log', 'w', 10485760, 3)", arguments);
        let errors = errors(&text);
        let place = "logging.conf, line 30, section [handler_fileHandler]: ";
        assert!(
            matches!(&errors[..], [only] if only.starts_with(&format!("{place}{reason}"))),
            "{errors:?}"
        );
    }
}

#[test]
fn several_errors_are_said_at_once() {
    let text = IM
        .replace("level=ERROR", "level=TRACE")
        .replace("%(name)s", "%(nam)s")
        .replace("SysLog", "x");
    assert_eq!(errors(&text).len(), 2);
}
