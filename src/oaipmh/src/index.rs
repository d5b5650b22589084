//! The list of the files of a repository, as GitHub gives it.

use serde::Deserialize;

/// How many templates are read of one repository.
const MOST: usize = 2000;

#[derive(Debug, Deserialize)]
struct Tree {
    tree: Vec<Entry>,
    #[serde(default)]
    truncated: bool,
}

#[derive(Debug, Deserialize)]
struct Entry {
    path: String,
    #[serde(rename = "type")]
    kind: String,
    sha: String,
}

/// A template in the list.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Listed {
    /// Its path from the top of the repository.
    pub(crate) path: String,
    /// Names its content.
    pub(crate) content: String,
}

/// The files that may be templates, in the order of the list. The error says what is wrong with it.
pub(crate) fn read(text: &str) -> Result<Vec<Listed>, String> {
    let tree: Tree = serde_json::from_str(text)
        .map_err(|error| format!("the list of files is not as expected: {error}"))?;
    if tree.truncated {
        tracing::warn!("the list of files of the template repository is not complete");
    }
    let is_yaml = |path: &str| path.ends_with(".yaml") || path.ends_with(".yml");
    let templates = tree
        .tree
        .into_iter()
        .filter(|entry| entry.kind == "blob" && is_yaml(&entry.path))
        .map(|entry| Listed {
            path: entry.path,
            content: entry.sha,
        });
    Ok(templates.take(MOST).collect())
}
