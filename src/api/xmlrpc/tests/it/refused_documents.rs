//! Documents that are refused: hostile ones, broken ones, and others than calls.

use im_api_xmlrpc::xml::{Bounds, ReadError, read_call};

fn refusal(document: impl AsRef<[u8]>) -> ReadError {
    let document = document.as_ref();
    match read_call(document, Bounds::default()) {
        Err(error) => error,
        Ok(call) => panic!("{}: {call:?}", String::from_utf8_lossy(document)),
    }
}

fn call(values: &str) -> String {
    format!(
        "<methodCall><methodName>M</methodName><params><param><value>{values}</value></param></params></methodCall>"
    )
}

#[test]
fn document_types_are_refused_before_anything_in_them_is_looked_at() {
    let laughs: String = (1..10)
        .map(|n| format!("<!ENTITY l{n} \"{}\">", format!("&l{};", n - 1).repeat(10)))
        .collect();
    for declaration in [
        "<!DOCTYPE a>".to_owned(),
        "<!DOCTYPE a SYSTEM 'http://127.0.0.1:1/a.dtd'>".to_owned(),
        "<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>".to_owned(),
        "<!DOCTYPE a [<!ENTITY % x SYSTEM 'file:///etc/passwd'> %x;]>".to_owned(),
        format!("<!DOCTYPE a [<!ENTITY l0 'ha'>{laughs}]>"),
    ] {
        let document = format!("<?xml version='1.0'?>\n{declaration}{}", call("&l9;&x;"));
        let error = refusal(document);
        assert!(matches!(error, ReadError::DocumentType(_)), "{error}");
    }
}

#[test]
fn a_document_type_in_the_middle_is_refused_too() {
    for document in [
        call("<!DOCTYPE a><int>1</int>"),
        call("<int>1<!DOCTYPE a></int>"),
        format!("{}<!DOCTYPE a>", call("a")),
    ] {
        refusal(document);
    }
}

#[test]
fn there_are_five_entities() {
    for reference in [
        "&x;",
        "&l9;",
        "&nbsp;",
        "&#0;",
        "&#27;",
        "&#xd800;",
        "&#x110000;",
        "&#;",
    ] {
        let error = refusal(call(&format!("<string>{reference}</string>")));
        assert!(
            matches!(error, ReadError::Reference(_)),
            "{reference}: {error}"
        );
    }
    refusal(call("<string>a & b</string>"));
    refusal(call("<string>a &amp b</string>"));
}

#[test]
fn depth_is_bounded() {
    let nested = |open: &str, close: &str, depth: usize| {
        call(&format!("{}{}", open.repeat(depth), close.repeat(depth)))
    };
    let array = ("<array><data><value>", "</value></data></array>");
    let structure = (
        "<struct><member><name>a</name><value>",
        "</value></member></struct>",
    );
    for (open, close) in [array, structure] {
        assert!(read_call(nested(open, close, 16).as_bytes(), Bounds::default()).is_ok());
        for depth in [17, 100_000] {
            let error = refusal(nested(open, close, depth));
            assert!(
                matches!(error, ReadError::TooDeep { limit: 16, .. }),
                "{error}"
            );
        }
    }
    for element in ["a", "value", "array", "data", "methodCall"] {
        refusal(format!("<{element}>").repeat(100_000));
        refusal(call(&format!("<{element}>").repeat(100_000)));
    }
}

#[test]
fn the_number_of_values_is_bounded() {
    let list = |values: usize| {
        call(&format!(
            "<array><data>{}</data></array>",
            "<value/>".repeat(values)
        ))
    };
    assert!(read_call(list(99_999).as_bytes(), Bounds::default()).is_ok());
    let error = refusal(list(100_000));
    assert!(
        matches!(error, ReadError::TooMany { limit: 100_000, .. }),
        "{error}"
    );
    let params = "<param><value/></param>".repeat(100_001);
    refusal(format!(
        "<methodCall><methodName>M</methodName><params>{params}</params></methodCall>"
    ));
}

#[test]
fn encodings_other_than_utf8_are_refused() {
    let error = refusal(format!(
        "<?xml version='1.0' encoding='ISO-8859-1'?>{}",
        call("a")
    ));
    assert_eq!(error, ReadError::Encoding);
    assert!(matches!(
        refusal(call("\u{f1}").replace('\u{f1}', "\u{7}")),
        ReadError::Character(_)
    ));
    let latin: Vec<u8> = call("?")
        .into_bytes()
        .iter()
        .map(|&b| if b == b'?' { 0xf1 } else { b })
        .collect();
    assert!(matches!(refusal(&latin), ReadError::NotUtf8(_)));
    for utf16 in [
        call("a")
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect::<Vec<u8>>(),
        [
            vec![0xff, 0xfe],
            call("a")
                .encode_utf16()
                .flat_map(u16::to_le_bytes)
                .collect(),
        ]
        .concat(),
        [
            vec![0xfe, 0xff],
            call("a")
                .encode_utf16()
                .flat_map(u16::to_be_bytes)
                .collect(),
        ]
        .concat(),
    ] {
        refusal(utf16);
    }
}

