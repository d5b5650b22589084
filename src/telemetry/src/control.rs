//! The log of a running process: its levels are changed, its files opened again.
//!
//! The routes are replaced as a whole: who logs sees those of before or those of after, never a mixture, and waits for
//! nobody. `tracing` remembers for each place in the code whether anybody wants its events; after a change it is made to
//! ask again, so that a level that was not wanted costs nothing and becomes wanted at once.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::level::LogLevel;
use crate::logger;
use crate::queue::Queue;
use crate::routes::Routes;
use crate::settings::ROOT;

/// The log of this process, to be shared.
#[derive(Clone, Debug)]
pub struct LogControl {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    routes: Arc<ArcSwap<Routes>>,
    /// As they were configured.
    configured: Routes,
    /// Held by who changes the routes.
    changing: Mutex<()>,
    queues: Vec<Queue>,
}

/// A change of levels. Without a change it is a question.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LevelChange {
    /// First, everything is as it was configured.
    pub reset: bool,
    /// Then these are set, in order.
    pub set: Vec<LevelOf>,
}

/// The level of a logger, of a handler, or of all that is this service's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LevelOf {
    /// The name of a logger, or `handler_` and that of a handler; `None`: every logger of the service.
    pub name: Option<String>,
    /// The least severe messages that are logged.
    pub level: LogLevel,
}

/// What holds now.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LevelReport {
    /// The loggers, the most specific first.
    pub loggers: Vec<LoggerReport>,
    /// The handlers.
    pub handlers: Vec<HandlerReport>,
}

/// What holds of a logger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoggerReport {
    /// Its name.
    pub name: String,
    /// `None`: as the next one up to the root.
    pub level: Option<LogLevel>,
    /// The handlers that it has itself.
    pub handlers: Vec<String>,
}

/// What holds of a handler.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandlerReport {
    /// Its name.
    pub name: String,
    /// `None`: it takes everything.
    pub level: Option<LogLevel>,
}

/// Why nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum LevelError {
    /// There is no such handler.
    #[error("There is no handler '{name}'; one of these was expected: {known}.")]
    NoHandler {
        /// The name.
        name: String,
        /// Those there are.
        known: String,
    },
    /// No logger has such a name.
    #[error(
        "'{0}' cannot be the name of a logger: letters, digits, '_', '.', ':' and '-' were expected, 100 at most."
    )]
    NoLogger(String),
    /// There are too many loggers already.
    #[error("There are {MOST_LOGGERS} loggers already; none was made.")]
    TooMany,
}

/// What stands before the name of a handler.
const HANDLER: &str = "handler_";

/// Every message is compared with all of them.
const MOST_LOGGERS: usize = 100;

/// The longest name.
const LONGEST_NAME: usize = 100;

// === impl LevelOf ===

impl fmt::Display for LevelOf {
    /// As it is written for `im loglevel`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            Some(name) => write!(f, "{name}={}", self.level),
            None => self.level.fmt(f),
        }
    }
}

// === impl LogControl ===

impl LogControl {
    pub(crate) fn new(routes: Arc<ArcSwap<Routes>>, queues: Vec<Queue>) -> Self {
        Self {
            shared: Arc::new(Shared {
                configured: Routes::clone(&routes.load()),
                routes,
                changing: Mutex::default(),
                queues,
            }),
        }
    }

    /// Changes levels, all that are named or none; what holds after it.
    ///
    /// # Errors
    /// If a name cannot be that of a logger, or a handler is not there.
    pub fn change(&self, change: &LevelChange) -> Result<LevelReport, LevelError> {
        let shared = &*self.shared;
        let guard = shared
            .changing
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let mut routes = match change.reset {
            true => shared.configured.clone(),
            false => Routes::clone(&shared.routes.load()),
        };
        for of in &change.set {
            set(&mut routes, of)?;
        }
        let report = report(&routes);
        if *change != LevelChange::default() {
            shared.routes.store(Arc::new(routes));
            tracing::callsite::rebuild_interest_cache();
        }
        drop(guard);
        Ok(report)
    }

    /// Opens every file again, and connects to every daemon again, before the next line.
    pub fn reopen(&self) {
        self.shared.queues.iter().for_each(Queue::reopen);
    }
}

fn set(routes: &mut Routes, of: &LevelOf) -> Result<(), LevelError> {
    let level = Some(of.level);
    let Some(name) = &of.name else {
        set_all(routes, level);
        return Ok(());
    };
    if let Some(handler) = name.strip_prefix(HANDLER) {
        let known = || {
            let names: Vec<&str> = routes
                .handlers
                .iter()
                .map(|gate| gate.name.as_str())
                .collect();
            names.join(", ")
        };
        let error = LevelError::NoHandler {
            name: handler.to_owned(),
            known: known(),
        };
        let mut gates = routes.handlers.iter_mut();
        let gate = gates.find(|gate| gate.name == handler).ok_or(error)?;
        gate.level = level;
        return Ok(());
    }
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_.:-".contains(c);
    if name.is_empty() || name.len() > LONGEST_NAME || !name.chars().all(is_plain) {
        return Err(LevelError::NoLogger(name.clone()));
    }
    if routes.loggers.len() >= MOST_LOGGERS {
        return Err(LevelError::TooMany);
    }
    if let Some(route) = routes.logger(name) {
        route.level = level;
    }
    Ok(())
}

/// Every logger that is this service's own and has a level; where there is none, the root is it.
fn set_all(routes: &mut Routes, level: Option<LogLevel>) {
    let is_own = |name: &str| logger::is_general(name) || logger::is_own_target(name);
    let mut is_root = true;
    for route in &mut routes.loggers {
        if is_own(&route.name) && route.level.is_some() {
            is_root &= !logger::is_general(&route.name);
            route.level = level;
        }
    }
    let root = routes.loggers.iter_mut().find(|route| route.name == ROOT);
    if let Some(root) = root.filter(|_| is_root) {
        root.level = level;
    }
}

fn report(routes: &Routes) -> LevelReport {
    LevelReport {
        loggers: routes
            .loggers
            .iter()
            .map(|route| LoggerReport {
                name: route.name.clone(),
                level: route.level,
                handlers: route.handler_names(&routes.handlers),
            })
            .collect(),
        handlers: routes
            .handlers
            .iter()
            .map(|gate| HandlerReport {
                name: gate.name.clone(),
                level: gate.level,
            })
            .collect(),
    }
}
