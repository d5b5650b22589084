//! What the tests of the service share.

mod http;
mod node;

pub use http::{Answer, request};
pub use node::{Node, NodeBuilder};

/// Credentials for the Dummy cloud.
pub fn auth(user: &str) -> String {
    format!(
        "type = InfrastructureManager; username = {user}; password = pass-{user}\\nid = dummy; type = Dummy"
    )
}

/// A document of `count` machines without contextualization.
pub fn document(count: usize) -> String {
    format!(
        "network lan (outbound = 'no')\nsystem node (\ncpu.count = 1 and\nmemory.size = 256m and\n\
         net_interface.0.connection = 'lan' and\ndisk.0.image.url = 'mock0://img/base'\n)\n\
         contextualize ()\ndeploy node {count}\n"
    )
}

/// The root of the project.
pub fn project() -> std::path::PathBuf {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    root.canonicalize().expect("the project's directory")
}
