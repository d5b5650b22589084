//! im.cfg is read as Python's configparser reads it.

use im_config::LogLevel;

use crate::bench::Bench;

#[test]
fn names_are_of_any_letter_case_and_both_signs_separate() {
    let settings = Bench::new()
        .im("rest_port = 1\nXmlRcp_Port: 2\nlog_level=debug\nDEFAULT_DOMAIN  :  example.org  ")
        .settings();
    assert_eq!((settings.rest.port, settings.xmlrpc.port), (1, 2));
    assert_eq!(settings.log.level, LogLevel::Debug);
    assert_eq!(settings.vm_defaults.domain, "example.org");
}

#[test]
fn the_first_sign_separates() {
    let settings = Bench::new()
        .file("[OpenNebula]\nTEMPLATE_OTHER = A = [type=\"x:y\"]\nTEMPLATE_CONTEXT: a=b\n")
        .settings();
    assert_eq!(settings.opennebula.template_other, "A = [type=\"x:y\"]");
    assert_eq!(settings.opennebula.template_context, "a=b");
}

#[test]
fn comments_take_whole_lines_and_values_may_hold_their_signs() {
    let settings = Bench::new()
        .im("# REST_PORT = 1\n  ; REST_PORT = 2\nOIDC_AUDIENCE = a;b #c\n[OpenNebula]\n;[Dummy]\nTEMPLATE_OTHER = ; #")
        .settings();
    assert_eq!(settings.rest.port, 8800);
    assert_eq!(settings.oidc.audience.as_deref(), Some("a;b #c"));
    assert_eq!(settings.opennebula.template_other, "; #");
}

#[test]
fn values_go_on_in_indented_lines() {
    let settings = Bench::new()
        .im("ADMIN_USER = [{\"username\": \"a\", \"password\": \"b\"},\n# a comment\n\n              {\"username\": \"c\", \"password\": \"d\"}]\nREST_PORT = 7")
        .settings();
    let names: Vec<&str> = settings
        .basic
        .admins
        .iter()
        .map(|admin| admin.username.as_str())
        .collect();
    assert_eq!(names, ["a", "c"]);
    assert_eq!(settings.rest.port, 7);
}

#[test]
fn blank_lines_at_the_end_are_not_part_of_a_value() {
    let settings = Bench::new()
        .file("[OpenNebula]\nTEMPLATE_CONTEXT = a\n  b\n\n\n[im]\nREST_PORT = 7\n")
        .settings();
    assert_eq!(settings.opennebula.template_context, "a\nb");
    assert_eq!(settings.rest.port, 7);
}

#[test]
fn options_that_are_indented_as_much_stand_side_by_side() {
    let settings = Bench::new()
        .file("[im]\n  REST_PORT = 1\n  XMLRCP_PORT = 2\n")
        .settings();
    assert_eq!((settings.rest.port, settings.xmlrpc.port), (1, 2));
}

#[test]
fn references_and_percent_signs_are_resolved() {
    let bench = Bench::new().im(
        "DEFAULT_DOMAIN = example.org\nOIDC_AUDIENCE = im.%(default_domain)s\nOIDC_CLIENT_ID = 100%% 5% %(x",
    );
    let oidc = bench.settings().oidc;
    assert_eq!(oidc.audience.as_deref(), Some("im.example.org"));
    assert_eq!(oidc.client_id.as_deref(), Some("100% 5% %(x"));
}

#[test]
fn references_that_lead_nowhere_are_errors() {
    assert_eq!(
        Bench::new().im("OIDC_AUDIENCE = %(NOTHING)s").errors(),
        [
            "im.cfg, line 2: the value of OIDC_AUDIENCE cannot be put together: it refers to %(NOTHING)s, which the file does not set."
        ]
    );
    assert_eq!(
        Bench::new()
            .im("OIDC_AUDIENCE = a%(OIDC_AUDIENCE)s")
            .errors(),
        [
            "im.cfg, line 2: the value of OIDC_AUDIENCE cannot be put together: its references to other options go in a circle."
        ]
    );
}

#[test]
fn the_default_section_stands_in() {
    let loaded = Bench::new()
        .file("[DEFAULT]\nHOST = h\nREST_PORT = 5\nXMLRCP_PORT = 6\n[im]\nREST_PORT = 7\nOIDC_AUDIENCE = %(HOST)s\n")
        .load();
    let settings = loaded.settings;
    assert_eq!((settings.rest.port, settings.xmlrpc.port), (7, 6));
    assert_eq!(settings.oidc.audience.as_deref(), Some("h"));
    assert!(
        !loaded
            .warnings
            .iter()
            .any(|warning| warning.to_string().contains("HOST"))
    );
}

#[test]
fn windows_line_ends_and_a_byte_order_mark_do_not_matter() {
    let settings = Bench::new()
        .file("\u{feff}[im]\r\nREST_PORT = 1\r\nDEFAULT_DOMAIN = a.b\r\n")
        .settings();
    assert_eq!(settings.rest.port, 1);
    assert_eq!(settings.vm_defaults.domain, "a.b");
}

#[test]
fn lines_that_mean_nothing_are_all_reported_and_not_shown() {
    let bench = Bench::new().file(
        "DATA_DB = mysql://u:hunter2@h/d\n  hunter2\n[im]\nhunter2\n= hunter2\nREST_PORT = 1\nrest_port = hunter2\n",
    );
    assert_eq!(
        bench.errors(),
        [
            "im.cfg, line 1: an option stands before the first section; a line [im] was expected above it.",
            "im.cfg, line 4: a comment, a section such as [im] or an option such as NAME = value was expected.",
            "im.cfg, line 5: the name of an option was expected before the sign.",
            "im.cfg, line 7: REST_PORT was already set in line 6; it may be set once in a section.",
        ]
    );
}

#[test]
fn a_section_may_be_opened_twice() {
    let settings = Bench::new()
        .file("[im]\nREST_PORT = 1\n[OpenNebula]\n[im]\nXMLRCP_PORT = 2\n")
        .settings();
    assert_eq!((settings.rest.port, settings.xmlrpc.port), (1, 2));
}

#[test]
fn no_text_makes_the_reader_fail() {
    let pieces = [
        "[im]", "[", "]", "=", ":", "\n", "\n ", " ", "%(A)s", "%", "A", "é", "\0", "#", ";",
        "\u{feff}", "\t",
    ];
    let mut state: u64 = 7;
    for _ in 0..500 {
        let mut text = String::new();
        for _ in 0..12 {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            let index = usize::try_from(state >> 33).unwrap() % pieces.len();
            text.push_str(pieces[index]);
        }
        for error in Bench::new()
            .file(&text)
            .result()
            .err()
            .into_iter()
            .flatten()
        {
            assert!(error.to_string().ends_with('.'), "{error}");
        }
    }
}
