//! What the cluster needs to know, and what of it cannot be right together.

use std::time::Duration;

use thiserror::Error;

use crate::CacheSettings;

/// What a node says of itself to others.
#[derive(Clone, Debug, Default)]
pub struct NodeSettings {
    /// `NODE_NAME`.
    pub name: String,
    /// Where its peer listener is: `host:port`.
    pub address: String,
    /// `BOOT_MODE`.
    pub boot_mode: u8,
    /// The release that it runs.
    pub version: String,
}

/// The times of a node's session.
#[derive(Clone, Copy, Debug)]
pub struct SessionSettings {
    /// `SESSION_TTL`: how long a beat must not change before a node may be declared dead.
    pub ttl: Duration,
    /// `BEAT`: how often a node beats.
    pub beat: Duration,
    /// What is taken off for clocks that do not run at the same rate.
    pub margin: Duration,
}

/// How answers from memory are proved to be current.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ReadMode {
    /// `READ_MODE=cached`: by the deadline of the session.
    #[default]
    Cached,
    /// `READ_MODE=validated`: by one read of the row's position.
    Validated,
}

/// What the cluster needs to know.
#[derive(Clone, Debug)]
pub struct ClusterSettings {
    /// This node.
    pub node: NodeSettings,
    /// Its session.
    pub session: SessionSettings,
    /// How answers from memory are proved.
    pub read_mode: ReadMode,
    /// What is kept in memory.
    pub cache: CacheSettings,
    /// How long a request waits for a session to be fresh again, or for a silent owner, before it is sent away.
    pub patience: Duration,
    /// After so many forwards of one infrastructure from one node, an idle one is offered to that node.
    pub forwards_before_offer: u32,
}

/// Settings that cannot be right together.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SettingsError {
    /// A node that misses one beat must not be declared dead.
    #[error(
        "SESSION_TTL ({ttl:?}) must be more than three times BEAT ({beat:?}), so that a node that misses a beat is not declared dead."
    )]
    TtlTooShort {
        /// `SESSION_TTL`.
        ttl: Duration,
        /// `BEAT`.
        beat: Duration,
    },
    /// Nothing would be left of the time to live.
    #[error(
        "SESSION_TTL ({ttl:?}) less its margin ({margin:?}) must be more than two times BEAT ({beat:?}), so that answers do not wait for beats."
    )]
    MarginTooLong {
        /// `SESSION_TTL`.
        ttl: Duration,
        /// The margin.
        margin: Duration,
        /// `BEAT`.
        beat: Duration,
    },
    /// Times must be positive.
    #[error("BEAT must be more than 0.")]
    NoBeat,
}

// === impl SessionSettings ===

impl Default for SessionSettings {
    fn default() -> Self {
        Self {
            ttl: Duration::from_secs(10),
            beat: Duration::from_secs(3),
            margin: Duration::from_secs(2),
        }
    }
}

impl SessionSettings {
    /// Until when a beat that was sent at this moment lets answers be given.
    pub fn deadline(&self, sent: Duration) -> Duration {
        sent + self.ttl.saturating_sub(self.margin)
    }

    /// Whether these times can be right together.
    ///
    /// # Errors
    /// What is wrong, as a sentence.
    pub fn check(&self) -> Result<(), SettingsError> {
        let Self { ttl, beat, margin } = *self;
        if beat.is_zero() {
            return Err(SettingsError::NoBeat);
        }
        if ttl <= beat * 3 {
            return Err(SettingsError::TtlTooShort { ttl, beat });
        }
        if ttl.saturating_sub(margin) <= beat * 2 {
            return Err(SettingsError::MarginTooLong { ttl, margin, beat });
        }
        Ok(())
    }
}

impl ClusterSettings {
    /// The suggested ones, for a node.
    pub fn new(node: NodeSettings) -> Self {
        Self {
            node,
            session: SessionSettings::default(),
            read_mode: ReadMode::Cached,
            cache: CacheSettings {
                time_to_idle: None,
                max_bytes: 1 << 30,
            },
            patience: Duration::from_secs(2),
            forwards_before_offer: 5,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(ttl: u64, beat: u64, margin: u64) -> SessionSettings {
        SessionSettings {
            ttl: Duration::from_secs(ttl),
            beat: Duration::from_secs(beat),
            margin: Duration::from_secs(margin),
        }
    }

    #[test]
    fn times_that_cannot_be_right_together_are_refused() {
        assert_eq!(SessionSettings::default().check(), Ok(()));
        assert!(matches!(
            seconds(9, 3, 1).check(),
            Err(SettingsError::TtlTooShort { .. })
        ));
        assert!(matches!(
            seconds(10, 3, 4).check(),
            Err(SettingsError::MarginTooLong { .. })
        ));
        assert_eq!(seconds(10, 0, 1).check(), Err(SettingsError::NoBeat));
    }
}
