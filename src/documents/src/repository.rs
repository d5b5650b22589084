//! The repository of templates that others may build on.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use url::Url;

/// What a path has that an address may not.
const IN_PATH: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'`')
    .add(b'{')
    .add(b'}');

/// A folder of templates, named by its address.
///
/// The address of a folder on GitHub is that of a page, `https://github.com/OWNER/REPO/blob/BRANCH/FOLDER/` (or `tree`), or
/// that of the files themselves, `https://raw.githubusercontent.com/OWNER/REPO/BRANCH/FOLDER/`. A host of another name with
/// `blob` or `tree` in its address is taken for a GitHub Enterprise Server. Any other address is a folder whose files can be
/// fetched but not listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateRepository {
    base: String,
    folder: Option<Folder>,
}

/// A folder in a repository of git.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Folder {
    /// Where the list of all files is.
    index: String,
    /// The folder, with a slash at its end unless it is the whole repository.
    path: String,
    /// How the addresses of the pages of files begin, and those of the files.
    pages: Option<(String, String)>,
}

// === impl TemplateRepository ===

impl TemplateRepository {
    /// The templates at an address.
    pub fn new(address: &str) -> Self {
        let base = format!("{}/", address.trim_end_matches('/'));
        let folder = Url::parse(&base).ok().and_then(|url| Folder::of(&url));
        Self { base, folder }
    }

    /// The address of the folder, with a slash at its end.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// Where the list of the files is, as GitHub gives it, if there is one.
    pub fn index(&self) -> Option<&str> {
        self.folder.as_ref().map(|folder| folder.index.as_str())
    }

    /// The address of a file of the repository, by its path from the top of the repository: `None` if it is not in the folder.
    pub fn address(&self, path: &str) -> Option<String> {
        let name = path.strip_prefix(&self.folder.as_ref()?.path)?;
        Some(format!(
            "{}{}",
            self.base,
            utf8_percent_encode(name, IN_PATH)
        ))
    }

    /// Where the text at an address is: that of a page of the repository is the file that the page shows.
    pub fn source<'a>(&self, url: &'a str) -> Cow<'a, str> {
        let pages = self
            .folder
            .as_ref()
            .and_then(|folder| folder.pages.as_ref());
        let file = pages.and_then(|(page, file)| Some((file, url.strip_prefix(page.as_str())?)));
        match file {
            Some((file, rest)) => Cow::Owned(format!("{file}{rest}")),
            None => Cow::Borrowed(url),
        }
    }
}

// === impl Folder ===

impl Folder {
    fn of(url: &Url) -> Option<Self> {
        let origin = format!("{}://{}", url.scheme(), url.authority());
        let parts: Vec<&str> = url
            .path_segments()?
            .filter(|part| !part.is_empty())
            .collect();
        let (kind, owner, name, branch, path) = match (url.host_str()?, &parts[..]) {
            ("raw.githubusercontent.com", [owner, name, "refs", "heads", branch, path @ ..]) => {
                (None, owner, name, branch, path)
            }
            ("raw.githubusercontent.com", [owner, name, branch, path @ ..]) => {
                (None, owner, name, branch, path)
            }
            (_, [owner, name, kind @ ("blob" | "tree"), branch, path @ ..]) => {
                (Some(kind), owner, name, branch, path)
            }
            _ => return None,
        };
        let is_public = matches!(url.host_str()?, "github.com" | "raw.githubusercontent.com");
        let api = if is_public {
            "https://api.github.com".to_owned()
        } else {
            format!("{origin}/api/v3")
        };
        let files = if is_public {
            format!("https://raw.githubusercontent.com/{owner}/{name}/{branch}/")
        } else {
            format!("{origin}/{owner}/{name}/raw/{branch}/")
        };
        let mut path = path.join("/");
        if !path.is_empty() {
            path.push('/');
        }
        Some(Self {
            index: format!("{api}/repos/{owner}/{name}/git/trees/{branch}?recursive=1"),
            path,
            pages: kind.map(|kind| (format!("{origin}/{owner}/{name}/{kind}/{branch}/"), files)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const INDEX: &str = "https://api.github.com/repos/grycap/tosca/git/trees/main?recursive=1";
    const FILE: &str = "https://raw.githubusercontent.com/grycap/tosca/main/templates/a.yaml";

    #[test]
    fn a_page_of_a_folder_leads_to_its_files() {
        for kind in ["blob", "tree"] {
            let base = format!("https://github.com/grycap/tosca/{kind}/main/templates");
            let repository = TemplateRepository::new(&base);
            assert_eq!(repository.base(), format!("{base}/"));
            assert_eq!(repository.index(), Some(INDEX));
            let address = repository
                .address("templates/a.yaml")
                .expect("in the folder");
            assert_eq!(address, format!("{base}/a.yaml"));
            assert_eq!(repository.source(&address), FILE);
            assert_eq!(repository.address("templates2/a.yaml"), None);
            let types = format!("https://github.com/grycap/tosca/{kind}/main/types.yaml");
            let types = repository.source(&types).into_owned();
            assert_eq!(
                types,
                "https://raw.githubusercontent.com/grycap/tosca/main/types.yaml"
            );
            let other = "https://github.com/other/tosca/blob/main/templates/a.yaml";
            assert_eq!(repository.source(other), other);
        }
    }

    #[test]
    fn files_and_other_hosts_can_be_listed_too() {
        for raw in ["main/templates/", "refs/heads/main/templates"] {
            let base = format!("https://raw.githubusercontent.com/grycap/tosca/{raw}");
            let repository = TemplateRepository::new(&base);
            assert_eq!(repository.index(), Some(INDEX));
            let address = repository
                .address("templates/a b.yaml")
                .expect("in the folder");
            assert!(address.ends_with("/templates/a%20b.yaml"), "{address}");
            assert_eq!(repository.source(&address), address);
        }
        let own = TemplateRepository::new("http://git.example.org:8080/o/r/blob/b");
        let index = "http://git.example.org:8080/api/v3/repos/o/r/git/trees/b?recursive=1";
        assert_eq!(own.index(), Some(index));
        let file = own
            .source("http://git.example.org:8080/o/r/blob/b/x/a.yaml")
            .into_owned();
        assert_eq!(file, "http://git.example.org:8080/o/r/raw/b/x/a.yaml");
    }

    #[test]
    fn a_folder_elsewhere_is_only_a_beginning_of_addresses() {
        let repository = TemplateRepository::new("https://templates.example.org/");
        assert_eq!(repository.base(), "https://templates.example.org/");
        assert_eq!((repository.index(), repository.address("a")), (None, None));
        assert_eq!(
            repository.source("https://templates.example.org/a"),
            "https://templates.example.org/a"
        );
    }
}
