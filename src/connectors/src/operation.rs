//! The calls that a connector answers, as data: errors, logs, time limits and tests name them.

use std::fmt;

/// A call of [`Connector`](crate::Connector), or the making of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Operation {
    /// A connector is made from a line of credentials.
    Connect,
    /// [`Connector::concretize`](crate::Connector::concretize)
    Concretize,
    /// [`Connector::launch`](crate::Connector::launch)
    Launch,
    /// [`Connector::status`](crate::Connector::status)
    Status,
    /// [`Connector::stop`](crate::Connector::stop)
    Stop,
    /// [`Connector::start`](crate::Connector::start)
    Start,
    /// [`Connector::reboot`](crate::Connector::reboot)
    Reboot,
    /// [`Connector::alter`](crate::Connector::alter)
    Alter,
    /// [`Connector::finalize`](crate::Connector::finalize)
    Finalize,
    /// [`Connector::snapshot`](crate::Connector::snapshot)
    Snapshot,
    /// [`Connector::delete_image`](crate::Connector::delete_image)
    DeleteImage,
    /// [`Connector::list_images`](crate::Connector::list_images)
    ListImages,
    /// [`Connector::quotas`](crate::Connector::quotas)
    Quotas,
    /// [`Connector::find_by_token`](crate::Connector::find_by_token)
    FindByToken,
}

// === impl Operation ===

impl Operation {
    /// The word for logs and errors.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::Concretize => "concretize",
            Self::Launch => "launch",
            Self::Status => "status",
            Self::Stop => "stop",
            Self::Start => "start",
            Self::Reboot => "reboot",
            Self::Alter => "alter",
            Self::Finalize => "finalize",
            Self::Snapshot => "snapshot",
            Self::DeleteImage => "delete_image",
            Self::ListImages => "list_images",
            Self::Quotas => "quotas",
            Self::FindByToken => "find_by_token",
        }
    }

    /// Whether the call changes nothing.
    pub fn is_read(self) -> bool {
        matches!(
            self,
            Self::Connect
                | Self::Concretize
                | Self::Status
                | Self::ListImages
                | Self::Quotas
                | Self::FindByToken
        )
    }

    /// Whether a repeat after a lost answer does no harm: it changes nothing, or leads to the same end.
    pub fn is_repeatable(self) -> bool {
        self.is_read()
            || matches!(
                self,
                Self::Stop | Self::Start | Self::Finalize | Self::DeleteImage
            )
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
