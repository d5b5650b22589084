//! Properties of reading and printing, over generated documents and over hostile ones.

#![allow(clippy::expect_used, reason = "a test may stop where it fails")]

mod documents;
mod hostile;

use im_radl::{Radl, Shared};
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// The canonical text of a document is read as the same document, in the same order.
    #[test]
    fn text_is_read_back(radl in documents::any_document()) {
        let text = radl.to_text();
        let again = Radl::parse(&text).expect("canonical text can be read");
        prop_assert_eq!(&again, &radl);
        prop_assert_eq!(again.to_text(), text);
    }

    /// What is printed of a machine is its document, printed.
    #[test]
    fn a_machine_is_printed_as_its_view(radl in documents::any_document()) {
        prop_assert_eq!(radl.machine_text(), radl.machine_view().to_text());
    }

    /// Documents that are read together are those that are read alone, down to the order and the lines.
    #[test]
    fn sharing_changes_nothing(documents in prop::collection::vec(documents::any_document(), 1..4)) {
        let mut shared = Shared::new();
        for radl in documents.iter().chain(&documents) {
            let text = radl.to_text();
            let mut together = shared.parse(&text).expect("canonical text can be read");
            shared.unite(&mut together);
            let alone = Radl::parse(&text).expect("canonical text can be read");
            prop_assert_eq!(&together, &alone);
            prop_assert_eq!(together.to_text(), text);
            let (together, alone) = (together.check(), alone.check());
            prop_assert_eq!(together.map_err(|error| error.to_string()), alone.map_err(|error| error.to_string()));
        }
    }

    /// What the JSON form can say is read back from it, in the same order.
    #[test]
    fn json_is_read_back(radl in documents::any_document()) {
        let json = radl.to_simple_json();
        let again = Radl::from_json(&json).expect("the JSON form can be read");
        prop_assert_eq!(again.to_simple_json(), json);
        prop_assert_eq!(again.to_json(), radl.to_json());
    }

    /// The check gives the same verdict on a document and on what its text is read as.
    #[test]
    fn the_check_is_stable(radl in documents::any_document()) {
        let again = Radl::parse(&radl.to_text()).expect("canonical text can be read");
        prop_assert_eq!(radl.check().is_ok(), again.check().is_ok());
    }

    /// A concrete system is concrete: making it so again changes nothing.
    #[test]
    fn concrete_is_concrete(radl in documents::any_document()) {
        for system in radl.systems.values() {
            let concrete = system.concrete();
            prop_assert_eq!(concrete.concrete(), concrete);
        }
    }

    #[test]
    fn bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..2000)) {
        hostile::exercise(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn characters_never_panic(text in "\\PC{0,400}") {
        hostile::exercise(&text);
    }

    #[test]
    fn words_never_panic(text in hostile::words()) {
        hostile::exercise(&text);
    }

    #[test]
    fn json_pieces_never_panic(text in hostile::json_pieces()) {
        hostile::exercise(&text);
    }
}
