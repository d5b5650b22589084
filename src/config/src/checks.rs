//! Options that are fine one by one and do not fit together.

mod apis;
mod cluster;
mod identities;

use crate::codec::{Codec, Seconds};
use crate::error::ConfigError;
use crate::settings::Settings;
use crate::values::Values;
use crate::warning::Warning;

/// Compares options with each other, and with the files that they name.
pub(crate) fn check(settings: &Settings, values: &mut Values<'_>) {
    times(settings, values);
    names(settings, values);
    connections(settings, values);
    documents(settings, values);
    apis::check(settings, values);
    cluster::check(settings, values);
    identities::check(settings, values);
}

/// A contradiction between options, unless one of them was refused already.
fn contradiction(values: &mut Values<'_>, options: &[&str], holds: bool, sentence: &str) {
    if holds && values.understood(options) {
        values
            .errors
            .push(ConfigError::Contradiction(sentence.to_owned()));
    }
}

/// Something that is hardly meant, unless one of the options was refused already.
fn suspicion(values: &mut Values<'_>, options: &[&str], holds: bool, sentence: &str) {
    if holds && values.understood(options) {
        values
            .warnings
            .push(Warning::Suspicious(sentence.to_owned()));
    }
}

/// A state must outlive the time between two looks at it.
fn times(settings: &Settings, values: &mut Values<'_>) {
    let grace = settings.launch.vm_info_update_error_grace_period;
    let frequency = settings.launch.vm_info_update_frequency;
    contradiction(
        values,
        &[
            "VM_INFO_UPDATE_ERROR_GRACE_PERIOD",
            "VM_INFO_UPDATE_FREQUENCY",
        ],
        grace <= frequency,
        &format!(
            "VM_INFO_UPDATE_ERROR_GRACE_PERIOD is {} seconds, but a time greater than VM_INFO_UPDATE_FREQUENCY ({} seconds) was expected.",
            Seconds::text(&grace),
            Seconds::text(&frequency)
        ),
    );
}

/// The virtual machines of an infrastructure need different names; OAI-PMH needs three options.
fn names(settings: &Settings, values: &mut Values<'_>) {
    suspicion(
        values,
        &["DEFAULT_VM_NAME"],
        !settings.vm_defaults.name.contains("#N#"),
        "DEFAULT_VM_NAME has no #N# in it, so that all virtual machines of an infrastructure get the same name.",
    );
    let oaipmh = &settings.oaipmh;
    let begun = oaipmh.base_identifier_url.is_some()
        || oaipmh.name.is_some()
        || oaipmh.description.is_some();
    suspicion(
        values,
        &[
            "OAIPMH_REPO_BASE_IDENTIFIER_URL",
            "OAIPMH_REPO_NAME",
            "OAIPMH_REPO_DESCRIPTION",
        ],
        begun && !oaipmh.is_active(),
        "OAI-PMH is not served, since it takes all of OAIPMH_REPO_BASE_IDENTIFIER_URL, OAIPMH_REPO_NAME and OAIPMH_REPO_DESCRIPTION.",
    );
}

/// One document has no more time than all of a request, and a directory takes the place of the network.
fn documents(settings: &Settings, values: &mut Values<'_>) {
    let documents = &settings.documents;
    contradiction(
        values,
        &["DOCUMENTS_TIMEOUT", "DOCUMENTS_REQUEST_TIMEOUT"],
        documents.timeout > documents.request_timeout,
        &format!(
            "DOCUMENTS_TIMEOUT is {} seconds, but a time of at most DOCUMENTS_REQUEST_TIMEOUT ({} seconds) was expected.",
            Seconds::text(&documents.timeout),
            Seconds::text(&documents.request_timeout)
        ),
    );
    let only_for_networks = [
        (
            "DOCUMENTS_ALLOWED_NETWORKS",
            !documents.allowed_networks.is_empty(),
        ),
        ("DOCUMENTS_CA_CERTS", documents.ca_certs.is_some()),
    ];
    for (option, is_set) in only_for_networks {
        suspicion(
            values,
            &[option, "DOCUMENTS_DIR"],
            is_set && documents.dir.is_some(),
            &format!("{option} has no effect, since DOCUMENTS_DIR is set and nothing is fetched."),
        );
    }
}

/// One address must not be able to take every connection.
fn connections(settings: &Settings, values: &mut Values<'_>) {
    let limits = &settings.limits;
    let exhaustible = match (limits.max_connections, limits.max_connections_per_address) {
        (Some(all), Some(one)) => one >= all,
        (Some(_), None) => true,
        (None, _) => false,
    };
    suspicion(
        values,
        &["MAX_CONNECTIONS", "MAX_CONNECTIONS_PER_ADDRESS"],
        exhaustible,
        "MAX_CONNECTIONS_PER_ADDRESS is not less than MAX_CONNECTIONS, so that one address can take every connection.",
    );
}
