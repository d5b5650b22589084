//! Verbs, arguments and errors of the protocol.

use crate::repository::{BASE, Harvester};

const FULL: &str = "\
metadata:
  template_name: simple
  display_name: Simple <node> & more
  template_version: \"1.2.0\"
  template_author: Ada
  creation_date: 2020-09-08
  description: \"a \\x01 b\"
  tag: simple
  icon: images/vm.png
";

fn dated(date: &str) -> String {
    format!("metadata:\n  creation_date: {date}\n")
}

async fn three() -> Harvester {
    let (one, two, three) = (
        dated("2020-01-01"),
        dated("2021-01-01"),
        dated("2022-01-01"),
    );
    let files = [
        ("templates/one.yaml", one.as_str()),
        ("templates/two.yaml", &two),
        ("templates/three.yaml", &three),
    ];
    Harvester::of(&files, 2).await
}

/// The code of the error that a query is answered with.
async fn code(harvester: &Harvester, query: &str) -> String {
    let answer = harvester.ask(query).await.unwrap();
    let code = answer.split("<error code=\"").nth(1);
    let code = code.unwrap_or_else(|| panic!("{query}: {answer}"));
    code.split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_record_is_described_in_three_forms() {
    let harvester = Harvester::of(&[("templates/a.yaml", FULL)], 100).await;
    let id = format!("{}a.yaml", harvester.folder);
    let dc = [
        "<dc:title>Simple &lt;node&gt; &amp; more</dc:title>",
        "<dc:version>1.2.0</dc:version>",
        "<dc:creator>Ada</dc:creator>",
        "<dc:date>2020-09-08</dc:date>",
        "<dc:description>a  b</dc:description>",
        "<dc:subject>simple</dc:subject>",
        "<dc:resourceType>software</dc:resourceType>",
        "<dc:rights>openaccess</dc:rights>",
    ];
    let openaire = [
        "<oaire:resource xmlns:dc=",
        "<oaire:version>1.2.0</oaire:version>",
        "<dc:resourceType>software</dc:resourceType>",
        "<datacite:rights rightsURI=\"http://purl.org/coar/access_right/c_abf2\">openaccess</datacite:rights>",
    ];
    let datacite = [
        "<datacite:title>Simple &lt;node&gt; &amp; more</datacite:title>",
        "<datacite:creatorName>Ada</datacite:creatorName>",
        "<datacite:date dateType=\"Issued\">2020-09-08</datacite:date>",
        "<datacite:identifier identifierType=\"URN\">",
        "resourceTypeGeneral=\"software\"",
    ];
    for (prefix, parts) in [
        ("oai_dc", &dc[..]),
        ("oai_openaire", &openaire),
        ("oai_datacite", &datacite),
    ] {
        let query = format!("verb=GetRecord&metadataPrefix={prefix}&identifier={id}");
        let answer = harvester.ask(&query).await.unwrap();
        let echo = format!(
            "<request verb=\"GetRecord\" metadataPrefix=\"{prefix}\" identifier=\"{id}\">{BASE}</request>"
        );
        let header = ["<datestamp>2020-09-08</datestamp>", echo.as_str(), &id];
        for part in parts.iter().chain(&header) {
            assert!(answer.contains(part), "{part} is not in {answer}");
        }
    }
}

#[tokio::test]
async fn a_repository_says_what_it_is() {
    let harvester = three().await;
    let identify = harvester.ask("verb=Identify").await.unwrap();
    let order = [
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>",
        "<responseDate>2023-11-14T22:13:20Z</responseDate>",
        "<repositoryName>Templates &amp; more</repositoryName>",
        "<baseURL>https://im.example.org/im/oai</baseURL>",
        "<protocolVersion>2.0</protocolVersion>",
        "<adminEmail>me@example.org</adminEmail>",
        "<earliestDatestamp>2000-01-01</earliestDatestamp>",
        "<deletedRecord>no</deletedRecord>",
        "<granularity>YYYY-MM-DD</granularity>",
        "<dc:description>All &lt;of&gt; them</dc:description>",
    ];
    let places: Vec<_> = order.iter().map(|part| identify.find(part)).collect();
    assert!(
        places.is_sorted() && places.iter().all(Option::is_some),
        "{identify}"
    );
    let formats = harvester
        .texts("verb=ListMetadataFormats", "metadataPrefix")
        .await;
    assert_eq!(formats, ["oai_dc", "oai_openaire", "oai_datacite"]);
    let of_one = format!(
        "verb=ListMetadataFormats&identifier={}one.yaml",
        harvester.folder
    );
    assert_eq!(harvester.texts(&of_one, "metadataPrefix").await.len(), 3);
}

#[tokio::test]
async fn lists_are_of_days_and_in_parts() {
    let harvester = three().await;
    let query = "verb=ListIdentifiers&metadataPrefix=oai_dc";
    for (dates, expected) in [
        ("&from=2021-01-01", &["2022-01-01", "2021-01-01"][..]),
        ("&until=2020-12-31", &["2020-01-01"]),
        ("&from=2021-01-01&until=2021-01-01", &["2021-01-01"]),
    ] {
        let found = harvester
            .texts(&format!("{query}{dates}"), "datestamp")
            .await;
        assert_eq!(found, expected, "{dates}");
    }
    for verb in ["ListIdentifiers", "ListRecords"] {
        let first = format!("verb={verb}&metadataPrefix=oai_openaire&from=2020-01-01");
        let answer = harvester.ask(&first).await.unwrap();
        assert_eq!(answer.matches("<header>").count(), 2);
        let token = "<resumptionToken completeListSize=\"3\" cursor=\"0\">2.oai_openaire.2020-01-01.</resumptionToken>";
        assert!(answer.contains(token), "{answer}");
        let rest = format!("verb={verb}&resumptionToken=2.oai_openaire.2020-01-01.");
        let answer = harvester.ask(&rest).await.unwrap();
        assert_eq!(answer.matches("<header>").count(), 1);
        assert!(
            answer.contains("<resumptionToken completeListSize=\"3\" cursor=\"2\"/>"),
            "{answer}"
        );
        assert_eq!(answer.contains("<oaire:resource"), verb == "ListRecords");
    }
    let whole = "verb=ListRecords&metadataPrefix=oai_dc&until=2021-06-01";
    assert!(
        !harvester
            .ask(whole)
            .await
            .unwrap()
            .contains("resumptionToken")
    );
}

#[tokio::test]
async fn what_is_wrong_has_a_code() {
    let harvester = three().await;
    let id = format!("{}one.yaml", harvester.folder);
    let list = "verb=ListRecords&metadataPrefix=oai_dc";
    for (query, expected) in [
        (String::new(), "badVerb"),
        ("verb=".into(), "badVerb"),
        ("verb=identify".into(), "badVerb"),
        ("verb=Identify&verb=Identify".into(), "badVerb"),
        ("verb=Identify&x=1".into(), "badArgument"),
        ("verb=GetRecord".into(), "badArgument"),
        (format!("verb=GetRecord&identifier={id}"), "badArgument"),
        ("verb=GetRecord&metadataPrefix=oai_dc".into(), "badArgument"),
        (
            format!("verb=GetRecord&metadataPrefix=oai_dc&identifier={id}&identifier={id}"),
            "badArgument",
        ),
        (
            format!("verb=GetRecord&metadataPrefix=marc&identifier={id}"),
            "cannotDisseminateFormat",
        ),
        (
            "verb=GetRecord&metadataPrefix=oai_dc&identifier=no".into(),
            "idDoesNotExist",
        ),
        (
            "verb=ListMetadataFormats&identifier=no".into(),
            "idDoesNotExist",
        ),
        ("verb=ListSets".into(), "noSetHierarchy"),
        ("verb=ListRecords".into(), "badArgument"),
        (
            "verb=ListRecords&metadataPrefix=marc".into(),
            "cannotDisseminateFormat",
        ),
        (format!("{list}&set=a"), "noSetHierarchy"),
        (format!("{list}&from=2031-01-01"), "noRecordsMatch"),
        (format!("{list}&until=1999-01-01"), "noRecordsMatch"),
        (
            format!("{list}&from=2022-01-01&until=2021-01-01"),
            "badArgument",
        ),
        (format!("{list}&from=yesterday"), "badArgument"),
        (format!("{list}&from=2021-02-30"), "badArgument"),
        (format!("{list}&from=2021-01-01T00:00:00Z"), "badArgument"),
        (format!("{list}&from="), "badArgument"),
        (format!("{list}&resumptionToken=2.oai_dc.."), "badArgument"),
        (
            "verb=ListRecords&resumptionToken=abc".into(),
            "badResumptionToken",
        ),
        (
            "verb=ListRecords&resumptionToken=".into(),
            "badResumptionToken",
        ),
        (
            "verb=ListRecords&resumptionToken=3.oai_dc..".into(),
            "badResumptionToken",
        ),
        (
            "verb=ListRecords&resumptionToken=0.oai_dc..".into(),
            "badResumptionToken",
        ),
        (
            "verb=ListRecords&resumptionToken=02.oai_dc..".into(),
            "badResumptionToken",
        ),
        (
            "verb=ListRecords&resumptionToken=2.marc..".into(),
            "badResumptionToken",
        ),
        (
            "verb=ListRecords&resumptionToken=99999999999999999999.oai_dc..".into(),
            "badResumptionToken",
        ),
    ] {
        assert_eq!(code(&harvester, &query).await, expected, "{query}");
    }
}

#[tokio::test]
async fn what_came_is_repeated_as_text_alone() {
    let harvester = three().await;
    let bad = harvester.ask("verb=Ba<d>&x\"=1").await.unwrap();
    assert!(bad.contains(&format!("<request>{BASE}</request>")), "{bad}");
    let odd = "verb=GetRecord&metadataPrefix=oai_dc&identifier=\"><x>'\u{0}\u{fffe}";
    let odd = harvester.ask(odd).await.unwrap();
    assert!(odd.contains("identifier=\"&quot;&gt;&lt;x&gt;"), "{odd}");
    assert!(
        !odd.contains(['\u{0}', '\u{fffe}']) && !odd.contains("<x>"),
        "{odd}"
    );
}
