//! Hostile calls of XML-RPC.

use super::case::{Case, Verdict};
use super::seed::Seed;
use super::world::{ATTACKER, World};
use crate::support::RawRequest;
use crate::support::xmlrpc::{call_body, credentials};

/// Every method, with the number of its parameters before the credentials.
const METHODS: [(&str, usize); 28] = [
    ("CreateInfrastructure", 1),
    ("DestroyInfrastructure", 1),
    ("AddResource", 2),
    ("RemoveResource", 2),
    ("AlterVM", 3),
    ("ChangeInfrastructureAuth", 3),
    ("CreateDiskSnapshot", 5),
    ("ExportInfrastructure", 2),
    ("ImportInfrastructure", 1),
    ("GetInfrastructureContMsg", 1),
    ("GetInfrastructureInfo", 1),
    ("GetInfrastructureList", 0),
    ("GetInfrastructureOwners", 1),
    ("GetInfrastructureRADL", 1),
    ("GetInfrastructureState", 1),
    ("GetVMContMsg", 2),
    ("GetVMInfo", 2),
    ("GetVMProperty", 3),
    ("RebootVM", 2),
    ("Reconfigure", 2),
    ("StartInfrastructure", 1),
    ("StartVM", 2),
    ("StopInfrastructure", 1),
    ("StopVM", 2),
    ("EstimateResources", 1),
    ("GetCloudImageList", 1),
    ("GetCloudQuotas", 1),
    ("GetStats", 2),
];

/// Values of every kind, some of which are none.
const VALUES: [&str; 26] = [
    "<nil/>",
    "<int>-1</int>",
    "<int>99999999999999999999</int>",
    "<int>x</int>",
    "<i4></i4>",
    "<i8>9223372036854775807</i8>",
    "<boolean>7</boolean>",
    "<boolean>true</boolean>",
    "<double>1e999</double>",
    "<double>nan</double>",
    "<string></string>",
    "<string>../../etc/passwd</string>",
    "<string>x' or '1'='1</string>",
    "plain text",
    "<base64>!!!</base64>",
    "<base64>//79</base64>",
    "<dateTime.iso8601>yesterday</dateTime.iso8601>",
    "<array><data></data></array>",
    "<array></array>",
    "<array><data><value><int>1</int></value><value><nil/></value></data></array>",
    "<struct></struct>",
    "<struct><member><name>type</name></member></struct>",
    "<struct><member><name>a</name><value>1</value></member><member><name>a</name><value>2</value></member></struct>",
    "<struct><member><name>username</name><value><array><data/></array></value></member></struct>",
    "<unknown>1</unknown>",
    "<string>&#0;&#xd800;&#xffff;</string>",
];

/// The table.
pub(crate) fn table(world: &World, seed: &mut Seed) -> Vec<Case> {
    let mut cases = wrong_types(world);
    cases.extend(entities());
    cases.extend(depth());
    cases.extend(not_calls(seed));
    cases
}

/// The attacker, with the Dummy cloud.
fn attacker() -> String {
    let password = format!("pass-{ATTACKER}");
    let user = [
        ("type", "InfrastructureManager"),
        ("username", ATTACKER),
        ("password", password.as_str()),
    ];
    credentials(&[&user, &[("id", "dummy"), ("type", "Dummy")]])
}

fn post(body: impl AsRef<[u8]>) -> RawRequest {
    RawRequest::new("POST", "/")
        .header("Content-Type", "text/xml")
        .body(body)
}

fn call(method: &str, values: &[String]) -> RawRequest {
    post(call_body(method, values))
}

fn wrong_types(world: &World) -> Vec<Case> {
    let credentials = attacker();
    let mut cases = Vec::new();
    for (method, count) in METHODS {
        for value in VALUES {
            let value = format!("<value>{value}</value>");
            let mut values = vec![value.clone(); count];
            values.push(credentials.clone());
            // Nothing at all, or nil, is right in a few places.
            cases.push(
                Case::new(
                    Verdict::Survived,
                    format!("{method} of {value}"),
                    &call(method, &values),
                )
                .without(&world.foreign),
            );
            let values = vec![value.clone(); count + 1];
            let case = Case::new(
                Verdict::Fault,
                format!("{method} of {value} as {value}"),
                &call(method, &values),
            );
            cases.push(case.without(&world.foreign).without(&world.own));
        }
        for extra in [0, 9] {
            let values = vec!["<value><string>x</string></value>".to_owned(); extra];
            cases.push(Case::new(
                Verdict::Fault,
                format!("{method} of {extra} values"),
                &call(method, &values),
            ));
        }
        let foreign = format!("<value><string>{}</string></value>", world.foreign);
        let names_one = !matches!(
            method,
            "CreateInfrastructure"
                | "ImportInfrastructure"
                | "GetInfrastructureList"
                | "EstimateResources"
                | "GetCloudImageList"
                | "GetCloudQuotas"
                | "GetStats"
        );
        if names_one {
            let mut values = vec![foreign];
            values.extend(vec![
                "<value><string>0</string></value>".to_owned();
                count - 1
            ]);
            values.push(credentials.clone());
            cases.push(
                Case::new(
                    Verdict::Fault,
                    format!("{method} of somebody else's"),
                    &call(method, &values),
                )
                .without("10.0.0.1"),
            );
        }
    }
    for method in [
        "NoSuchMethod",
        "",
        "system.exec",
        "__init__",
        "GetVersion.x",
        "../GetVersion",
        "Get Version",
        "&lt;x&gt;",
    ] {
        cases.push(Case::new(
            Verdict::Fault,
            format!("method {method}"),
            &call(method, &[]),
        ));
    }
    cases
}

