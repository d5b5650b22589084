//! The REST API.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use crate::codec::{Address, Bool, File, OptionalFile, Origins, Port};
use crate::concern::concern;
use crate::tls::Tls;

concern! {
    /// The REST API.
    pub struct Rest, "REST API" in "im" {
        /// Whether the REST API is served. Without any configuration file it is.
        active: bool = false, "ACTIVATE_REST" as Bool;
        /// Port of the REST API; 0 takes a free one.
        port: u16 = 8800, "REST_PORT" as Port;
        /// IP address of the REST API; `0.0.0.0` is all addresses of the machine.
        address: IpAddr = IpAddr::V4(Ipv4Addr::UNSPECIFIED), "REST_ADDRESS" as Address;
        /// Whether the REST API is secured with TLS.
        ssl: bool = false, "REST_SSL" as Bool;
        /// Path of the private key of the REST API, in PEM. Read again when it changes.
        ssl_keyfile: PathBuf = PathBuf::from("/etc/im/pki/server-key.pem"), "REST_SSL_KEYFILE" as File;
        /// Path of the certificate of the REST API and its chain, in PEM. Read again when it changes.
        ssl_certfile: PathBuf = PathBuf::from("/etc/im/pki/server-cert.pem"), "REST_SSL_CERTFILE" as File;
        /// Path of the certification authorities, in PEM, against which certificates that clients present are
        /// checked. Not used where it is not set and the default does not exist, or where it is blank.
        ssl_ca_certs: Option<PathBuf> = Some(PathBuf::from("/etc/im/pki/ca-chain.pem")), "REST_SSL_CA_CERTS" as OptionalFile;
        /// Whether pages of other origins may call the REST API from a browser (CORS).
        enable_cors: bool = false, "ENABLE_CORS" as Bool;
        /// The origins whose pages may, such as `https://ui.example.org`, separated by commas; * is all.
        cors_origin: Vec<String> = vec!["*".to_owned()], "CORS_ORIGIN" as Origins;
        /// Directory whose files are served under `/static`. Leave it blank to serve none.
        static_files_dir: Option<PathBuf> = None, "STATIC_FILES_DIR" as OptionalFile;
    }
}

// === impl Rest ===

impl Rest {
    /// Where it listens.
    pub fn listen(&self) -> SocketAddr {
        SocketAddr::new(self.address, self.port)
    }

    /// The files that secure it, where `REST_SSL` is on.
    pub fn tls(&self) -> Option<Tls> {
        self.ssl.then(|| Tls {
            key: self.ssl_keyfile.clone(),
            certificate: self.ssl_certfile.clone(),
            client_authorities: self.ssl_ca_certs.clone(),
        })
    }
}
