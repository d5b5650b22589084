//! Unknown names and bad values are told by place, name and what was expected, all at once.

use crate::bench::Bench;

#[test]
fn unknown_options_and_sections_are_warned_about() {
    let bench = Bench::new().file(
        "[im]\nACTIVATE_REST = yes\nREST_PROT = 1\nSOMETHING_ELSE_ENTIRELY = 2\nDATA_FILE = /x\n[opennebula]\nTEMPLATE_OTHER = x\n[Dummy]\nREST_PORT = 3\nDUMMY_LATENCY = 4\n[GCE]\nX = 5\n",
    );
    assert_eq!(
        bench.warnings(),
        [
            "im.cfg, line 6: unknown section [opennebula] is ignored. The nearest known name is OpenNebula.",
            "im.cfg, line 11: unknown section [GCE] is ignored.",
            "im.cfg, line 3: unknown option REST_PROT in section [im] is ignored. The nearest known name is REST_PORT.",
            "im.cfg, line 4: unknown option SOMETHING_ELSE_ENTIRELY in section [im] is ignored.",
            "im.cfg, line 5: DATA_FILE has no effect any more; set DATA_DB = sqlite:// followed by the path.",
            "im.cfg, line 9: unknown option REST_PORT in section [Dummy] is ignored.",
            "im.cfg, line 10: unknown option DUMMY_LATENCY in section [Dummy] is ignored. The nearest known name is DUMMY_LATENCY_MS.",
        ]
    );
}

#[test]
fn every_bad_value_is_reported() {
    let bench = Bench::new()
        .im("REST_PORT = 99999\nREST_ADDRESS = here\nREST_SSL = maybe\nMAX_VM_FAILS = 0\n\nBOOT_MODE = 3\nVERIFI_SSL =\nWAIT_RUNNING_VM_TIMEOUT = -1\nPRIVATE_NET_MASKS = 10.0.0.0/8,10.0.0.0/40\nLOG_LEVEL = TRACE\nDEFAULT_VM_NAME = it's #N#\n[Dummy]\nDUMMY_FAIL_RATE = 1.5")
        .variable("IM_XMLRCP_PORT", "port");
    assert_eq!(
        bench.errors(),
        [
            "im.cfg, line 7: BOOT_MODE is '3', but 0 (Normal), 1 (ReadOnly) or 2 (ReadDelete) was expected.",
            "im.cfg, line 2: REST_PORT is '99999', but a port number from 0 to 65535 (0 takes a free one) was expected.",
            "im.cfg, line 3: REST_ADDRESS is 'here', but an IP address of this machine, such as 0.0.0.0 or :: was expected.",
            "im.cfg, line 4: REST_SSL is 'maybe', but True or False (or yes, no, on, off, 1, 0) was expected.",
            "Environment variable IM_XMLRCP_PORT: XMLRCP_PORT is 'port', but a port number from 0 to 65535 (0 takes a free one) was expected.",
            "im.cfg, line 5: MAX_VM_FAILS is '0', but a whole number, 1 or more was expected.",
            "im.cfg, line 9: WAIT_RUNNING_VM_TIMEOUT is '-1', but a number of seconds greater than 0 was expected.",
            "im.cfg, line 12: DEFAULT_VM_NAME is 'it's #N#', but a host name of letters, digits, dots, hyphens and underscores, in which #N# stands for the number of the VM was expected.",
            "im.cfg, line 11: LOG_LEVEL is 'TRACE', but DEBUG, INFO, WARNING, ERROR or CRITICAL was expected.",
            "im.cfg, line 10: PRIVATE_NET_MASKS is '10.0.0.0/8,10.0.0.0/40', but a list of networks such as 10.0.0.0/8, separated by commas was expected ('10.0.0.0/40' is not one).",
            "im.cfg, line 8: VERIFI_SSL is '', but True or False (or yes, no, on, off, 1, 0) was expected.",
            "im.cfg, line 14: DUMMY_FAIL_RATE is '1.5', but a number from 0 (never) to 1 (always) was expected.",
        ]
    );
}

#[test]
fn errors_of_lines_and_values_come_together() {
    let bench = Bench::new().im("nonsense\nREST_PORT = x\nACTIVATE_XMLRPC = no");
    let errors = bench.errors();
    assert_eq!(errors.len(), 3, "{errors:#?}");
}

#[test]
fn a_bad_value_does_not_count_as_a_contradiction_too() {
    let bench =
        Bench::new().im("VM_INFO_UPDATE_ERROR_GRACE_PERIOD = x\nVM_INFO_UPDATE_FREQUENCY = 500");
    assert_eq!(bench.errors().len(), 1);
}
