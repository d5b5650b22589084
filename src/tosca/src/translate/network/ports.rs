//! Open ports.

use crate::ToscaError;
use crate::yaml::{Node, text};

/// A port specification in the form of the feature `outports`.
pub(in crate::translate) fn outport(port: &Node) -> Result<String, ToscaError> {
    let protocol = port.get_some("protocol").map_or("tcp".to_owned(), text);
    let cidr = port.get_some("remote_cidr").filter(|it| it.is_truthy());
    let cidr = cidr
        .map(|cidr| format!("{}-", text(cidr)))
        .unwrap_or_default();
    if let Some([low, high]) = port.get_some("source_range").and_then(Node::as_list) {
        return Ok(format!("{cidr}{}:{}/{protocol}", text(low), text(high)));
    }
    let source = port.get_some("source");
    let target = port.get_some("target");
    let (Some(source), Some(target)) = (source.or(target), target.or(source)) else {
        return Err(ToscaError::invalid(
            "source or target port must be specified in PortSpec type.",
        ));
    };
    let (source, target) = (text(source), text(target));
    Ok(format!("{cidr}{source}/{protocol}-{target}/{protocol}"))
}
