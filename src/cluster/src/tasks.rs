//! Tasks that somebody waits for, on the runtime that they belong to.

use tokio::runtime::Handle;
use tokio::task::JoinHandle;
use tokio_util::task::TaskTracker;

/// Begins tasks on the runtime in which it was made, whoever asks: requests are served on threads of their own
/// (`im_api_server::EventLoops`), and what they leave behind must neither end nor wait with those. A clone is the same one.
#[derive(Clone, Debug)]
pub(crate) struct Tasks {
    runtime: Handle,
    tracker: TaskTracker,
}

// === impl Tasks ===

impl Tasks {
    /// Of the runtime that this is called in.
    ///
    /// # Panics
    /// Outside a runtime.
    pub(crate) fn new() -> Self {
        Self {
            runtime: Handle::current(),
            tracker: TaskTracker::new(),
        }
    }

    /// Begins a task.
    pub(crate) fn spawn<T: Send + 'static>(
        &self,
        task: impl Future<Output = T> + Send + 'static,
    ) -> JoinHandle<T> {
        self.tracker.spawn_on(task, &self.runtime)
    }

    /// Lets [`wait`](Self::wait) end when no task is left; tasks can still be begun.
    pub(crate) fn close(&self) {
        self.tracker.close();
    }

    /// Ends when it is closed and no task is left.
    pub(crate) async fn wait(&self) {
        self.tracker.wait().await;
    }
}
