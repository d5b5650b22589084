//! `im openapi`

use std::process::ExitCode;

use crate::output::print;

/// Prints the description of the REST API.
pub(crate) fn run() -> ExitCode {
    print(im_api_rest::openapi_json());
    ExitCode::SUCCESS
}
