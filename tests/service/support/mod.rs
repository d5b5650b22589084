//! What the tests of the service share.

mod http;
mod node;
mod process;
mod raw;
mod tools;
pub(crate) mod xmlrpc;

pub(crate) use http::{Answer, request};
pub(crate) use node::{Node, NodeBuilder};
pub(crate) use process::{comes_to_rest, resident_bytes};
pub(crate) use raw::{RawRequest, Reply, exchange};
pub(crate) use tools::{Tool, python_with, tool};

/// Credentials for the Dummy cloud.
pub(crate) fn auth(user: &str) -> String {
    format!(
        "type = InfrastructureManager; username = {user}; password = pass-{user}\\nid = dummy; type = Dummy"
    )
}

/// A document of `count` machines without contextualization.
pub(crate) fn document(count: usize) -> String {
    format!(
        "network lan (outbound = 'no')\nsystem node (\ncpu.count = 1 and\nmemory.size = 256m and\n\
         net_interface.0.connection = 'lan' and\ndisk.0.image.url = 'mock0://img/base'\n)\n\
         contextualize ()\ndeploy node {count}\n"
    )
}

/// The root of the project.
pub(crate) fn project() -> std::path::PathBuf {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    root.canonicalize().expect("the project's directory")
}
