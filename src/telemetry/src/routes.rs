//! Which handlers take a message.
//!
//! As in Python's `logging`: the loggers of a message form a chain, from the most specific to the root. The first of them
//! that has a level decides whether it is logged; then the handlers of each take it, until one does not propagate.

use tracing::{Level, Metadata};

use crate::level::LogLevel;
use crate::logger;
use crate::settings::{LogSettings, LoggerSettings, ROOT};

/// The loggers and the levels of the handlers, at one moment.
#[derive(Clone, Debug)]
pub(crate) struct Routes {
    /// The most specific first, the root last.
    pub(crate) loggers: Vec<Route>,
    /// In the order of the settings.
    pub(crate) handlers: Vec<Gate>,
}

/// A logger.
#[derive(Clone, Debug)]
pub(crate) struct Route {
    pub(crate) name: String,
    pub(crate) level: Option<LogLevel>,
    handlers: Vec<usize>,
    propagate: bool,
}

/// What a handler takes.
#[derive(Clone, Debug)]
pub(crate) struct Gate {
    pub(crate) name: String,
    pub(crate) level: Option<LogLevel>,
}

// === impl Routes ===

impl Routes {
    pub(crate) fn new(settings: &LogSettings) -> Self {
        let handlers: Vec<Gate> = settings
            .handlers
            .iter()
            .map(|handler| Gate {
                name: handler.name.clone(),
                level: handler.level,
            })
            .collect();
        let route = |logger: &LoggerSettings| Route {
            name: logger.name.clone(),
            level: logger.level,
            handlers: logger
                .handlers
                .iter()
                .filter_map(|name| handlers.iter().position(|gate| gate.name == *name))
                .collect(),
            propagate: logger.propagate,
        };
        let mut routes = Self {
            loggers: settings.loggers.iter().map(route).collect(),
            handlers,
        };
        if routes.loggers.iter().all(|route| route.name != ROOT) {
            routes.loggers.push(Route::empty(ROOT));
        }
        routes.sort();
        routes
    }

    /// The logger with this name; it is made if there is none.
    pub(crate) fn logger(&mut self, name: &str) -> Option<&mut Route> {
        if self.loggers.iter().all(|route| route.name != name) {
            self.loggers.push(Route::empty(name));
            self.sort();
        }
        self.loggers.iter_mut().find(|route| route.name == name)
    }

    fn sort(&mut self) {
        self.loggers
            .sort_by_key(|route| std::cmp::Reverse(route.rank()));
    }

    /// Whether a message of this place may be logged; `true` for those whose last word is spoken later.
    pub(crate) fn is_wanted(&self, metadata: &Metadata<'_>) -> bool {
        let target = metadata.target();
        let level = *metadata.level();
        if level == Level::TRACE {
            return false;
        }
        // What libraries say below a warning may hold headers and statements of users.
        if !logger::is_own_target(target) && level > Level::WARN {
            return false;
        }
        // An error may turn out to be a critical one.
        let most_severe = LogLevel::of(level, true);
        self.takers(target, most_severe).next().is_some()
    }

    /// The handlers that take a message, each once.
    pub(crate) fn takers(
        &self,
        target: &str,
        level: LogLevel,
    ) -> impl Iterator<Item = usize> + use<'_> {
        let chain = self.chain(target);
        let threshold = chain.iter().find_map(|route| route.level);
        let is_logged = level >= threshold.unwrap_or(LogLevel::Debug);
        let end = chain
            .iter()
            .position(|route| !route.propagate)
            .map_or(chain.len(), |last| last + 1);
        let takes = move |number: usize| {
            is_logged
                && chain
                    .iter()
                    .take(end)
                    .any(|route| route.handlers.contains(&number))
        };
        self.handlers
            .iter()
            .enumerate()
            .filter(move |(number, gate)| gate.takes(level) && takes(*number))
            .map(|(number, _)| number)
    }

    fn chain(&self, target: &str) -> Vec<&Route> {
        let logger = logger::name(target);
        self.loggers
            .iter()
            .filter(|route| route.is_about(target, logger))
            .collect()
    }
}

// === impl Route ===

impl Route {
    fn empty(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            level: None,
            handlers: Vec::new(),
            propagate: true,
        }
    }

    /// How specific it is: the root, then the three of IM, then crates and modules by their length.
    fn rank(&self) -> usize {
        match self.name.as_str() {
            ROOT => 0,
            name if logger::is_general(name) => 1,
            name => 2 + name.len(),
        }
    }

    fn is_about(&self, target: &str, logger: &str) -> bool {
        let is_place_in = |rest: &str| rest.is_empty() || rest.starts_with("::");
        self.name == ROOT
            || self.name == logger
            || target
                .strip_prefix(self.name.as_str())
                .is_some_and(is_place_in)
    }

    /// The names of its handlers.
    pub(crate) fn handler_names(&self, gates: &[Gate]) -> Vec<String> {
        self.handlers
            .iter()
            .filter_map(|number| gates.get(*number))
            .map(|gate| gate.name.clone())
            .collect()
    }
}

// === impl Gate ===

impl Gate {
    fn takes(&self, level: LogLevel) -> bool {
        self.level.is_none_or(|least| level >= least)
    }
}
