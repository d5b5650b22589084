//! What methods answer, and what they take.

use dxr::Value;
use im_api_xmlrpc::CallSettings;

use crate::node::{Node, RADL, Reply, SECRET, structure, text, user};

async fn created(node: &Node) -> Value {
    node.done("CreateInfrastructure", vec![text(RADL), user("ann")])
        .await
}

fn refused(message: &str) -> Reply {
    Reply::Refused(message.to_owned())
}

#[tokio::test]
async fn an_infrastructure_from_its_creation_to_its_end() {
    let node = Node::new().await;
    let inf = created(&node).await;
    let ann = || user("ann");
    assert_eq!(
        node.done("GetInfrastructureList", vec![ann()]).await,
        Value::Array(vec![inf.clone()])
    );
    assert_eq!(
        node.done("GetInfrastructureInfo", vec![inf.clone(), ann()])
            .await,
        Value::Array(vec![text("0"), text("1")])
    );
    let added = vec![
        inf.clone(),
        text("network lan\nsystem node\ndeploy node 1\n"),
        ann(),
        Value::Boolean(false),
    ];
    assert_eq!(
        node.done("AddResource", added).await,
        Value::Array(vec![Value::Integer(2)])
    );
    let removed = vec![inf.clone(), text("0,1"), ann()];
    assert_eq!(
        node.done("RemoveResource", removed).await,
        Value::Integer(2)
    );
    let Value::Struct(state) = node
        .done("GetInfrastructureState", vec![inf.clone(), ann()])
        .await
    else {
        panic!("a structure was expected");
    };
    assert!(matches!(state["state"], Value::String(_)), "{state:?}");
    assert!(
        matches!(&state["vm_states"], Value::Struct(vms) if vms.keys().eq(["2"])),
        "{state:?}"
    );
    let destroyed = vec![inf.clone(), ann(), Value::Nil, Value::Nil];
    assert_eq!(
        node.done("DestroyInfrastructure", destroyed).await,
        text("")
    );
    assert_eq!(
        node.call("GetInfrastructureInfo", vec![inf, ann()]).await,
        refused("Invalid infrastructure ID or access not granted.")
    );
}

#[tokio::test]
async fn a_property_has_the_type_of_its_value() {
    let node = Node::new().await;
    let inf = created(&node).await;
    let property = async |name: &str| {
        let params = vec![inf.clone(), Value::Integer(0), text(name), user("ann")];
        node.call("GetVMProperty", params).await
    };
    assert_eq!(property("cpu.count").await, Reply::Done(Value::Integer(1)));
    // More than 32 bits can hold.
    assert_eq!(
        property("memory.size").await,
        Reply::Done(Value::Long(5_000_000_000))
    );
    assert_eq!(
        property("net_interface.0.connection").await,
        Reply::Done(text("lan"))
    );
    assert!(matches!(property("nothing").await, Reply::Fault(1, _)));
}

#[tokio::test]
async fn vminfo_json_changes_the_form_of_a_machine() {
    let plain = Node::new().await;
    let inf = created(&plain).await;
    let info = plain
        .done("GetVMInfo", vec![inf, text("0"), user("ann")])
        .await;
    assert!(
        matches!(&info, Value::String(radl) if radl.starts_with("network lan")),
        "{info:?}"
    );

    let json = Node::with(CallSettings {
        vminfo_json: true,
        ..CallSettings::default()
    })
    .await;
    let inf = created(&json).await;
    let Value::String(info) = json
        .done("GetVMInfo", vec![inf, text("0"), user("ann")])
        .await
    else {
        panic!("a text was expected");
    };
    let info: serde_json::Value = serde_json::from_str(&info).unwrap();
    assert_eq!(info[1]["memory.size"], 5_000_000_000_u64);
}

#[tokio::test]
async fn parameters_come_in_several_types() {
    let node = Node::new().await;
    let inf = created(&node).await;
    let ann = || user("ann");
    for vm in [text("0"), text(" 01"), Value::Integer(0), Value::Long(0)] {
        let params = vec![inf.clone(), vm, ann()];
        assert!(matches!(
            node.call("GetVMContMsg", params).await,
            Reply::Done(_)
        ));
    }
    for header_only in [
        Value::Nil,
        Value::Boolean(true),
        Value::Integer(0),
        text("no"),
        text(""),
    ] {
        let params = vec![inf.clone(), ann(), header_only];
        assert!(matches!(
            node.call("GetInfrastructureContMsg", params).await,
            Reply::Done(_)
        ));
    }
    for vms in [
        Value::Nil,
        text(""),
        text("0,1"),
        Value::Integer(1),
        Value::Integer(-1),
        Value::Array(vec![Value::Integer(0), text(" 1"), Value::Long(1 << 40)]),
    ] {
        let params = vec![inf.clone(), text(""), ann(), vms];
        assert_eq!(
            node.call("Reconfigure", params).await,
            Reply::Done(text(""))
        );
    }
    for vms in [Value::Array(vec![Value::Integer(0)]), Value::Integer(1)] {
        let params = vec![inf.clone(), vms, ann(), Value::Integer(0)];
        assert_eq!(
            node.call("RemoveResource", params).await,
            Reply::Done(Value::Integer(1))
        );
    }
}

