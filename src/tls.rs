//! TLS by rustls with ring, which needs neither CMake nor OpenSSL to build.

use std::sync::Arc;

use rustls::ClientConfig;
use rustls_platform_verifier::BuilderVerifierExt;

use crate::error::{BoxError, Error, InputFailure};

pub(crate) fn config() -> Result<ClientConfig, Error> {
    build().map_err(|e| InputFailure::new("TLS cannot be set up").source(e).configuration())
}

fn build() -> Result<ClientConfig, BoxError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    let mut config = builder.with_platform_verifier()?.with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}
