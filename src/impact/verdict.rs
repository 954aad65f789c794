//! Verdicts: what becomes of a change, from what nobody notices to what nobody can undo.

use clap::ValueEnum;

/// What the cluster does about a change. The order is that of severity.
///
/// The names are those of `--fail-on` and of the JSON output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum Verdict {
    /// Nothing that runs notices
    Unaffected,
    /// A new object
    Created,
    /// Applies in place
    Live,
    /// Pods are added or removed
    Scale,
    /// Nothing until pods or nodes are replaced for another reason
    Pending,
    /// Ignored after creation, or until the next cluster
    Ignored,
    /// Old and new pods run together until all are recreated
    Mixed,
    /// One half applies at once, the other when the head is recreated
    HalfApplied,
    /// An object stays as it was until somebody deletes it
    Stale,
    /// An operator upgrade in the same merge takes the change for applied
    Absorbed,
    /// A job runs again from its start
    Rerun,
    /// Pods run on that nobody looks after
    Orphan,
    /// A second Ray cluster at twice the capacity, then the first one goes
    NewCluster,
    /// Nodes drift and are replaced
    Roll,
    /// A node pool is deleted and its nodes are drained
    Drain,
    /// Head and workers restart at once
    Restart,
    /// All pods are deleted and none come back
    Stop,
    /// A workload is deleted with all that runs in it
    Delete,
    /// The API server or the operator refuses the object
    Rejected,
    /// Data may be lost or out of reach
    Data,
}

impl Verdict {
    /// As `--fail-on` takes it.
    pub fn name(self) -> String {
        self.to_possible_value().expect("no verdict is hidden").get_name().to_owned()
    }

    /// What is said of one thing and of several, as in "1 cluster restarts" and "2 clusters restart". Nodes have no pods
    /// that could be recreated: those that exist stay as they are.
    pub(super) fn phrase(self, number: usize, of_nodes: bool) -> &'static str {
        let [one, several] = match self {
            Self::Unaffected => ["without effect", "without effect"],
            Self::Created => ["created", "created"],
            Self::Live => ["changes in place", "change in place"],
            Self::Scale => ["scales", "scale"],
            Self::Pending if of_nodes => ["changes new nodes only", "change new nodes only"],
            Self::Pending => ["changes when pods are recreated", "change when pods are recreated"],
            Self::Ignored => ["ignores its change", "ignore their changes"],
            Self::Mixed => ["runs mixed until recreated", "run mixed until recreated"],
            Self::HalfApplied => ["is half changed", "are half changed"],
            Self::Stale => ["leaves something stale", "leave something stale"],
            Self::Absorbed => [
                "has its change absorbed by the operator upgrade",
                "have their changes absorbed by the operator upgrade",
            ],
            Self::Rerun => ["runs again", "run again"],
            Self::Orphan => ["orphans pods", "orphan pods"],
            Self::NewCluster => ["gets a new cluster at twice the capacity", "get new clusters at twice the capacity"],
            Self::Roll => ["rolls", "roll"],
            Self::Drain => ["drains", "drain"],
            Self::Restart => ["restarts", "restart"],
            Self::Stop => ["stops", "stop"],
            Self::Delete => ["is deleted", "are deleted"],
            Self::Rejected => ["is rejected", "are rejected"],
            Self::Data => ["puts data at risk", "put data at risk"],
        };
        if number == 1 { one } else { several }
    }
}
