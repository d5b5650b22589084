//! The XML-RPC API.
