//! Tags of machines: the options `VM_TAG_*` and those of the document.

use im_connectors::Tag;
use im_domain::Infrastructure;
use im_radl::System;

use crate::ManagerSettings;

/// The value of the tag `VM_TAG_IM`.
const IM: &str = "es.grycap.upv.im";

/// The tags of a machine: those of the document (`tags = 'a=1,b=2'`), then those of the service.
pub(super) fn tags(
    infrastructure: &Infrastructure,
    system: &System,
    settings: &ManagerSettings,
) -> Vec<Tag> {
    let asked = system.features.get_str("tags").unwrap_or_default();
    let mut tags: Vec<Tag> = asked
        .split(',')
        .filter_map(|pair| pair.split_once('='))
        .map(|(key, value)| tag(key.trim(), value.trim()))
        .filter(|tag| !tag.key.is_empty())
        .collect();
    let owner = infrastructure.owners.first();
    let username = owner.map(|owner| owner.identity().username.as_str());
    let of_service = [
        (&settings.vm_tag_username, username),
        (&settings.vm_tag_inf_id, Some(infrastructure.id.as_str())),
        (&settings.vm_tag_im_url, settings.service_url.as_deref()),
        (&settings.vm_tag_im, Some(IM)),
    ];
    for (key, value) in of_service {
        if let (Some(key), Some(value)) = (key, value)
            && !key.is_empty()
        {
            tags.retain(|tag| tag.key != *key);
            tags.push(tag(key, value));
        }
    }
    tags
}

fn tag(key: &str, value: &str) -> Tag {
    Tag {
        key: key.to_owned(),
        value: value.to_owned(),
    }
}
