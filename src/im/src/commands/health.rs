//! `im health`

use std::process::ExitCode;
use std::time::Duration;

use im_api_server::probe;
use im_config::Settings;

use crate::args::HealthArgs;
use crate::output::{complain, print};
use crate::settings;

/// Asks the service of this configuration on this machine how it is.
pub(crate) fn run(args: &HealthArgs) -> ExitCode {
    let loaded = match settings::load(args.config.as_deref()) {
        Ok(loaded) => loaded,
        // 2 would be another answer to who runs this as a check.
        Err(_) => return ExitCode::FAILURE,
    };
    match ask(&loaded.settings, args) {
        Ok(body) => {
            print(body);
            ExitCode::SUCCESS
        }
        Err(sentence) => {
            complain(format_args!("error: {sentence}"));
            ExitCode::FAILURE
        }
    }
}

fn ask(settings: &Settings, args: &HealthArgs) -> Result<String, String> {
    let rest = &settings.rest;
    if !rest.active {
        return Err(
            "ACTIVATE_REST is off, but the REST API was expected to be there to ask.".to_owned(),
        );
    }
    if rest.port == 0 {
        return Err(
            "REST_PORT is 0, but the number of a port was expected: a free one cannot be guessed."
                .to_owned(),
        );
    }
    let path = if args.ready { "/readyz" } else { "/livez" };
    let tls = rest.tls();
    let certificate = tls.as_ref().map(|files| files.certificate.as_path());
    let patience = Duration::from_secs(args.timeout.max(1).into());
    let probed = probe::probe(rest.listen(), certificate, path, patience)
        .map_err(|error| format!("{path} at {} gave no answer: {error}.", rest.listen()))?;
    match probed.status {
        200 => Ok(probed.body),
        status => Err(format!(
            "{path} at {} answered {status}, but 200 was expected: {}",
            rest.listen(),
            probed.body
        )),
    }
}
