//! What a manager of machines does with the model.

#![allow(clippy::expect_used, reason = "a test may stop where it fails")]

use std::sync::Arc;

use im_radl::{
    ConflictPolicy, Credentials, Network, Number, Operator, Quantity, Radl, Shared, System,
};
use im_util::Secret;

const CLUSTER: &str = "description d (name = 'cluster')
network outer (outbound = 'yes' and outports = '22,8080/tcp-80')
network inner (outbound = 'no')
system head (
  cpu.count >= 2 and memory.size >= 2048m and memory.size <= 4g and
  net_interface.0.connection = 'inner' and net_interface.0.dns_name = 'head-#N#' and
  net_interface.1.connection = 'outer' and
  disk.0.image.url = ['mock0://a','mock1://b'] and disk.0.os.credentials.username = 'ubuntu' and
  disk.0.os.credentials.new.password = 'N3w+passw' and
  disk.1.size = 20GB and disk.1.mount_path = '/data' and
  disk.0.applications contains (name = 'one') and
  soft 1 ( cpu.count >= 8 ) and soft 5 ( cpu.count <= 4 )
)
system work (net_interface.0.connection = 'inner')
configure head (
@begin
- tasks: []
@end
)
deploy head 1
deploy work 3 cloud";

fn cluster() -> Radl {
    let radl = Radl::parse(CLUSTER).expect("a document");
    radl.check().expect("it makes sense");
    radl
}

#[test]
fn a_system_answers_questions() {
    let radl = cluster();
    let head = radl.system("head").expect("it is there");
    assert_eq!(
        (head.min_cpu(), head.min_memory_bytes()),
        (Some(2), Some(2_048_000_000))
    );
    assert_eq!(head.num_interfaces(), 2);
    assert_eq!(head.connections(), ["inner", "outer"]);
    assert_eq!(head.interfaces_of("outer"), [1]);
    assert_eq!(head.interface_dns_name(0), Some("head-#N#"));
    assert_eq!(head.interface_ip(0), None);
    assert_eq!(head.disk_image_urls(), ["mock0://a", "mock1://b"]);
    assert_eq!(head.disks(), [0, 1]);
    assert_eq!(head.disk_size_bytes(1), Some(20_000_000_000));
    assert_eq!(head.disk_size(1).map(|size| size.in_unit("G")), Some(20.0));
    assert_eq!(head.disk_text(1, "mount_path"), Some("/data"));
    assert_eq!(
        head.applications()
            .filter_map(|app| app.features.get_str("name"))
            .collect::<Vec<_>>(),
        ["one"]
    );
    let credentials = head.credentials();
    assert_eq!(
        (
            credentials.username.as_deref(),
            credentials.password.is_some()
        ),
        (Some("ubuntu"), false)
    );
    assert_eq!(
        radl.deploys.iter().map(|it| it.count()).collect::<Vec<_>>(),
        [Some(1), Some(3)]
    );
}

#[test]
fn a_network_answers_questions() {
    let radl = cluster();
    let outer = radl.network("outer").expect("it is there");
    assert!(outer.is_public() && !radl.network("inner").expect("it is there").is_public());
    let ports = outer.outports().expect("they are well formed");
    assert_eq!(
        ports
            .iter()
            .map(|port| (port.remote, port.local))
            .collect::<Vec<_>>(),
        [(22, 22), (8080, 80)]
    );
}

#[test]
fn the_document_of_a_machine_shares_its_pieces() {
    let radl = cluster();
    let machine = radl.for_machine_of("work").expect("there is such a system");
    assert_eq!(
        machine.systems.keys().map(|id| &**id).collect::<Vec<_>>(),
        ["work"]
    );
    assert_eq!(machine.deploys, radl.deploys);
    assert!(Arc::ptr_eq(
        machine.networks.get("outer").unwrap(),
        radl.networks.get("outer").unwrap()
    ));
    assert!(Arc::ptr_eq(
        machine.configures.get("head").unwrap(),
        radl.configures.get("head").unwrap()
    ));
    assert!(radl.for_machine_of("nobody").is_none());
}

