//! Sealed requests and answers: who holds `CLUSTER_SECRET` wrote them, for this life of this node, and nobody else reads
//! them.
//!
//! # Why sealed, and not signed or mutual TLS
//! What is forwarded holds credentials of clouds, so a signature alone would show them to whoever listens. Mutual TLS
//! would need a certificate for every node, and a way to renew them; a secret is one value that all nodes share. So
//! each message is encrypted and authenticated (ChaCha20-Poly1305) under a key of its own, derived (HKDF-SHA256) from
//! the secret and 32 random bytes that travel with it: no key is used twice, so no nonce can be. The key of an answer
//! is derived with the number of its request, so that the answer to another request does not open. There is no forward
//! secrecy: who learns the secret reads what was recorded. Where that matters, the network between the nodes is to be
//! encrypted too.
//!
//! # Why a replay does nothing
//! A request names the boot that it is for and the boot that it is from, and has a number that the sender never uses
//! again. The receiver remembers the numbers that it has seen of each sender, in a window; older ones, and those that
//! were seen, are refused. Boot ids are random and new with each life, so nothing that was recorded fits a later one.
//! No clock is compared with another.

use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::hkdf::{HKDF_SHA256, KeyType, Prk, Salt};
use ring::rand::{SecureRandom, SystemRandom};
use thiserror::Error;

use im_util::Secret;

/// The secret of a cluster, ready for use.
#[derive(Clone)]
pub(crate) struct Sealer {
    /// The first seals, each opens.
    secrets: Vec<Prk>,
    random: SystemRandom,
}

/// A message that cannot be sealed or opened. It is not said why: who has the secret has no need to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a message between nodes cannot be sealed or opened")]
pub(crate) struct NotSealed;

/// What a key is for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Purpose<'a> {
    Request,
    /// The answer to the request that began with these bytes.
    Answer(&'a [u8]),
}

const MAGIC: &[u8] = b"im-peer/1\n";
const SALT_BYTES: usize = 32;

/// How much longer a message is when it is sealed.
pub(crate) const OVERHEAD: usize = MAGIC.len() + SALT_BYTES + 16;

struct KeyBytes;

// === impl Sealer ===

impl Sealer {
    /// With these secrets: the first seals, each opens. Without any, nothing can be sealed.
    pub(crate) fn new(secrets: &[Secret]) -> Self {
        let salt = Salt::new(HKDF_SHA256, b"im cluster peers");
        let extract = |secret: &Secret| salt.extract(secret.expose().as_bytes());
        Self {
            secrets: secrets.iter().map(extract).collect(),
            random: SystemRandom::new(),
        }
    }

    pub(crate) fn seal(&self, purpose: Purpose<'_>, message: &[u8]) -> Result<Vec<u8>, NotSealed> {
        let mut salt = [0; SALT_BYTES];
        self.random.fill(&mut salt).map_err(|_| NotSealed)?;
        let key = key(self.secrets.first().ok_or(NotSealed)?, purpose, &salt)?;
        let mut body = message.to_vec();
        key.seal_in_place_append_tag(nonce(), Aad::from(MAGIC), &mut body)
            .map_err(|_| NotSealed)?;
        let mut sealed = Vec::with_capacity(MAGIC.len() + SALT_BYTES + body.len());
        sealed.extend_from_slice(MAGIC);
        sealed.extend_from_slice(&salt);
        sealed.append(&mut body);
        Ok(sealed)
    }

    pub(crate) fn open(&self, purpose: Purpose<'_>, sealed: &[u8]) -> Result<Vec<u8>, NotSealed> {
        let rest = sealed.strip_prefix(MAGIC).ok_or(NotSealed)?;
        let (salt, body) = rest.split_at_checked(SALT_BYTES).ok_or(NotSealed)?;
        for secret in &self.secrets {
            let key = key(secret, purpose, salt)?;
            let mut body = body.to_vec();
            if let Ok(message) = key.open_in_place(nonce(), Aad::from(MAGIC), &mut body) {
                return Ok(message.to_vec());
            }
        }
        Err(NotSealed)
    }
}

/// A key for one message.
fn key(secret: &Prk, purpose: Purpose<'_>, salt: &[u8]) -> Result<LessSafeKey, NotSealed> {
    let info: [&[u8]; 3] = match purpose {
        Purpose::Request => [b"request", b"", salt],
        Purpose::Answer(request) => [b"answer", request, salt],
    };
    let mut bytes = [0; 32];
    secret
        .expand(&info, KeyBytes)
        .and_then(|key| key.fill(&mut bytes))
        .map_err(|_| NotSealed)?;
    let key = UnboundKey::new(&CHACHA20_POLY1305, &bytes).map_err(|_| NotSealed)?;
    Ok(LessSafeKey::new(key))
}

impl std::fmt::Debug for Sealer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sealer")
    }
}

impl KeyType for KeyBytes {
    fn len(&self) -> usize {
        32
    }
}

/// Each key seals one message.
fn nonce() -> Nonce {
    Nonce::assume_unique_for_key([0; NONCE_LEN])
}

/// What distinguishes a sealed request: its random bytes.
pub(crate) fn mark(sealed: &[u8]) -> &[u8] {
    sealed
        .get(MAGIC.len()..MAGIC.len() + SALT_BYTES)
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sealer(secrets: &str) -> Sealer {
        let secrets: Vec<Secret> = secrets.split(',').map(Secret::new).collect();
        Sealer::new(&secrets)
    }

    #[test]
    fn only_who_has_the_secret_reads_and_writes() {
        let sealed = sealer("one").seal(Purpose::Request, b"hello").unwrap();
        assert_eq!(
            sealer("one").open(Purpose::Request, &sealed).unwrap(),
            b"hello"
        );
        assert_eq!(
            sealer("two").open(Purpose::Request, &sealed),
            Err(NotSealed)
        );
        assert!(!sealed.windows(5).any(|part| part == b"hello"));
    }

    #[test]
    fn secrets_are_exchanged_one_node_after_the_other() {
        for [one, other] in [
            ["old", "old,new"],
            ["old,new", "new,old"],
            ["new,old", "new"],
        ] {
            for (from, to) in [(one, other), (other, one)] {
                let sealed = sealer(from).seal(Purpose::Request, b"hello").unwrap();
                let opened = sealer(to).open(Purpose::Request, &sealed);
                assert_eq!(opened.unwrap(), b"hello", "{from} to {to}");
            }
        }
    }

    #[test]
    fn no_bit_can_be_changed_or_taken_away() {
        let sealer = sealer("one");
        let sealed = sealer.seal(Purpose::Request, b"hello").unwrap();
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert!(sealer.open(Purpose::Request, &changed).is_err(), "{at}");
            assert!(
                sealer.open(Purpose::Request, &sealed[..at]).is_err(),
                "{at}"
            );
        }
    }

    #[test]
    fn an_answer_belongs_to_one_request() {
        let sealer = sealer("one");
        let answer = sealer.seal(Purpose::Answer(b"first"), b"done").unwrap();
        assert!(sealer.open(Purpose::Answer(b"first"), &answer).is_ok());
        assert!(sealer.open(Purpose::Answer(b"second"), &answer).is_err());
        assert!(sealer.open(Purpose::Request, &answer).is_err());
    }
}
