//! RayJobs and RayCronJobs: a run keeps what it was started with.

use raygen::impact::Verdict::{self, Ignored, Live, Rejected, Rerun, Stop};
use raygen::json;

use super::Edit::{self, Object, Spec};
use super::verdicts;

const JOB: &str = r#"
[jobs.train]
entrypoint = "python train.py"
auth = { secret = "token" }
[jobs.train.workers.a]
cpu = 3
memory = "12Gi"
max = 4
"#;

const CRON_JOB: &str = r#"
[cron-jobs.train]
entrypoint = "python train.py"
schedule = "0 3 * * *"
auth = { secret = "token" }
[cron-jobs.train.workers.a]
cpu = 3
memory = "12Gi"
max = 4
"#;

fn job() -> Vec<(&'static str, Edit, &'static [Verdict])> {
    vec![
        ("cluster's image", Spec("", "[override.prod.jobs.train]\nimage = \"ray:2\""), &[Ignored]),
        ("cluster's numbers", Spec("", "[override.prod.jobs.train.workers.a]\nmax = 8"), &[Ignored]),
        ("suspend", Spec("", "[override.prod.jobs.train]\nsuspend = true"), &[Stop]),
        ("resume", Spec("[override.prod.jobs.train]\nsuspend = true", ""), &[Rerun]),
        (
            "another cluster on resuming",
            Spec("[override.prod.jobs.train]\nsuspend = true", "[override.prod.jobs.train]\nimage = \"ray:2\""),
            &[Rerun, Live],
        ),
        ("backoffLimit", Spec("", "[override.prod.jobs.train]\nretries = 3"), &[Live]),
        ("activeDeadlineSeconds", Spec("", "[override.prod.jobs.train]\ndeadline = \"6h\""), &[Live]),
        ("ttlSecondsAfterFinished", Spec("", "[override.prod.jobs.train]\nttl = \"6h\""), &[Live]),
        (
            "deletionStrategy",
            Object(
                "/spec/deletionStrategy",
                json!({"deletionRules": []}),
                json!({"deletionRules": [{"policy": "DeleteSelf"}]}),
            ),
            &[Live],
        ),
        ("entrypoint", Spec("", "[override.prod.jobs.train]\nentrypoint = \"python b.py\""), &[Ignored]),
        ("runtimeEnvYAML", Spec("", "[override.prod.jobs.train]\nruntime-env = { pip = [\"a\"] }"), &[Ignored]),
        ("submitter", Spec("", "[override.prod.jobs.train]\nsubmitter.cpu = 1"), &[Ignored]),
        ("managedBy", Object("/spec/managedBy", json!("ray.io/kuberay-operator"), json!("x")), &[Rejected]),
        (
            "managedBy another",
            Object("/spec/managedBy", json!(null), json!("kueue.x-k8s.io/multikueue")),
            &[Verdict::Orphan],
        ),
        ("labels", Object("/metadata/labels/a", json!("a"), json!("b")), &[Live]),
    ]
}

fn cron_job() -> Vec<(&'static str, Edit, &'static [Verdict])> {
    vec![
        ("jobTemplate", Spec("", "[override.prod.cron-jobs.train]\nentrypoint = \"python b.py\""), &[Live]),
        ("its cluster", Spec("", "[override.prod.cron-jobs.train]\nimage = \"ray:2\""), &[Live]),
        ("schedule", Spec("", "[override.prod.cron-jobs.train]\nschedule = \"0 4 * * *\""), &[Live]),
        ("timeZone", Spec("", "[override.prod.cron-jobs.train]\ntime-zone = \"Europe/Berlin\""), &[Live]),
        ("suspend", Spec("", "[override.prod.cron-jobs.train]\nsuspend = true"), &[Live]),
    ]
}

#[test]
fn every_change_of_a_job_has_its_verdicts() {
    for (base, kind, rows) in [(JOB, "RayJob", job()), (CRON_JOB, "RayCronJob", cron_job())] {
        for (what, edit, expected) in rows {
            let (old, new) = edit.sides(base, kind);
            assert_eq!(verdicts(&old, &new, ("1.7.0", "1.7.0")), expected, "{kind}: {what}");
        }
    }
}
