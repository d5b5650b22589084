//! Requests of clients.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};
use std::time::Duration;

use prometheus::{Histogram, IntCounter, IntGauge};

use super::declare::{label, metrics};

label! {
    /// The API that was asked.
    pub enum Api {
        /// REST.
        Rest = "rest";
        /// XML-RPC.
        XmlRpc = "xmlrpc";
    }
}

metrics! {
    /// Requests of clients.
    pub struct RequestMetrics, "Requests" {
        /// Requests of clients that ended, by API, route, method and status: the template of the path in the REST API,
        /// the name of the call in XML-RPC, `unmatched` if there is none. `cancelled` stands for the status where
        /// the client went away before it was answered. A request that was forwarded is counted where the client sent
        /// it.
        ended: IntCounterVec = "im_http_requests_total" ["api", "route", "method", "status"];
        /// Time from the head of a request to the head of its answer.
        duration: HistogramVec = "im_http_request_duration_seconds" ["api", "route", "method"] in ANSWERS;
        /// Requests of clients that are being answered.
        in_flight: IntGaugeVec = "im_http_requests_in_flight" ["api"];
    }
}

/// The metrics of the requests of one API.
#[derive(Clone, Debug)]
pub struct ApiRequests {
    metrics: RequestMetrics,
    in_flight: IntGauge,
    api: Api,
    /// Those of routes, methods and statuses that came before: two look-ups by all labels cost more than the rest of
    /// counting. No client can make it grow without end, since it has no words of theirs.
    known: Arc<RwLock<HashMap<Kind, Outcome>>>,
}

/// Route, method and status.
type Kind = (&'static str, &'static str, u16);

/// The metrics of requests that had the same outcome.
#[derive(Debug)]
struct Outcome {
    duration: Histogram,
    ended: IntCounter,
}

/// Where an API says which of its routes a request has taken: it travels with the request.
#[derive(Clone, Debug, Default)]
pub struct RouteName(Arc<OnceLock<&'static str>>);

/// A request that is being answered. If it is dropped before its answer is known, the client has gone away.
#[derive(Debug)]
pub struct InFlight<'a> {
    requests: &'a ApiRequests,
    method: &'static str,
    route: RouteName,
    ended: bool,
}

/// The route of what no route was found for.
const UNMATCHED: &str = "unmatched";

// === impl RouteName ===

impl RouteName {
    /// Says the route. Only the first word counts.
    pub fn set(&self, route: &'static str) {
        let _ = self.0.set(route);
    }

    /// The route, if one was found.
    pub fn known(&self) -> Option<&'static str> {
        self.0.get().copied()
    }

    fn get(&self) -> &'static str {
        self.known().unwrap_or(UNMATCHED)
    }
}

// === impl RequestMetrics ===

impl RequestMetrics {
    fn begin(&self) {
        for api in Api::ALL {
            self.in_flight.with_label_values(&[api.as_str()]);
        }
    }

    /// Those of one API.
    #[must_use]
    pub fn of(&self, api: Api) -> ApiRequests {
        ApiRequests {
            in_flight: self.in_flight.with_label_values(&[api.as_str()]),
            metrics: self.clone(),
            api,
            known: Arc::default(),
        }
    }
}

// === impl ApiRequests ===

impl ApiRequests {
    /// A request has come.
    pub fn begun(&self, method: &str, route: RouteName) -> InFlight<'_> {
        self.in_flight.inc();
        InFlight {
            requests: self,
            method: known_method(method),
            route,
            ended: false,
        }
    }
}

// === impl InFlight ===

impl InFlight<'_> {
    /// The answer is known.
    pub fn answered(mut self, status: u16, took: Duration) {
        self.ended = true;
        let known = &self.requests.known;
        let key = (self.route.get(), self.method, status);
        let read = known.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(outcome) = read.get(&key) {
            return outcome.count(took);
        }
        drop(read);
        let outcome = self.outcome(status);
        outcome.count(took);
        let mut known = known.write().unwrap_or_else(PoisonError::into_inner);
        known.entry(key).or_insert(outcome);
    }

    fn outcome(&self, status: u16) -> Outcome {
        let ApiRequests { api, metrics, .. } = self.requests;
        let (api, route) = (api.as_str(), self.route.get());
        let digit = |by: u16| b'0' + u8::try_from(status / by % 10).unwrap_or_default();
        let digits = [digit(100), digit(10), digit(1)];
        let status = str::from_utf8(&digits).unwrap_or("000");
        let labels = [api, route, self.method];
        Outcome {
            duration: metrics.duration.with_label_values(&labels),
            ended: metrics
                .ended
                .with_label_values(&[api, route, self.method, status]),
        }
    }
}

// === impl Outcome ===

impl Outcome {
    fn count(&self, took: Duration) {
        self.duration.observe(took.as_secs_f64());
        self.ended.inc();
    }
}

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        if !self.ended {
            let ApiRequests { api, metrics, .. } = self.requests;
            let labels = [api.as_str(), self.route.get(), self.method, "cancelled"];
            metrics.ended.with_label_values(&labels).inc();
        }
        self.requests.in_flight.dec();
    }
}

/// A client may send any word as a method.
fn known_method(method: &str) -> &'static str {
    const KNOWN: [&str; 7] = ["GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH"];
    let known = KNOWN.iter().find(|known| **known == method);
    known.copied().unwrap_or("other")
}
