//! Credentials that outlive their request: sealed under `CLUSTER_KEY`, for one operation.
//!
//! # The form
//! A byte for the form, four for the key, twelve for the nonce, then what AES-256-GCM makes of the text. The keys are
//! derived (HKDF-SHA256) from those of the option, and a key is named by four bytes that are derived beside it and tell
//! nothing of it. The first key seals, any opens: a new key is put in front, and the former one taken away when
//! nothing that it sealed is open any more.
//!
//! # What it protects
//! Who reads the database, or a copy of it, learns nothing; who can write to it cannot give an operation the credentials
//! of another one, since those open only as what they were sealed for: this operation of this infrastructure. Nonces are
//! random, which is sound for far more operations under one key than a service ever has (2^32).

use im_domain::{InfId, OperationId};
use im_store::Sealed;
use im_util::Secret;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::hkdf::{HKDF_SHA256, KeyType, Prk, Salt};
use ring::rand::{SecureRandom, SystemRandom};
use thiserror::Error;
use zeroize::Zeroizing;

const FORM: u8 = 1;
const NAME_BYTES: usize = 4;
const HEAD: usize = 1 + NAME_BYTES + NONCE_LEN;

/// Seals and opens credentials of operations. Without keys it seals nothing.
#[derive(Default)]
pub struct Sealer {
    keys: Vec<Key>,
}

struct Key {
    name: [u8; NAME_BYTES],
    key: LessSafeKey,
}

/// Why sealed credentials cannot be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum SealError {
    /// None of the keys here sealed them.
    #[error("the credentials were sealed with a key that CLUSTER_KEY does not name")]
    UnknownKey,
    /// They were changed, or were sealed for another operation.
    #[error("the sealed credentials are not those of this operation, or were changed")]
    Damaged,
    /// A newer release sealed them.
    #[error("the sealed credentials have a form that this release does not know")]
    UnknownForm,
    /// The system gives no random numbers, or no key.
    #[error("the credentials cannot be sealed")]
    NotSealed,
}

struct Length(usize);

// === impl Sealer ===

impl Sealer {
    /// A sealer with the keys of `CLUSTER_KEY`, in their order; empty ones do not count.
    ///
    /// # Errors
    /// If no key can be derived, which does not happen.
    pub fn new(keys: &[Secret]) -> Result<Self, SealError> {
        let given = keys.iter().filter(|key| !key.is_empty());
        let keys = given.map(Key::derive).collect::<Result<_, _>>()?;
        Ok(Self { keys })
    }

    /// Whether there is a key.
    pub fn has_key(&self) -> bool {
        !self.keys.is_empty()
    }

    /// Seals a text for an operation; `None` without a key.
    ///
    /// # Errors
    /// `NotSealed`.
    pub fn seal(
        &self,
        inf: &InfId,
        operation: OperationId,
        text: &[u8],
    ) -> Result<Option<Sealed>, SealError> {
        let Some(key) = self.keys.first() else {
            return Ok(None);
        };
        let mut nonce = [0; NONCE_LEN];
        let random = SystemRandom::new();
        random.fill(&mut nonce).map_err(|_| SealError::NotSealed)?;
        // In place: the text is never in a second buffer, and this one ends as what was sealed.
        let mut body = Vec::with_capacity(text.len() + AES_256_GCM.tag_len());
        body.extend_from_slice(text);
        let aad = Aad::from(bound_to(key.name, inf, operation));
        let sealed =
            key.key
                .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), aad, &mut body);
        sealed.map_err(|_| SealError::NotSealed)?;
        let mut bytes = Vec::with_capacity(HEAD + body.len());
        bytes.push(FORM);
        bytes.extend_from_slice(&key.name);
        bytes.extend_from_slice(&nonce);
        bytes.extend_from_slice(&body);
        Ok(Some(Sealed(bytes)))
    }

    /// Opens what was sealed for an operation.
    ///
    /// # Errors
    /// Why not.
    pub fn open(
        &self,
        inf: &InfId,
        operation: OperationId,
        sealed: &Sealed,
    ) -> Result<Zeroizing<Vec<u8>>, SealError> {
        let (form, rest) = sealed.0.split_first().ok_or(SealError::Damaged)?;
        if *form != FORM {
            return Err(SealError::UnknownForm);
        }
        let (name, rest) = rest
            .split_first_chunk::<NAME_BYTES>()
            .ok_or(SealError::Damaged)?;
        let (nonce, body) = rest
            .split_first_chunk::<NONCE_LEN>()
            .ok_or(SealError::Damaged)?;
        let mut error = SealError::UnknownKey;
        for key in self.keys.iter().filter(|key| key.name == *name) {
            let mut body = Zeroizing::new(body.to_vec());
            let aad = Aad::from(bound_to(*name, inf, operation));
            let nonce = Nonce::assume_unique_for_key(*nonce);
            let opened = key.key.open_in_place(nonce, aad, &mut body);
            match opened.map(|text| text.len()) {
                Ok(length) => {
                    body.truncate(length);
                    return Ok(body);
                }
                Err(_) => error = SealError::Damaged,
            }
        }
        Err(error)
    }
}

impl std::fmt::Debug for Sealer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Sealer({} keys)", self.keys.len())
    }
}

// === impl Key ===

impl Key {
    fn derive(secret: &Secret) -> Result<Self, SealError> {
        let salt = Salt::new(HKDF_SHA256, b"im credentials of operations");
        let prk = salt.extract(secret.expose().as_bytes());
        let mut name = [0; NAME_BYTES];
        expand(&prk, b"name", &mut name)?;
        let mut bytes = Zeroizing::new([0; 32]);
        expand(&prk, b"key", &mut *bytes)?;
        let key = UnboundKey::new(&AES_256_GCM, &*bytes).map_err(|_| SealError::NotSealed)?;
        Ok(Self {
            name,
            key: LessSafeKey::new(key),
        })
    }
}

// === impl Length ===

impl KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

fn expand(prk: &Prk, purpose: &[u8], out: &mut [u8]) -> Result<(), SealError> {
    let purpose = [purpose];
    let okm = prk.expand(&purpose, Length(out.len()));
    okm.and_then(|okm| okm.fill(out))
        .map_err(|_| SealError::NotSealed)
}

/// What is sealed with the text: it opens nowhere else.
fn bound_to(name: [u8; NAME_BYTES], inf: &InfId, operation: OperationId) -> Vec<u8> {
    let mut bytes = vec![FORM];
    bytes.extend_from_slice(&name);
    bytes.extend_from_slice(operation.to_string().as_bytes());
    bytes.extend_from_slice(inf.as_str().as_bytes());
    bytes
}