fn entities() -> Vec<Case> {
    let definitions = [
        "<!DOCTYPE m [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>",
        "<!DOCTYPE m [<!ENTITY x SYSTEM \"http://127.0.0.1:1/\">]>",
        "<!DOCTYPE m [<!ENTITY x \"GetVersion\">]>",
        "<!DOCTYPE m SYSTEM \"file:///etc/passwd\">",
        "<!DOCTYPE m [<!ENTITY % p SYSTEM \"file:///dev/zero\"> %p;]>",
        "<!DOCTYPE m [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\"><!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;\">\
         <!ENTITY d \"&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;\"><!ENTITY e \"&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;\">\
         <!ENTITY f \"&e;&e;&e;&e;&e;&e;&e;&e;&e;&e;\"><!ENTITY x \"&f;&f;&f;&f;&f;&f;&f;&f;&f;&f;\">]>",
        "<!DOCTYPE m [<!ENTITY x \"&x;\">]>",
    ];
    let mut cases = Vec::new();
    for definition in definitions {
        for (method, value) in [
            ("&x;", ""),
            ("GetInfrastructureList", "&x;"),
            ("GetVersion", ""),
        ] {
            let body = format!(
                "<?xml version=\"1.0\"?>{definition}<methodCall><methodName>{method}</methodName><params>\
                 <param><value><string>{value}</string></value></param></params></methodCall>"
            );
            cases.push(Case::new(
                Verdict::Fault,
                format!("{definition} in {method}({value})"),
                &post(&body),
            ));
        }
    }
    let body =
        "<methodCall><methodName>GetVersion</methodName><params>&undefined;</params></methodCall>";
    cases.push(Case::new(
        Verdict::Survived,
        "an entity that nobody defined",
        &post(body),
    ));
    cases
}

fn depth() -> Vec<Case> {
    let mut cases = Vec::new();
    let shapes = [
        ("<value><array><data>", "</data></array></value>"),
        (
            "<value><struct><member><name>a</name>",
            "</member></struct></value>",
        ),
        ("<a>", "</a>"),
    ];
    for (open, close) in shapes {
        for depth in [500, 20_000, 200_000] {
            let inner = "<value><int>1</int></value>";
            let body = |end: &str| {
                format!(
                    "<methodCall><methodName>GetInfrastructureList</methodName><params><param>{}{inner}{end}",
                    open.repeat(depth)
                )
            };
            let whole = body(&format!(
                "{}</param></params></methodCall>",
                close.repeat(depth)
            ));
            cases.push(Case::new(
                Verdict::Fault,
                format!("{depth} deep {open}"),
                &post(whole),
            ));
            cases.push(Case::new(
                Verdict::Fault,
                format!("{depth} deep, open {open}"),
                &post(body("")),
            ));
        }
    }
    let many = "<param><value><int>1</int></value></param>".repeat(100_000);
    let body = format!(
        "<methodCall><methodName>GetVersion</methodName><params>{many}</params></methodCall>"
    );
    cases.push(Case::new(Verdict::Fault, "100000 values", &post(body)));
    let attributes: String = (0..100_000).map(|n| format!(" a{n}='x'")).collect();
    let body =
        format!("<methodCall{attributes}><methodName>NoSuchMethod</methodName></methodCall>");
    cases.push(Case::new(Verdict::Fault, "100000 attributes", &post(body)));
    cases
}

fn not_calls(seed: &mut Seed) -> Vec<Case> {
    let bodies: [&[u8]; 22] = [
        b"",
        b" ",
        b"<",
        b"<>",
        b"<methodCall>",
        b"<methodCall/>",
        b"<methodCall></methodCall>",
        b"<methodResponse/>",
        b"{}",
        b"\0",
        b"\xff\xfe<\0m\0",
        b"\xef\xbb\xbf",
        b"<methodCall><methodName></methodName></methodCall>",
        b"<methodCall><methodName>\xff</methodName></methodCall>",
        b"<methodCall><methodName>a</methodName><params><param></param></params></methodCall>",
        b"<methodCall><methodName>a</methodNam></methodCall>",
        b"<?xml version=\"9.0\"?><methodCall/>",
        b"<?xml version=\"1.0\" encoding=\"x-nothing\"?><methodCall/>",
        b"<![CDATA[<methodCall>]]>",
        b"<methodCall><methodName><![CDATA[a]]>b<!-- c --><?d?></methodName></methodCall>",
        b"<!-- ",
        b"<methodCall><methodName>a</methodName></methodCall><methodCall/>",
    ];
    let mut cases: Vec<Case> = bodies
        .iter()
        .map(|body| Case::new(Verdict::Fault, String::from_utf8_lossy(body), &post(body)))
        .collect();
    for number in 0..40 {
        let length = 1 + seed.below(2_000);
        cases.push(Case::new(
            Verdict::Fault,
            format!("noise {number}"),
            &post(seed.bytes(length)),
        ));
    }
    let valid = "<methodCall><methodName>NoSuchMethod</methodName><params></params></methodCall>";
    for cut in 1..valid.len() {
        cases.push(Case::new(
            Verdict::Fault,
            format!("cut after {cut}"),
            &post(&valid[..cut]),
        ));
    }
    let huge = RawRequest::new("POST", "/")
        .header("Content-Length", "1000000000000")
        .unannounced("x");
    cases.push(Case::new(
        Verdict::RefusedOrClosed,
        "length 1000000000000",
        &huge,
    ));
    let large = post(format!(
        "<methodCall><methodName>{}",
        "a".repeat(17_000_000)
    ));
    cases.push(Case::new(Verdict::RefusedOrClosed, "17 MB", &large));
    cases
}
