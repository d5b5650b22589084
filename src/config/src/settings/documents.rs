//! The documents that TOSCA documents refer to.

use std::num::{NonZeroU32, NonZeroU64};
use std::path::PathBuf;
use std::time::Duration;

use ipnet::IpNet;

use crate::codec::{Bytes, Count, Interval, Networks, OptionalFile, Positive, Seconds};
use crate::concern::concern;

concern! {
    /// The documents that TOSCA documents refer to.
    pub struct Documents, "Documents by URL" in "im" {
        /// Directory with documents: what a TOSCA document refers to as `https://HOST/PATH` is read from the file
        /// `HOST/PATH` in it, and nothing is fetched from the network. Without it, documents are fetched.
        dir: Option<PathBuf> = None, "DOCUMENTS_DIR" as OptionalFile;
        /// Networks or addresses from which documents may be fetched though they are not public, separated by commas.
        /// Without it, documents are fetched from public addresses only: never from this machine, private networks or
        /// the metadata service of a cloud. Every user of the service can have documents fetched from there.
        allowed_networks: Vec<IpNet> = Vec::new(), "DOCUMENTS_ALLOWED_NETWORKS" as Networks;
        /// File with certificates of authorities, in PEM form, that are believed beside those of the machine.
        ca_certs: Option<PathBuf> = None, "DOCUMENTS_CA_CERTS" as OptionalFile;
        /// Largest document.
        max_size: NonZeroU64 = size(4 << 20), "DOCUMENTS_MAX_SIZE" as Bytes;
        /// Largest number of documents that one request may have.
        max_number: NonZeroU32 = number(300), "DOCUMENTS_MAX_NUMBER" as Positive;
        /// Largest number of redirects that are followed for one document.
        max_redirects: u32 = 5, "DOCUMENTS_MAX_REDIRECTS" as Count;
        /// Time in which one document must have arrived, redirects included.
        timeout: Duration = Duration::from_secs(10), "DOCUMENTS_TIMEOUT" as Interval;
        /// Time in which all documents of one request must have arrived.
        request_timeout: Duration = Duration::from_secs(60), "DOCUMENTS_REQUEST_TIMEOUT" as Interval;
        /// Time for which a document that was fetched is used again without asking whether it has changed.
        cache_time: Duration = Duration::from_secs(60), "DOCUMENTS_CACHE_TIME" as Seconds;
        /// Bytes of memory for documents that were fetched.
        cache_size: NonZeroU64 = size(64 << 20), "DOCUMENTS_CACHE_SIZE" as Bytes;
    }
}

/// A number that is not 0.
const fn number(number: u32) -> NonZeroU32 {
    match NonZeroU32::new(number) {
        Some(number) => number,
        None => NonZeroU32::MIN,
    }
}

/// A size that is not 0.
const fn size(number: u64) -> NonZeroU64 {
    match NonZeroU64::new(number) {
        Some(number) => number,
        None => NonZeroU64::MIN,
    }
}
