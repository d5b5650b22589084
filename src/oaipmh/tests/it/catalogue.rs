//! What is in the catalogue, and when it is read anew.

use std::sync::atomic::Ordering;
use std::time::Duration;

use crate::repository::Harvester;

const A: &str = "metadata:\n  display_name: A\n";
const B: &str = "metadata:\n  display_name: B\n";

#[tokio::test]
async fn the_templates_of_the_folder_are_in_it_and_nothing_else() {
    let harvester = Harvester::of(
        &[
            ("README.md", "# x"),
            ("custom_types.yaml", "a: 1"),
            ("templates/README.md", "# x"),
            ("templates/a.yaml", A),
            ("templates/b c.yml", "description: without metadata\n"),
            ("templates/broken.yaml", "a: ["),
            ("templates/list.yaml", "- a"),
            ("templates/sub/d.yaml", B),
            ("templates2/e.yaml", A),
        ],
        100,
    )
    .await;
    assert_eq!(
        harvester.names().await,
        ["a.yaml", "b%20c.yml", "sub/d.yaml"]
    );
}

#[tokio::test]
async fn only_what_has_changed_is_read_again() {
    let harvester = Harvester::of(&[("templates/a.yaml", A), ("templates/b.yaml", B)], 100).await;
    let fetched = || harvester.repository.fetched.load(Ordering::SeqCst);
    let titles = async || {
        harvester
            .texts("verb=ListRecords&metadataPrefix=oai_dc", "dc:title")
            .await
    };
    assert_eq!(titles().await, ["A", "B"]);
    assert_eq!(fetched(), 2);

    harvester
        .repository
        .set("templates/b.yaml", "metadata:\n  display_name: new\n");
    harvester
        .repository
        .set("templates/c.yaml", "metadata:\n  display_name: C\n");
    harvester.repository.remove("templates/a.yaml");
    assert_eq!(titles().await, ["A", "B"], "it is fresh");
    harvester.clock.advance(Duration::from_secs(301));
    assert_eq!(titles().await, ["new", "C"]);
    assert_eq!(fetched(), 4);
}

#[tokio::test]
async fn a_content_that_is_not_the_one_of_the_list_is_read_again() {
    let harvester = Harvester::of(&[("templates/a.yaml", B)], 100).await;
    harvester.repository.be_late(Some(A));
    let titles = async || {
        harvester
            .texts("verb=ListRecords&metadataPrefix=oai_dc", "dc:title")
            .await
    };
    assert_eq!(titles().await, ["A"]);
    harvester.repository.be_late(None);
    harvester.clock.advance(Duration::from_secs(301));
    assert_eq!(titles().await, ["B"]);
}

#[tokio::test]
async fn of_a_repository_that_is_away_the_last_catalogue_is_given() {
    let harvester = Harvester::of(&[("templates/a.yaml", A)], 100).await;
    harvester.repository.be_away(true);
    let query = "verb=ListIdentifiers&metadataPrefix=oai_dc";
    let failed = harvester.ask(query).await.unwrap_err();
    assert_eq!(
        failed.to_string(),
        "Error getting metadata from TOSCA templates: Bad Gateway"
    );
    assert!(
        harvester.ask("verb=Identify").await.is_ok(),
        "it takes no catalogue"
    );
    harvester.repository.be_away(false);
    assert!(
        harvester.ask(query).await.is_err(),
        "it was asked a moment ago"
    );
    harvester.clock.advance(Duration::from_secs(31));
    assert_eq!(harvester.names().await, ["a.yaml"]);

    harvester.repository.be_away(true);
    harvester.clock.advance(Duration::from_secs(4000));
    assert_eq!(harvester.names().await, ["a.yaml"]);
}
