//! The files of `STATIC_FILES_DIR`.
//!
//! A path never leads out of the directory: its parts are looked at one by one, and what they lead to must still be in
//! the directory after all symbolic links were followed.

use std::io;
use std::path::{Path, PathBuf};

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderValue, StatusCode};
use tokio::fs::{File, canonicalize};
use tokio_util::io::ReaderStream;

use super::Answer;
use crate::api::Api;
use crate::error::ApiError;
use crate::extract::FilePath;
use crate::openapi::Refused;

/// A file of the operator.
#[utoipa::path(get, path = "/static/{path}", tag = "service", operation_id = "getStatic",
    params(("path" = String, Path, description = "The path of the file, slashes included.")),
    responses((status = 200, description = "The file.", body = [u8], content_type = "application/octet-stream"), Refused))]
pub(crate) async fn file(State(api): State<Api>, FilePath(path): FilePath) -> Answer {
    let root = api.settings().static_files.as_deref();
    let root = root.ok_or_else(|| ApiError::not_found("Static files not enabled."))?;
    let inside = inside(&path).ok_or_else(ApiError::no_such_file)?;
    let (file, size) = open(root, &inside).await.map_err(refuse)?;
    let mut response = Response::new(Body::from_stream(ReaderStream::new(file)));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind(&inside)));
    headers.insert(CONTENT_LENGTH, HeaderValue::from(size));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    Ok(response)
}

/// A relative path of plain names.
fn inside(path: &str) -> Option<PathBuf> {
    let plain = |name: &str| {
        !name.is_empty() && !name.starts_with('.') && !name.contains(['\\', '\0', ':'])
    };
    path.split('/')
        .map(|name| plain(name).then_some(name))
        .collect()
}

async fn open(root: &Path, inside: &Path) -> io::Result<(File, u64)> {
    let root = canonicalize(root).await?;
    let path = canonicalize(root.join(inside)).await?;
    if !path.starts_with(&root) {
        return Err(io::ErrorKind::NotFound.into());
    }
    let file = File::open(path).await?;
    let data = file.metadata().await?;
    if !data.is_file() {
        return Err(io::ErrorKind::NotFound.into());
    }
    Ok((file, data.len()))
}

fn refuse(error: io::Error) -> ApiError {
    match error.raw_os_error() {
        // Too many open files: the file may be there.
        Some(23 | 24) => ApiError::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "The service has no means to open the file now.",
        ),
        _ => ApiError::no_such_file(),
    }
}

fn kind(path: &Path) -> &'static str {
    let extension = path.extension().and_then(|text| text.to_str());
    match extension.map(str::to_ascii_lowercase).as_deref() {
        Some("txt" | "md" | "radl" | "log") => "text/plain; charset=utf-8",
        Some("html" | "htm") => "text/html; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("yaml" | "yml") => "text/yaml; charset=utf-8",
        Some("csv") => "text/csv; charset=utf-8",
        Some("xml") => "text/xml; charset=utf-8",
        Some("json") => "application/json",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("jpg" | "jpeg") => "image/jpeg",
        Some("gif") => "image/gif",
        Some("ico") => "image/x-icon",
        Some("pdf") => "application/pdf",
        Some("zip") => "application/zip",
        Some("gz" | "tgz") => "application/gzip",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_names_lead_anywhere() {
        assert_eq!(inside("a/b.txt"), Some(PathBuf::from("a/b.txt")));
        for bad in [
            "",
            "/etc/passwd",
            "..",
            "a/../b",
            "a//b",
            "a/",
            "./a",
            ".git/config",
            "a\\..\\b",
            "a\0",
            "c:",
        ] {
            assert_eq!(inside(bad), None, "{bad:?}");
        }
    }
}
