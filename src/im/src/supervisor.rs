//! What is told to who started the service and wants to know (systemd, by `NOTIFY_SOCKET`): nothing if nobody does.
//!
//! With it `systemctl restart` returns when the node serves, so that one node after the other can be restarted.

use sd_notify::NotifyState;

/// The service takes requests.
pub(crate) fn ready() {
    tell(&[NotifyState::Ready, NotifyState::Status("serves")]);
}

/// The service was told to end, and gives up what it owns.
pub(crate) fn stops() {
    tell(&[
        NotifyState::Stopping,
        NotifyState::Status("gives up what it owns"),
    ]);
}

fn tell(states: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(states) {
        tracing::warn!(%error, "the supervisor of the service cannot be told how it is");
    }
}
