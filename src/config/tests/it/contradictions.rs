//! Options that do not fit together are refused, or warned about where they can be meant.

use crate::bench::Bench;

/// The only error of some lines in `[im]`.
fn error(lines: &str) -> String {
    let errors = Bench::new().im(lines).errors();
    assert_eq!(errors.len(), 1, "{errors:#?}");
    errors.concat()
}

/// The only warning of some lines in `[im]`.
fn warning(lines: &str) -> String {
    let warnings = Bench::new().im(lines).warnings();
    assert_eq!(warnings.len(), 1, "{warnings:#?}");
    warnings.concat()
}

#[test]
fn the_grace_period_must_be_longer_than_the_frequency() {
    assert_eq!(
        error("VM_INFO_UPDATE_FREQUENCY = 120"),
        "VM_INFO_UPDATE_ERROR_GRACE_PERIOD is 120 seconds, but a time greater than VM_INFO_UPDATE_FREQUENCY (120 seconds) was expected."
    );
}

#[test]
fn one_api_must_be_served() {
    assert_eq!(
        error("ACTIVATE_XMLRPC = off"),
        "ACTIVATE_REST and ACTIVATE_XMLRPC are both False, but at least one API was expected to be served."
    );
    Bench::new()
        .im("ACTIVATE_XMLRPC = off\nACTIVATE_REST = on")
        .load();
}

#[test]
fn two_apis_need_two_ports() {
    let sentence = "REST_PORT and XMLRCP_PORT are both 8899 on the same address, but two different ports were expected.";
    assert_eq!(error("ACTIVATE_REST = on\nREST_PORT = 8899"), sentence);
    assert_eq!(
        error("ACTIVATE_REST = on\nREST_PORT = 8899\nREST_ADDRESS = 127.0.0.1"),
        sentence
    );
    for lines in [
        "REST_PORT = 8899",
        "ACTIVATE_REST = on\nREST_PORT = 0\nXMLRCP_PORT = 0",
        "ACTIVATE_REST = on\nREST_PORT = 8899\nREST_ADDRESS = 127.0.0.1\nXMLRCP_ADDRESS = 127.0.0.2",
    ] {
        Bench::new().im(lines).load();
    }
}

#[test]
fn secured_apis_need_their_files() {
    let bench = Bench::new();
    let key = bench.write("key.pem", "");
    let shown = key.display();
    let lines = format!(
        "ACTIVATE_REST = on\nREST_SSL = on\nREST_SSL_KEYFILE = {shown}\nREST_SSL_CERTFILE = /nowhere/cert.pem\nREST_SSL_CA_CERTS = /nowhere/ca.pem"
    );
    let bench = bench.im(&lines);
    assert_eq!(
        bench.errors(),
        [
            "REST_SSL is True, so REST_SSL_CERTFILE was expected to be a file that exists, but /nowhere/cert.pem is none.",
            "REST_SSL is True, so REST_SSL_CA_CERTS was expected to be a file that exists, but /nowhere/ca.pem is none.",
        ]
    );
    let lines = format!(
        "XMLRCP_SSL = on\nXMLRCP_SSL_KEYFILE = {shown}\nXMLRCP_SSL_CERTFILE = {shown}\nXMLRCP_SSL_CA_CERTS ="
    );
    let tls = bench.im(&lines).settings().xmlrpc.tls().unwrap();
    assert_eq!((tls.key, tls.client_authorities), (key, None));
}

#[test]
fn a_single_site_must_be_named() {
    assert_eq!(
        error("SINGLE_SITE = on\nSINGLE_SITE_TYPE = Dummy"),
        "SINGLE_SITE is True, so values for SINGLE_SITE_TYPE and SINGLE_SITE_AUTH_HOST were expected."
    );
    Bench::new()
        .im("SINGLE_SITE = on\nSINGLE_SITE_TYPE = Dummy\nSINGLE_SITE_AUTH_HOST = http://site.example:1234\nSINGLE_SITE_IMAGE_URL_PREFIX = mock0://site.example/")
        .load();
}

#[test]
fn scopes_need_a_client() {
    assert_eq!(
        error("OIDC_ISSUERS = https://i\nOIDC_SCOPES = openid"),
        "OIDC_SCOPES is set, so values for OIDC_CLIENT_ID and OIDC_CLIENT_SECRET were expected."
    );
}

#[test]
fn identities_that_nobody_vouches_for_are_warned_about() {
    assert_eq!(
        warning("FORCE_OIDC_AUTH = on"),
        "FORCE_OIDC_AUTH is True and OIDC_ISSUERS names none, so that nobody is admitted."
    );
    assert_eq!(
        warning("OIDC_GROUPS = g"),
        "OIDC_GROUPS has no effect, since OIDC_ISSUERS names none."
    );
    assert_eq!(
        warning(
            "OIDC_ISSUERS = https://i\nOIDC_ADMIN_GROUPS = [{\"issuer\": \"https://j\", \"group\": \"g\"}]"
        ),
        "OIDC_ADMIN_GROUPS names the issuer https://j, which is not one of OIDC_ISSUERS."
    );
    assert_eq!(
        warning("OIDC_CLIENT_ID = id"),
        "Only one of OIDC_CLIENT_ID and OIDC_CLIENT_SECRET is set; they are of use together."
    );
    assert_eq!(
        warning("USER_DB = /nonexistent/users.json"),
        "USER_DB is /nonexistent/users.json, which is not a file now; nobody is admitted until it is."
    );
}

#[test]
fn other_oddities_are_warned_about() {
    assert_eq!(
        warning("DEFAULT_VM_NAME = vnode"),
        "DEFAULT_VM_NAME has no #N# in it, so that all virtual machines of an infrastructure get the same name."
    );
    assert_eq!(
        warning("OAIPMH_REPO_NAME = IM"),
        "OAI-PMH is not served, since it takes all of OAIPMH_REPO_BASE_IDENTIFIER_URL, OAIPMH_REPO_NAME and OAIPMH_REPO_DESCRIPTION."
    );
    assert_eq!(
        warning("MAX_CONNECTIONS_PER_ADDRESS = 0"),
        "MAX_CONNECTIONS_PER_ADDRESS is not less than MAX_CONNECTIONS, so that one address can take every connection."
    );
    assert_eq!(
        warning("STATIC_FILES_DIR = /nonexistent/files"),
        "STATIC_FILES_DIR is /nonexistent/files, which is not a directory now."
    );
}

#[test]
fn a_document_has_no_more_time_than_all_of_a_request() {
    assert_eq!(
        error("DOCUMENTS_TIMEOUT = 61"),
        "DOCUMENTS_TIMEOUT is 61 seconds, but a time of at most DOCUMENTS_REQUEST_TIMEOUT (60 seconds) was expected."
    );
    assert_eq!(
        warning("DOCUMENTS_DIR = /srv/documents\nDOCUMENTS_ALLOWED_NETWORKS = 10.0.0.0/8"),
        "DOCUMENTS_ALLOWED_NETWORKS has no effect, since DOCUMENTS_DIR is set and nothing is fetched."
    );
}
