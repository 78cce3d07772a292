//! The key pair that rich notifications are encrypted to: RSA of 2048 bits in a self-signed certificate, which is what
//! Graph asks for (Graph: Set up change notifications with resource data). Nobody verifies who signed it.

use std::sync::Arc;

use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use entente_model::WorkspaceId;
use entente_store::Store;
use serde::{Deserialize, Serialize};

use crate::error::EngineError;

/// A certificate and its private key.
pub struct Certificate {
    /// Distinguishes it from those before and after it.
    pub id: String,
    /// The certificate, DER.
    pub der: Arc<[u8]>,
    /// The private key, PKCS#8 DER.
    pub key: Arc<[u8]>,
}

#[derive(Serialize, Deserialize)]
struct Stored {
    id: String,
    certificate: String,
    key: String,
}

impl Certificate {
    /// The workspace's certificate, made when there is none.
    pub(crate) async fn of(store: &dyn Store, workspace: &WorkspaceId) -> Result<Self, EngineError> {
        let name = format!("certificate/{workspace}");
        let stored = match store.setting(&name).await? {
            Some(stored) => stored,
            None => store.setting_or(&name, made()?).await?,
        };
        let broken = || EngineError::Refused(format!("{workspace}: the stored certificate is damaged"));
        let stored: Stored = serde_json::from_slice(&stored).map_err(|_| broken())?;
        let der = STANDARD.decode(stored.certificate).map_err(|_| broken())?;
        let key = STANDARD.decode(stored.key).map_err(|_| broken())?;
        Ok(Self { id: stored.id, der: der.into(), key: key.into() })
    }
}

fn made() -> Result<Vec<u8>, EngineError> {
    let failed = |what: &str| EngineError::Refused(format!("making a key pair failed: {what}"));
    let pair = KeyPair::generate(KeySize::Rsa2048).map_err(|_| failed("no key"))?;
    let key = pair.as_der().map_err(|_| failed("no encoding"))?;
    let key: &[u8] = key.as_ref();
    let signer = rcgen::KeyPair::try_from(key).map_err(|_| failed("the key is not accepted"))?;
    let mut params = rcgen::CertificateParams::new(Vec::new()).map_err(|_| failed("no parameters"))?;
    params.distinguished_name.push(rcgen::DnType::CommonName, "Entente notifications");
    let certificate = params.self_signed(&signer).map_err(|_| failed("not signed"))?;
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, certificate.der());
    let stored = Stored {
        id: hex::encode(&digest.as_ref()[..8]),
        certificate: STANDARD.encode(certificate.der()),
        key: STANDARD.encode(key),
    };
    serde_json::to_vec(&stored).map_err(|_| failed("no encoding"))
}
