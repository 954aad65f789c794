//! New file systems into which Ray cannot write.

use crate::diagnostic::Severity;
use crate::lint::{Check, Findings, Group, Rule};
use crate::resolve::{Source, Team};

pub(super) static RULE: Rule = Rule {
    name: "root-owned-file-system",
    group: Group::Storage,
    summary: "a new file system belongs to root, and nobody gives it to Ray",
    severity: Severity::Warning,
    page: include_str!("root_owned_file_system.md"),
    check: Check::Team(check),
};

fn check(team: &Team, findings: &mut Findings<'_>) {
    for storage in team.storages.iter().filter(|storage| storage.permissions.is_none()) {
        let source = storage.volume.as_ref().map(|volume| &volume.source);
        if !matches!(source, Some(Source::NewFileSystem { .. })) {
            continue;
        }
        let groups = team.workloads.iter().flat_map(|workload| {
            std::iter::once(&workload.head).chain(workload.workers.iter().map(|worker| &worker.group))
        });
        let writes = |mount: &crate::resolve::Mount| mount.storage == storage.name && !mount.read_only;
        if groups.flat_map(|group| &group.mounts).any(writes) {
            let message = format!(
                "storage `{}` is a new file system that belongs to root, but Ray's images run as uid 1000",
                storage.name
            );
            findings
                .team(team, &storage.path.join("type"), message)
                .add_help("write `permissions = { uid = 1000, gid = 100 }`: a Job then changes the owner once");
        }
    }
}