#[test]
fn a_change_stays_in_its_document() {
    let radl = cluster();
    let mut machine = radl.for_machine_of("work").expect("there is such a system");
    machine
        .first_system_mut()
        .expect("it has one")
        .set_interface_ip(0, "10.0.0.1");
    assert_eq!(radl.system("work").and_then(|it| it.interface_ip(0)), None);
    let view = machine.machine_view().to_text();
    assert!(view.ends_with("system work (\nnet_interface.0.connection = 'inner' and\nnet_interface.0.ip = '10.0.0.1'\n)\n\n"));
    assert!(!view.contains("deploy") && view.starts_with("network outer ("));
}

#[test]
fn numbers_are_set_and_replaced_in_place() {
    let mut system = System::new("s");
    system
        .features
        .set_number("cpu.count", Operator::AtLeast, Quantity::plain(2));
    system.features.set_str("state", "running");
    system
        .features
        .set_number("cpu.count", Operator::Equal, Quantity::plain(4));
    system.features.set_number(
        "memory.size",
        Operator::Equal,
        Quantity::with_unit(1024, "M"),
    );
    assert_eq!(
        system.to_string(),
        "system s (\ncpu.count = 4 and\nstate = 'running' and\nmemory.size = 1024M\n)\n"
    );
    system.features.remove("state");
    assert!(!system.features.has("state"));
}

#[test]
fn an_update_overrides_or_keeps() {
    let update =
        Radl::parse("system s ( a = 'new' and apps contains (name = 'y') )").expect("a document");
    let update = &update.first_system().expect("it has one").features;
    let present = "system s ( a = 'old' and apps contains (name = 'x') )";
    for (policy, a) in [
        (ConflictPolicy::Override, "new"),
        (ConflictPolicy::Keep, "old"),
    ] {
        let mut radl = Radl::parse(present).expect("a document");
        let system = radl.first_system_mut().expect("it has one");
        system.features.merge(update, policy);
        assert_eq!(system.features.get_str("a"), Some(a));
        assert_eq!(system.features.contained("apps").count(), 2);
    }
}

#[test]
fn a_concrete_system_has_single_values() {
    let radl = cluster();
    let head = radl.system("head").expect("it is there").concrete();
    // The heavier wish (at most 4) is granted first, so the other one (at least 8) no longer fits.
    assert_eq!(
        head.features.get_number("cpu.count"),
        Some(&Quantity::plain(2))
    );
    assert!(head.features.softs().is_empty());
    let memory = head
        .features
        .interval("memory.size")
        .expect("it is a number");
    assert!(memory.is_exact());
    assert_eq!(memory.quantity(), Some(&Quantity::with_unit(2048, "m")));
}

#[test]
fn new_credentials_are_adopted() {
    let mut radl = cluster();
    let head = radl.system_mut("head").expect("it is there");
    head.set_credentials(&Credentials {
        password: Some(Secret::from("old")),
        ..Credentials::default()
    });
    head.adopt_new_credentials();
    assert_eq!(head.credentials().password, Some(Secret::from("N3w+passw")));
    assert!(head.new_credentials().password.is_none());
    // The wishes keep their place when features before them go.
    assert!(
        head.to_string()
            .contains("contains (name = 'one') and\nsoft 1 ")
    );
}

#[test]
fn a_document_is_built_from_parts() {
    let mut network = Network::new("n");
    network.features.set_str("outbound", "yes");
    let mut system = System::new("s");
    assert_eq!(system.add_interface("n"), 0);
    system.features.set_list("disk.0.image.url", ["a", "b"]);
    let radl = Radl::of_machine([Arc::new(network)], Arc::new(system));
    let text = "network n ( outbound = 'yes' )\nsystem s (\nnet_interface.0.connection = 'n' and\ndisk.0.image.url = ['a','b']\n)\n\n";
    assert_eq!(radl.to_text(), text);
    assert_eq!(Radl::parse(text).expect("a document"), radl);
}

