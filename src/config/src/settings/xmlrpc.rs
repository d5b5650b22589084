//! The XML-RPC API.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use crate::codec::{Address, Bool, File, OptionalFile, Port};
use crate::concern::concern;
use crate::tls::Tls;

concern! {
    /// The XML-RPC API.
    pub struct XmlRpc, "XML-RPC API" in "im" {
        /// Whether the XML-RPC API is served.
        active: bool = true, "ACTIVATE_XMLRPC" as Bool;
        /// Port of the XML-RPC API; 0 takes a free one.
        port: u16 = 8899, "XMLRCP_PORT" as Port;
        /// IP address of the XML-RPC API; `0.0.0.0` is all addresses of the machine.
        address: IpAddr = IpAddr::V4(Ipv4Addr::UNSPECIFIED), "XMLRCP_ADDRESS" as Address;
        /// Whether the XML-RPC API is secured with TLS.
        ssl: bool = false, "XMLRCP_SSL" as Bool;
        /// Path of the private key of the XML-RPC API, in PEM. Read again when it changes.
        ssl_keyfile: PathBuf = PathBuf::from("/etc/im/pki/server-key.pem"), "XMLRCP_SSL_KEYFILE" as File;
        /// Path of the certificate of the XML-RPC API and its chain, in PEM. Read again when it changes.
        ssl_certfile: PathBuf = PathBuf::from("/etc/im/pki/server-cert.pem"), "XMLRCP_SSL_CERTFILE" as File;
        /// Path of the certification authorities, in PEM, against which certificates that clients present are
        /// checked. Not used where it is not set and the default does not exist, or where it is blank.
        ssl_ca_certs: Option<PathBuf> = Some(PathBuf::from("/etc/im/pki/ca-chain.pem")), "XMLRCP_SSL_CA_CERTS" as OptionalFile;
        /// Whether the function `GetVMInfo` answers RADL in JSON instead of plain RADL.
        vminfo_json: bool = false, "VMINFO_JSON" as Bool;
    }
}

// === impl XmlRpc ===

impl XmlRpc {
    /// Where it listens.
    pub fn listen(&self) -> SocketAddr {
        SocketAddr::new(self.address, self.port)
    }

    /// The files that secure it, where `XMLRCP_SSL` is on.
    pub fn tls(&self) -> Option<Tls> {
        self.ssl.then(|| Tls {
            key: self.ssl_keyfile.clone(),
            certificate: self.ssl_certfile.clone(),
            client_authorities: self.ssl_ca_certs.clone(),
        })
    }
}
