//! Statistics as a table.

use std::borrow::Cow;

use im_manager::InfrastructureStats;

const HEAD: &str = "creation_date,tosca_name,vm_count,cpu_count,memory_size,cloud_type,cloud_host,hybrid,deleted,im_user,\
                    inf_id,last_date";

/// The table with its head, lines ended by carriage return and line feed; without rows one empty line.
pub(crate) fn csv(stats: &[InfrastructureStats]) -> String {
    let mut table = String::new();
    if !stats.is_empty() {
        table.push_str(HEAD);
    }
    table.push_str("\r\n");
    for row in stats {
        table.push_str(&line(row));
        table.push_str("\r\n");
    }
    table
}

fn line(row: &InfrastructureStats) -> String {
    let InfrastructureStats {
        creation_date,
        tosca_name,
        vm_count,
        cpu_count,
        memory_size,
        cloud_type,
        cloud_host,
        hybrid,
        deleted,
        im_user,
        inf_id,
        last_date,
    } = row;
    [
        field(creation_date),
        field(tosca_name),
        Cow::Owned(vm_count.to_string()),
        Cow::Owned(cpu_count.to_string()),
        Cow::Owned(memory_size.to_string()),
        field(cloud_type),
        field(cloud_host),
        truth(*hybrid),
        truth(*deleted),
        field(im_user),
        field(inf_id),
        field(last_date),
    ]
    .join(",")
}

/// Quoted where it must be, with quotes doubled.
fn field(text: &str) -> Cow<'_, str> {
    if text.contains([',', '"', '\r', '\n']) {
        Cow::Owned(format!("\"{}\"", text.replace('"', "\"\"")))
    } else {
        Cow::Borrowed(text)
    }
}

fn truth(value: bool) -> Cow<'static, str> {
    Cow::Borrowed(if value { "True" } else { "False" })
}