#[test]
fn numbers_compare_by_value_across_kinds() {
    let big = Number::from(u64::MAX);
    assert!(big.compare(&Number::Int(i64::MAX)).is_gt());
    assert!(
        Number::Int(10).compare(&Number::Float(10.0)).is_eq()
            && Number::Int(10) != Number::Float(10.0)
    );
    assert!(
        Number::Int(i64::MAX)
            .compare(&Number::Float(9_223_372_036_854_775_808.0))
            .is_lt()
    );
    assert!(Number::Int(-3).compare(&Number::Float(-2.5)).is_lt());
    assert!(Number::Int(-2).compare(&Number::Float(-2.5)).is_gt());
    assert!(big.compare(&Number::Float(f64::INFINITY)).is_lt());
    assert_eq!(
        Number::Int(i64::MAX).scaled(1000).to_string(),
        "9223372036854775807000"
    );
}

#[test]
fn random_values_differ_and_have_their_length() {
    let value = || {
        let radl = Radl::parse("system s ( x = 'random(9)' )").expect("a document");
        radl.first_system()
            .and_then(|it| it.features.get_str("x").map(str::to_owned))
            .expect("it is a text")
    };
    let (a, b) = (value(), value());
    assert!(a != b && a.len() == 9 && a.bytes().all(|byte| byte.is_ascii_alphanumeric()));
}

#[test]
fn documents_that_are_read_together_share_what_is_equal() {
    let text = |name: &str, line: &str| {
        format!(
            "{line}network lan (outbound = 'yes')\nsystem node (\ncpu.count >= 2 and\nstate = 'up' and\n\
             net_interface.0.dns_name = '{name}'\n)\nconfigure c (\n@begin\n- a: b\n@end\n)"
        )
    };
    let mut shared = Shared::new();
    let mut read = |text: &str| {
        let mut document = shared.parse(text).unwrap();
        shared.unite(&mut document);
        assert_eq!(document, Radl::parse(text).unwrap());
        document
    };
    let (one, two) = (read(&text("one", "")), read(&text("two", "")));
    let later = read(&text("two", "\n"));

    let same = |a: &Radl, b: &Radl| {
        let networks = Arc::ptr_eq(
            a.networks.get("lan").unwrap(),
            b.networks.get("lan").unwrap(),
        );
        let recipes = Arc::ptr_eq(
            a.configures.get("c").unwrap(),
            b.configures.get("c").unwrap(),
        );
        let numbers = [a, b].map(|document| {
            let features = &document.first_system().unwrap().features;
            std::ptr::from_ref(features.interval("cpu.count").unwrap())
        });
        [networks, recipes, numbers[0] == numbers[1]]
    };
    assert_eq!(same(&one, &two), [true; 3]);
    // Errors name lines: what stands on another one is kept apart.
    assert_eq!(same(&two, &later), [false; 3]);
    let texts = [&one, &two, &later].map(|document| {
        let features = &document.first_system().unwrap().features;
        features.get_str("state").unwrap().as_ptr()
    });
    assert!(texts.iter().all(|text| *text == texts[0]));
}

#[test]
fn what_is_shared_keeps_its_order() {
    let texts = [
        "network n (a = '1' and b = '2') system s (x contains (name = 'a' and b = '2')) contextualize (option a = '1' option b = '2')",
        "network n (b = '2' and a = '1') system s (x contains (b = '2' and name = 'a')) contextualize (option b = '2' option a = '1')",
    ];
    let mut shared = Shared::new();
    for text in texts.into_iter().chain(texts) {
        let mut document = shared.parse(text).unwrap();
        shared.unite(&mut document);
        assert_eq!(document.to_text(), Radl::parse(text).unwrap().to_text());
    }
}
