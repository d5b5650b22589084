//! Documents that are calls, in the ways that clients write them.

use dxr::{MethodCall, Value};
use im_api_xmlrpc::xml::{Bounds, read_call};

fn read(document: &str) -> MethodCall<'static> {
    read_call(document.as_bytes(), Bounds::default())
        .unwrap_or_else(|error| panic!("{document}: {error}"))
}

/// The value of the only parameter of a call, with the white space that clients write.
fn value(xml: &str) -> Value {
    let call = read(&format!(
        "<?xml version='1.0'?>\n<methodCall>\n<methodName>M</methodName>\n<params>\n<param>\n{xml}\n</param>\n\
         </params>\n</methodCall>\n"
    ));
    assert_eq!(call.name, "M");
    let [value]: [Value; 1] = call.params.try_into().unwrap();
    value
}

fn text(text: &str) -> Value {
    Value::String(text.to_owned())
}

#[test]
fn a_call_may_have_no_parameters() {
    for document in [
        "<methodCall><methodName>M</methodName></methodCall>",
        "<methodCall><methodName>M</methodName><params/></methodCall>",
        "<methodCall><methodName> M </methodName><params></params></methodCall>",
        "\u{feff}<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- c --><methodCall><methodName>M</methodName><params>\n\
         </params></methodCall>\n<!-- the end -->\n",
    ] {
        let call = read(document);
        assert_eq!((&*call.name, call.params.len()), ("M", 0), "{document}");
    }
}

#[test]
fn texts_keep_every_character() {
    for (xml, expected) in [
        ("<value><string>a</string></value>", "a"),
        ("<value>\n <string> a </string>\n</value>", " a "),
        ("<value>\n a\n</value>", "\n a\n"),
        ("<value/>", ""),
        ("<value></value>", ""),
        ("<value><string/></value>", ""),
        (
            "<value><string>\n\ndeploy a 1\n</string></value>",
            "\n\ndeploy a 1\n",
        ),
        (
            "<value><string>a&amp;b&lt;&gt;&quot;&apos;&#65;&#x42;</string></value>",
            "a&b<>\"'AB",
        ),
        (
            "<value><string>x<![CDATA[a<b&]]>y<!-- c -->z</string></value>",
            "xa<b&yz",
        ),
        (
            "<value><string>a\r\nb\rc&#13;</string></value>",
            "a\nb\nc\r",
        ),
        ("<value>ñ 日本 \u{1f600}</value>", "ñ 日本 \u{1f600}"),
    ] {
        assert_eq!(value(xml), text(expected), "{xml}");
    }
}

#[test]
fn every_type_is_read() {
    for (xml, expected) in [
        ("<value><int>4</int></value>", Value::Integer(4)),
        ("<value><i4> -4 </i4></value>", Value::Integer(-4)),
        (
            "<value><i8>4000000000</i8></value>",
            Value::Long(4_000_000_000),
        ),
        (
            "<value><int>4000000000</int></value>",
            Value::Long(4_000_000_000),
        ),
        ("<value><boolean>1</boolean></value>", Value::Boolean(true)),
        (
            "<value><boolean> 0 </boolean></value>",
            Value::Boolean(false),
        ),
        ("<value><double>1.5</double></value>", Value::Double(1.5)),
        ("<value><nil/></value>", Value::Nil),
        (
            "<value xmlns:ex='http://ws.apache.org/xmlrpc/namespaces/extensions'><ex:nil/></value>",
            Value::Nil,
        ),
        (
            "<value><base64>YW\nJj</base64></value>",
            Value::Base64(b"abc".to_vec()),
        ),
        (
            "<value><dateTime.iso8601>20200131T23:59:59</dateTime.iso8601></value>",
            Value::DateTime("20200131T23:59:59".parse().unwrap()),
        ),
        (
            "<value><array><data/></array></value>",
            Value::Array(vec![]),
        ),
        ("<value><array/></value>", Value::Array(vec![])),
        (
            "<value><array><data>\n<value>a</value>\n<value><int>1</int></value></data></array></value>",
            Value::Array(vec![text("a"), Value::Integer(1)]),
        ),
        ("<value><struct/></value>", Value::Struct([].into())),
        (
            "<value><struct>\n<member>\n<name>a</name>\n<value>x</value>\n</member>\n<member><name></name>\
             <value><nil/></value></member></struct></value>",
            Value::Struct([("a".to_owned(), text("x")), (String::new(), Value::Nil)].into()),
        ),
    ] {
        assert_eq!(value(xml), expected, "{xml}");
    }
}