#[test]
fn documents_that_end_early_are_refused() {
    let whole =
        call("<array><data><value><string>a&amp;b<![CDATA[x]]></string></value></data></array>");
    assert!(read_call(whole.as_bytes(), Bounds::default()).is_ok());
    for end in 0..whole.len() {
        refusal(&whole[..end]);
    }
}

#[test]
fn other_documents_are_refused() {
    for document in [
        "x",
        "{\"jsonrpc\": \"2.0\"}",
        "<a/>",
        "<methodCall/>",
        "<methodCall><params/></methodCall>",
        "<methodResponse><params><param><value/></param></params></methodResponse>",
        "<methodCall><methodName>M</methodName></methodCall><methodCall/>",
        "<methodCall><methodName>M</methodName></methodCall>x",
        "<methodCall><methodName>M</methodName><params/><params/></methodCall>",
        "<methodCall><methodName>M</methodName><params><value/></params></methodCall>",
        "<methodCall><methodName>M<a/></methodName></methodCall>",
        "<methodCall><methodName>M</methodCall></methodName>",
        "<methodCall <methodName>M</methodName></methodCall>",
        "<methodCall><methodName>M</methodName>&lt;</methodCall>",
    ] {
        refusal(document);
    }
}

#[test]
fn values_that_are_none_are_refused() {
    for value in [
        "<int/>",
        "<int>x</int>",
        "<int>1.0</int>",
        "<int>0x10</int>",
        "<i8>99999999999999999999</i8>",
        "<boolean>2</boolean>",
        "<double>nan</double>",
        "<double>inf</double>",
        "<double>1e999</double>",
        "<base64>?</base64>",
        "<dateTime.iso8601>x</dateTime.iso8601>",
        "<nil>x</nil>",
        "<weird>1</weird>",
        "<value>1</value>",
        "<int>1</int><int>2</int>",
        "<int>1</int>a",
        "a<int>1</int>",
        "<int><int>1</int></int>",
        "<struct>a</struct>",
        "<struct><member/></struct>",
        "<struct><member><name>a</name></member></struct>",
        "<struct><member><value/><name>a</name></member></struct>",
        "<array><value/></array>",
        "<array><data><int>1</int></data></array>",
    ] {
        refusal(call(value));
    }
}

#[test]
fn errors_name_the_place_and_quote_nothing() {
    let document = "<methodCall>\n<methodName>M</methodName>\n<params><param>\n<value><int>hunter2</int></value>";
    let error = refusal(document).to_string();
    assert_eq!(
        error,
        "The document is no XML-RPC call (line 4, column 26): a whole number of 64 bits was expected."
    );
    for document in [
        call("<hunter2/>"),
        call("<string>hunter2 &hunter2;</string>"),
        call("<boolean>hunter2</boolean>"),
        call("<string>hunter2</hunter2>"),
        call("<string hunter2=\"hunter2>"),
        "<!DOCTYPE hunter2>".to_owned(),
        "<?xml version='1.0' encoding='hunter2'?><a/>".to_owned(),
    ] {
        let error = refusal(document);
        assert!(
            !format!("{error} {error:?}").contains("hunter2"),
            "{error:?}"
        );
    }
}

/// What takes quadratic time somewhere would take minutes here.
#[test]
fn long_documents_take_linear_time() {
    const LENGTH: usize = 2 << 20;
    let fill = |piece: &str| piece.repeat(LENGTH / piece.len());
    let attributes: String = (0..LENGTH / 12).map(|n| format!(" a{n:08}=''")).collect();
    for document in [
        call(&format!("<int{attributes}>1</int>")),
        call(&fill("<!---->")),
        call(&fill("<?a?>")),
        call(&fill("<![CDATA[]]>")),
        call(&fill("&lt;")),
        call(&fill("]]")),
        call(&format!("<!-- {}", fill("-"))),
        call(&format!("<![CDATA[{}", fill("]"))),
        call(&format!("<a {}", fill("'\""))),
        fill("<a>"),
        fill("<"),
        fill("&"),
        fill("\n"),
        format!("<!DOCTYPE a [{}", fill("<!ENTITY")),
        format!("<!DOCTYPE a [{}", fill("[")),
        format!("<{}", fill("a:")),
    ] {
        let begin = std::time::Instant::now();
        let _ = read_call(document.as_bytes(), Bounds::default());
        let taken = begin.elapsed();
        let beginning = &document[..document.len().min(120)];
        assert!(taken.as_secs() < 20, "{taken:?} for {beginning}");
    }
}
