//! Every row that release 1.19 wrote is read, and written again as it was.

use im_domain::stored::{self, Origin};
use im_domain::{InfId, Infrastructure, VmState};

use crate::rows::{Row, dump};

/// The key that is added to an infrastructure that is read again, as the reference does.
const ADDED: &str = ", \"cloud_connector\": null}";

fn read(row: &Row) -> Infrastructure {
    let id: InfId = row.id.parse().unwrap();
    stored::read(&id, &row.data, Origin::Own).unwrap_or_else(|error| panic!("{}: {error}", row.id))
}

fn both() -> Vec<Row> {
    let mut rows = dump("sqlite_1_19.sql");
    rows.extend(dump("mysql_1_19.sql"));
    assert_eq!(rows.len(), 22);
    rows
}

#[test]
fn each_row_is_written_as_it_was_read() {
    for row in both() {
        let written = stored::write(&read(&row));
        // Whatever was configuring a machine is gone when its row is read, and a feature that stands twice in a
        // document is one feature.
        let at_rest = row
            .data
            .replace(
                "\"configured\": null, \"ctxt_pid\"",
                "\"configured\": false, \"ctxt_pid\"",
            )
            .replace(
                "cpu.count >= 4 and\\ncpu.count >= 4 and",
                "cpu.count >= 4 and",
            );
        let expected = at_rest.strip_suffix('}').unwrap().to_owned() + ADDED;
        assert_eq!(written, expected, "{}", row.id);
    }
}

#[test]
fn the_column_of_owners_is_written_as_it_was_read() {
    for row in both() {
        let owners = stored::read_owners(&row.auth).unwrap();
        assert_eq!(stored::write_owners(&owners), row.auth, "{}", row.id);
        assert_eq!(owners, read(&row).owners, "{}", row.id);
    }
}

#[test]
fn a_second_reading_changes_nothing() {
    for row in both() {
        let first = read(&row);
        let second = stored::read(&first.id, &stored::write(&first), Origin::Own).unwrap();
        assert_eq!(first, second, "{}", row.id);
    }
}

#[test]
fn fields_have_the_values_that_the_rows_show() {
    let rows = dump("sqlite_1_19.sql");
    let by_end = |end: char| read(rows.iter().find(|row| row.id.ends_with(end)).unwrap());

    let destroyed = by_end('5');
    assert!(destroyed.deleted);
    assert_eq!(destroyed.state(), VmState::Unknown);
    assert_eq!(destroyed.live_vms().count(), 0);
    assert_eq!(destroyed.vms.len(), 2);

    let failed = by_end('4');
    assert_eq!(failed.state(), VmState::Unconfigured);
    assert_eq!(failed.configured, Some(false));
    assert_eq!(failed.ansible_configured, Some(false));
    assert_eq!(
        failed.vms[0].configured,
        Some(false),
        "null means that nobody configures it any more"
    );

    let two_owners = by_end('7');
    assert_eq!(two_owners.owners.len(), 2);
    assert_eq!(two_owners.state(), VmState::Stopped);
    assert_eq!(two_owners.snapshots, ["mock0://linux.for.ev.er/snap1"]);

    let elsewhere = by_end('a');
    assert_eq!(elsewhere.vms[0].cloud.server, "second.example");
    assert_eq!(elsewhere.private_networks["lan"], "cloudb");
    assert_eq!(elsewhere.creation_date, Some(1_795_346_054));

    assert_eq!(by_end('2').configured, None);
    assert_eq!(by_end('2').next_vm_id().0, 4);
    assert_eq!(by_end('6').state(), VmState::Failed);
    assert_eq!(by_end('8').state(), VmState::Failed);
    assert!(by_end('b').extra_info["TOSCA"].is_string());
}

#[test]
fn machines_of_one_request_share_its_document() {
    let rows = dump("sqlite_1_19.sql");
    let row = rows.iter().find(|row| row.id.ends_with('3')).unwrap();
    let infrastructure = read(row);
    let [first, second] = infrastructure.vms.as_slice() else {
        panic!("two machines were expected");
    };
    assert!(std::sync::Arc::ptr_eq(&first.requested, &second.requested));
}

/// What the reference answers after it has read its own row again.
#[test]
fn documents_of_the_reference_are_taken_as_it_takes_them() {
    let rows = dump("sqlite_1_19.sql");
    let row = rows.iter().find(|row| row.id.ends_with('4')).unwrap();
    let id: InfId = row.id.parse().unwrap();
    let first = stored::read(&id, &row.data, Origin::Reference).unwrap();
    let recipe = "@begin\n\n\n---\n  - tasks:\n    - debug: msg=\"hello\"\n\n\n@end";
    assert!(first.radl.to_text().contains(recipe));
    assert!(first.vms[0].info.to_text().contains(recipe));
    let again = stored::read(&id, &stored::write(&first), Origin::Own).unwrap();
    assert_eq!(first, again, "it grows no further");
}
