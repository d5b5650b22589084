//! `im serve`

use std::process::ExitCode;
use std::sync::Arc;

use im_config::{Loaded, Settings};
use im_telemetry::LogControl;
use im_util::SystemClock;
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::app::{self, App};
use crate::args::ServeArgs;
use crate::output::{complain, print};
use crate::{settings, supervisor, wiring};

/// Serves until SIGTERM or SIGINT.
pub(crate) fn run(args: &ServeArgs) -> ExitCode {
    #[cfg(feature = "failpoints")]
    let _failpoints = match crate::failpoints::start() {
        Ok(scenario) => scenario,
        Err(error) => {
            complain(format_args!("error: {error}"));
            return ExitCode::FAILURE;
        }
    };
    let loaded = match settings::load(args.config.as_deref()) {
        Ok(loaded) => loaded,
        Err(status) => return status,
    };
    let logs = match wiring::logs::settings(&loaded.settings) {
        Ok(logs) => logs,
        Err(errors) => {
            for error in &errors {
                complain(format_args!("error: {error}"));
            }
            return ExitCode::FAILURE;
        }
    };
    let traces = wiring::traces::settings(&loaded);
    // Held until the end: dropping it sends and writes what is still in the queues.
    let guard = match im_telemetry::init(&logs, traces.as_ref(), Arc::new(SystemClock::new())) {
        Ok(guard) => guard,
        Err(error) => {
            complain(format_args!("error: {error}"));
            return ExitCode::FAILURE;
        }
    };
    match app::block_on(serve(&loaded, guard.control())) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(critical = true, "{error}");
            complain(format_args!("error: {error}"));
            ExitCode::FAILURE
        }
    }
}

async fn serve(loaded: &Loaded, logs: LogControl) -> Result<(), String> {
    for warning in &loaded.warnings {
        tracing::warn!("{warning}");
    }
    let unavailable = |error| format!("Signals cannot be handled: {error}.");
    let mut terminate = signal(SignalKind::terminate()).map_err(unavailable)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(unavailable)?;
    let reopen = signal(SignalKind::user_defined1()).map_err(unavailable)?;
    tokio::spawn(reopen_logs(reopen, logs.clone()));
    let app = App::start(&loaded.settings, logs).await?;
    greet(loaded, &app);
    tracing::info!("the service is ready");
    supervisor::ready();
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    tracing::info!("the service stops");
    supervisor::stops();
    tokio::select! {
        () = app.stop() => Ok(()),
        _ = terminate.recv() => Err(cut_off()),
        _ = interrupt.recv() => Err(cut_off()),
    }
}

/// Opens the files of the log again with each SIGUSR1, as logrotate wants it.
async fn reopen_logs(mut signals: Signal, logs: LogControl) {
    while signals.recv().await.is_some() {
        logs.reopen();
        tracing::info!("the files of the log are opened again");
    }
}

/// A second signal ends what the first one has begun to end in order.
fn cut_off() -> String {
    "The service was told to end twice and ends at once: what it had begun is finished by other nodes, or after the next start."
        .to_owned()
}

/// Says what was started and how to use it.
fn greet(loaded: &Loaded, app: &App) {
    let settings = &loaded.settings;
    print(format_args!("IM {}", env!("CARGO_PKG_VERSION")));
    let file = loaded
        .file
        .as_ref()
        .map_or("none, every option has its default".to_owned(), |file| {
            file.display().to_string()
        });
    print(format_args!("Configuration: {file}"));
    print(format_args!("Database: {}", settings.basic.database));
    let scheme = |ssl: bool| if ssl { "https" } else { "http" };
    if let Some(bound) = &app.xmlrpc {
        print(format_args!(
            "XML-RPC API: {}://{}",
            scheme(settings.xmlrpc.ssl),
            bound.addr
        ));
    }
    if let Some(bound) = &app.peers {
        print(format_args!("Cluster: http://{}", bound.addr));
    }
    if let Some(bound) = &app.metrics {
        print(format_args!("Metrics: http://{}/metrics", bound.addr));
    }
    if let Some(bound) = &app.rest {
        let base = format!("{}://{}", scheme(settings.rest.ssl), bound.addr);
        print(format_args!("REST API: {base}"));
        print(format_args!(
            "Ready. Try it:\n{}",
            first_request(settings, &base)
        ));
    } else {
        print("Ready.");
    }
}

/// A command line that makes a first infrastructure.
fn first_request(settings: &Settings, base: &str) -> String {
    let base = base
        .replace("://0.0.0.0:", "://localhost:")
        .replace("://[::]:", "://localhost:");
    let insecure = if settings.rest.ssl { "-k " } else { "" };
    format!(
        "curl {insecure}-H 'Authorization: type = InfrastructureManager; username = me; password = secret\\nid = dummy; \
         type = Dummy' -H 'Content-Type: text/plain' --data-binary 'system node (cpu.count >= 1) contextualize () \
         deploy node 2' {base}/infrastructures"
    )
}