#[tokio::test]
async fn wrong_types_are_refused_with_a_message() {
    let node = Node::new().await;
    let inf = created(&node).await;
    let ann = || user("ann");
    let wrong = |name: &str, method: &str, expected: &str| {
        refused(&format!(
            "Incorrect type of the parameter {name} of {method}: {expected} was expected."
        ))
    };
    assert_eq!(
        node.call("CreateInfrastructure", vec![Value::Integer(12), ann()])
            .await,
        wrong("radl", "CreateInfrastructure", "a text")
    );
    assert_eq!(
        node.call(
            "CreateInfrastructure",
            vec![text(RADL), ann(), Value::Double(1.0)]
        )
        .await,
        wrong("async", "CreateInfrastructure", "a boolean")
    );
    assert_eq!(
        node.call(
            "RemoveResource",
            vec![inf.clone(), Value::Double(1.5), ann()]
        )
        .await,
        refused(
            "Incorrect parameter type to RemoveResource function: expected: str, int or list of str."
        )
    );
    assert_eq!(
        node.call("Reconfigure", vec![inf.clone(), text(""), ann(), text("x")])
            .await,
        refused("Incorrect vm_list format.")
    );
    for id in [
        Value::Integer(1),
        Value::Nil,
        text("../x"),
        text(""),
        Value::Base64(vec![1]),
    ] {
        assert_eq!(
            node.call("GetInfrastructureInfo", vec![id, ann()]).await,
            refused("Invalid infrastructure ID or access not granted.")
        );
    }
    for vm in [
        Value::Nil,
        Value::Double(0.0),
        Value::Array(vec![]),
        text("a"),
        Value::Integer(-1),
    ] {
        assert_eq!(
            node.call("GetVMInfo", vec![inf.clone(), vm, ann()]).await,
            refused("Invalid VM ID")
        );
    }
}

#[tokio::test]
async fn credentials_that_are_none_are_refused() {
    let node = Node::new().await;
    let im = [
        ("type", "InfrastructureManager"),
        ("username", "a"),
        ("password", "b"),
    ];
    for credentials in [
        Value::Nil,
        Value::Integer(1),
        text("type = InfrastructureManager; username = a; password = b"),
        structure(&im),
        Value::Array(vec![]),
        Value::Array(vec![text("x")]),
        Value::Array(vec![
            structure(&[("id", "1a"), ("type", "Dummy")]),
            structure(&im),
        ]),
        Value::Array(vec![structure(&im); 1000]),
    ] {
        let reply = node
            .call("GetInfrastructureList", vec![credentials.clone()])
            .await;
        assert!(
            matches!(reply, Reply::Refused(_)),
            "{credentials:?}: {reply:?}"
        );
    }
}

#[tokio::test]
async fn what_belongs_to_others_is_refused() {
    let node = Node::new().await;
    let inf = created(&node).await;
    assert_eq!(
        node.call("GetInfrastructureRADL", vec![inf.clone(), user("ben")])
            .await,
        refused("Access to this infrastructure not granted.")
    );
    let change = vec![inf.clone(), user("ben"), Value::Boolean(false), user("ann")];
    assert_eq!(
        node.done("ChangeInfrastructureAuth", change).await,
        text("")
    );
    // One structure, as im-client sends it.
    let owner = structure(&[("username", "eve"), ("password", SECRET)]);
    let change = vec![inf.clone(), owner, Value::Nil, user("ann")];
    assert_eq!(
        node.done("ChangeInfrastructureAuth", change).await,
        text("")
    );
    assert_eq!(
        node.done("GetInfrastructureOwners", vec![inf, user("eve")])
            .await,
        Value::Array(vec![text("ann"), text("ben"), text("eve")])
    );
}

#[tokio::test]
async fn statistics_take_dates() {
    let node = Node::new().await;
    created(&node).await;
    let count = async |from: Value, until: Value| match node
        .done("GetStats", vec![from, until, user("ann")])
        .await
    {
        Value::Array(rows) => rows.len(),
        other => panic!("{other:?}"),
    };
    let today = text(&jiff::Zoned::now().strftime("%Y-%m-%d").to_string());
    assert_eq!(count(Value::Nil, text("")).await, 1);
    assert_eq!(count(text("2020-01-01"), text("2999-01-01")).await, 1);
    assert_eq!(count(text("2020-01-01"), today).await, 1);
    assert_eq!(count(text("2999-01-01"), text("")).await, 0);
    assert_eq!(count(text(""), text("2020-01-01")).await, 0);
    assert_eq!(count(text("zz"), text("")).await, 0);
    assert_eq!(count(text("2020/01/01"), text("")).await, 0);
}

#[tokio::test]
async fn clouds_and_estimates() {
    let node = Node::new().await;
    let images = vec![text("dummy"), user("ann"), structure(&[("region", "x")])];
    assert!(
        matches!(node.done("GetCloudImageList", images).await, Value::Array(images) if images.len() == 2)
    );
    let filter = vec![text("dummy"), user("ann"), text("x")];
    assert!(matches!(
        node.call("GetCloudImageList", filter).await,
        Reply::Refused(_)
    ));
    let Value::Struct(quotas) = node
        .done("GetCloudQuotas", vec![text("dummy"), user("ann")])
        .await
    else {
        panic!("a structure was expected");
    };
    assert!(quotas.contains_key("cores"));
    let estimate = node
        .done("EstimateResources", vec![text(RADL), user("ann")])
        .await;
    assert!(
        matches!(&estimate, Value::Struct(clouds) if clouds.contains_key("dummy")),
        "{estimate:?}"
    );
}
