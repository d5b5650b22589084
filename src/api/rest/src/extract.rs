//! What handlers take from a request. Whatever cannot be taken is answered with an [`ApiError`](crate::error::ApiError)
//! that says what it is.

mod base_url;
mod body;
mod caller;
mod conditions;
mod document;
mod headers;
mod params;
mod path;

pub(crate) use base_url::BaseUrl;
pub(crate) use body::Text;
pub(crate) use caller::Caller;
pub(crate) use conditions::ForRequest;
pub(crate) use document::Uploaded;
pub(crate) use headers::header_text;
pub(crate) use params::Params;
pub(crate) use path::{CloudId, FilePath, Inf, LastSegment, name_infrastructure};
