//! One question to a server and its answer.

use bytes::Bytes;
use http::header::{ACCEPT, ACCEPT_ENCODING, CONNECTION, HOST, USER_AGENT};
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode};
use http_body_util::{BodyExt, Empty, LengthLimitError, Limited};
use hyper::body::{Body, Incoming};
use hyper_util::rt::TokioIo;

use crate::connect::Stream;
use crate::error::DocumentError;
use crate::target::Target;

/// The longest head of an answer.
const LONGEST_HEAD: usize = 64 << 10;

/// How much of an answer that is not the document is told to whoever asked for it.
const LONGEST_COMPLAINT: usize = 2 << 10;

/// An answer with its body read.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// Asks for a document with the given headers, and reads the answer up to a number of bytes. The connection ends with it.
pub(crate) async fn ask(
    stream: Box<dyn Stream>,
    target: &Target,
    headers: &HeaderMap,
    max_bytes: usize,
) -> Result<Answer, DocumentError> {
    let broken = |error: hyper::Error| DocumentError::Broken(error.to_string());
    let (mut sender, connection) = hyper::client::conn::http1::Builder::new()
        .max_buf_size(LONGEST_HEAD)
        .handshake(TokioIo::new(stream))
        .await
        .map_err(broken)?;
    let request = request(target, headers)?;
    let answered = async {
        let response = sender.send_request(request).await.map_err(broken)?;
        read(response, max_bytes).await
    };
    // The connection is driven here, not in a task of its own, so that it ends when the caller gives up.
    let mut connection = Box::pin(connection);
    tokio::pin!(answered);
    let ended = tokio::select! {
        answer = &mut answered => return answer,
        ended = &mut connection => ended,
    };
    // It has read what there was; the rest of the answer is in the buffers, and what is missing is not coming.
    drop(connection);
    match (answered.await, ended) {
        (Err(_), Err(error)) => Err(broken(error)),
        (answer, _) => answer,
    }
}

fn request(target: &Target, headers: &HeaderMap) -> Result<Request<Empty<Bytes>>, DocumentError> {
    let wrong = |error: http::Error| DocumentError::Address(error.to_string());
    let host = HeaderValue::try_from(target.authority()).map_err(|error| wrong(error.into()))?;
    let mut request = Request::get(target.path_and_query())
        .body(Empty::new())
        .map_err(wrong)?;
    let all = request.headers_mut();
    all.insert(HOST, host);
    all.insert(ACCEPT, HeaderValue::from_static("*/*"));
    all.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    all.insert(CONNECTION, HeaderValue::from_static("close"));
    let agent = concat!("InfrastructureManager/", env!("CARGO_PKG_VERSION"));
    all.insert(USER_AGENT, HeaderValue::from_static(agent));
    for (name, value) in headers {
        all.insert(name, value.clone());
    }
    Ok(request)
}

async fn read(response: Response<Incoming>, max_bytes: usize) -> Result<Answer, DocumentError> {
    let (head, body) = response.into_parts();
    let is_document = head.status == StatusCode::OK;
    let most = if is_document {
        max_bytes
    } else {
        LONGEST_COMPLAINT
    };
    let most_bytes = u64::try_from(most).unwrap_or(u64::MAX);
    if is_document && body.size_hint().lower() > most_bytes {
        return Err(DocumentError::TooLong(max_bytes));
    }
    let body = match Limited::new(body, most).collect().await {
        Ok(body) => body.to_bytes(),
        Err(error) if error.is::<LengthLimitError>() && is_document => {
            return Err(DocumentError::TooLong(max_bytes));
        }
        Err(_) if !is_document => Bytes::new(),
        Err(error) => return Err(DocumentError::Broken(error.to_string())),
    };
    Ok(Answer {
        status: head.status,
        headers: head.headers,
        body,
    })
}
