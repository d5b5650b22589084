//! Nothing that a stranger sends makes the reader panic, and what is a call is read as it was meant.

use dxr::{MethodCall, Value};
use im_api_xmlrpc::xml::{Bounds, read_call};
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;

/// Pieces of documents, right and wrong ones.
const PIECES: [&str; 34] = [
    "<?xml version='1.0'?>",
    "<methodCall>",
    "</methodCall>",
    "<methodName>",
    "</methodName>",
    "<params>",
    "</params>",
    "<param>",
    "</param>",
    "<value>",
    "</value>",
    "<value/>",
    "<int>",
    "</int>",
    "<string>",
    "</string>",
    "<struct>",
    "</struct>",
    "<member>",
    "</member>",
    "<name>",
    "</name>",
    "<array>",
    "</array>",
    "<data>",
    "</data>",
    "<nil/>",
    "<![CDATA[",
    "]]>",
    "<!--",
    "-->",
    "&amp;",
    "1",
    " ",
];

fn values() -> impl Strategy<Value = Value> {
    // What XML can carry, in the forms in which it comes back as it was.
    let text = "[ -~\n\tñ日\u{1f600}]{0,12}";
    let leaf = prop_oneof![
        any::<i32>().prop_map(Value::Integer),
        (i64::from(i32::MAX) + 1..).prop_map(Value::Long),
        any::<bool>().prop_map(Value::Boolean),
        text.prop_map(Value::String),
        (-1e9..1e9).prop_map(Value::Double),
        vec(any::<u8>(), 0..20).prop_map(Value::Base64),
        Just(Value::Nil),
    ];
    leaf.prop_recursive(4, 64, 8, move |inner| {
        prop_oneof![
            vec(inner.clone(), 0..8).prop_map(Value::Array),
            btree_map(text, inner, 0..8).prop_map(Value::Struct),
        ]
    })
}

proptest! {
    #[test]
    fn bytes_never_panic(document in vec(any::<u8>(), 0..400)) {
        let _ = read_call(&document, Bounds::default());
    }

    #[test]
    fn pieces_never_panic(pieces in vec(prop::sample::select(&PIECES[..]), 0..60)) {
        let _ = read_call(pieces.concat().as_bytes(), Bounds { depth: 3, values: 10 });
    }

    #[test]
    fn a_changed_byte_never_panics(value in values(), place in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let call = MethodCall { name: "M".into(), params: vec![value] };
        let mut document = call.to_xml().unwrap().into_bytes();
        let place = place.index(document.len());
        document[place] = byte;
        let _ = read_call(&document, Bounds::default());
    }

    #[test]
    fn what_was_written_is_read(params in vec(values(), 0..4)) {
        let call = MethodCall { name: "M".into(), params };
        let read = read_call(call.to_xml().unwrap().as_bytes(), Bounds::default()).unwrap();
        prop_assert_eq!(read.params, call.params);
    }
}
