//! From what a document asks for to what one cloud can launch: the parts that are the same for all clouds.

use im_radl::System;

/// The system with one of its images chosen, or as it is if it names none: one for each image that `is_ours` accepts,
/// in the order of the document.
pub(crate) fn by_image(requested: &System, is_ours: impl Fn(&str) -> bool) -> Vec<System> {
    requested
        .disk_image_urls()
        .into_iter()
        .filter(|url| is_ours(url))
        .map(|url| {
            let mut system = requested.clone();
            if system.features.get_str("disk.0.image.url") != Some(url) {
                system.set_disk_image_url(url);
            }
            system
        })
        .collect()
}

/// The system with its wishes granted as far as they go together, the heaviest first; of equal ones the first. What
/// is firm stays as it is.
pub(crate) fn with_wishes(mut system: System) -> System {
    let mut wishes = system.features.take_softs();
    wishes.sort_by(|a, b| b.weight.compare(&a.weight));
    for wish in wishes {
        let mut granted = system.features.clone();
        if granted.add_all(wish.features).is_ok() {
            system.features = granted;
        }
    }
    system
}
