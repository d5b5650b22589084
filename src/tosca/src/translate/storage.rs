//! Volumes of machines.

use im_radl::{Features, Operator, Quantity};

use super::translator::{Translator, bytes, value};
use crate::ToscaError;
use crate::functions::{Evaluator, Scope};
use crate::template::NodeTemplate;
use crate::yaml::text;

const BLOCK_STORAGE: &str = "tosca.nodes.BlockStorage";

// === impl Translator ===

impl Translator<'_> {
    /// Adds the volumes that a machine's requirements name, in their order, as disks from 1.
    pub(super) fn volumes(
        &self,
        node: &NodeTemplate,
        features: &mut Features,
        evaluator: &Evaluator<'_>,
    ) -> Result<(), ToscaError> {
        let mut disk = 1;
        for requirement in &node.requirements {
            let target = requirement.target.as_deref();
            let Some(storage) = target.and_then(|name| self.template.node(name)) else {
                continue;
            };
            if !storage.is(BLOCK_STORAGE) {
                continue;
            }
            let mut location = None;
            let mut device = None;
            let mut filesystem = None;
            if let Some(relationship) = &requirement.relationship {
                let property = |name: &str| -> Result<Option<String>, ToscaError> {
                    let Some(value) = relationship.properties.get(name) else {
                        return Ok(None);
                    };
                    let value = evaluator.evaluate(value, Scope::Node(node))?;
                    Ok(value.is_truthy().then(|| text(&value)))
                };
                location = property("location")?;
                device = property("device")?;
                filesystem = property("fs_type")?;
            }
            let size = match value(storage, "size", evaluator)? {
                Some(size) => Some(bytes(&size)?).filter(|size| !size.is_zero()),
                None => None,
            };
            let id = value(storage, "volume_id", evaluator)?.map(|id| text(&id));
            let id = id.filter(|id| !id.is_empty());
            if size.is_none() && id.is_none() {
                continue;
            }
            if let Some(kind) = value(storage, "type", evaluator)? {
                features.set_str(&format!("disk.{disk}.type"), &text(&kind));
            }
            match (id, size) {
                (Some(id), _) => features.set_str(&format!("disk.{disk}.image.url"), &id),
                (None, Some(size)) => features.set_number(
                    &format!("disk.{disk}.size"),
                    Operator::Equal,
                    Quantity::with_unit(size, "B"),
                ),
                (None, None) => {}
            }
            if let Some(device) = device {
                features.set_str(&format!("disk.{disk}.device"), &device);
            }
            if let Some(location) = location {
                features.set_str(&format!("disk.{disk}.mount_path"), &location);
                let filesystem = filesystem.as_deref().unwrap_or("ext4");
                features.set_str(&format!("disk.{disk}.fstype"), filesystem);
            }
            disk += 1;
        }
        Ok(())
    }
}
