//! Synthetic workspaces of mixed shapes. One environment and ten objects a team on average, so that 1,000 teams make
//! about 10,000 objects.

use std::fs;
use std::path::Path;

/// `_platform.toml` of every synthetic workspace.
pub(crate) const PLATFORM: &str = r#"
[versions]
kubernetes = "1.34.1"
kuberay = "1.7.0"
karpenter = "1.14.1"

[environments.prod]
eks-cluster = "ml-prod"
region = "us-west-2"
zones = ["us-west-2a", "us-west-2b"]
domain = "ray.example.com"
node-role = "KarpenterNodeRole-ml-prod"
ami = "al2023@v20260810"
karpenter = { interruption-queue = "ml-prod" }
kuberay = { namespace = "kuberay-operator" }
ingress = { class = "alb", group = "ray" }
monitoring = { enabled = true, labels = { release = "prometheus" } }

[defaults.cluster]
ray-version = "2.52.0"
image = "rayproject/ray:{{ ray_version }}-py311{{ '-gpu' if gpu }}"

[profiles.a10g]
gpu = { model = "a10g", count = 1 }
instance-families = ["g5"]
capacity-type = ["spot", "on-demand"]

[pools.heads]
instance-families = ["m7i"]
instance-sizes = ["2xlarge"]
node-pool = { expire-after = "Never" }
"#;

/// Six shapes of teams, which take turns.
const SHAPES: [&str; 6] = [
    r#"
[clusters.train]
ingress = { expose = ["dashboard"] }
[clusters.train.workers.cpu]
cpu = 7
memory = "24Gi"
max = 10
"#,
    r#"
[clusters.train]
ingress = { expose = ["dashboard"], host = "{{ team }}.{{ domain }}" }
autoscaling.idle-timeout = "5m"
[clusters.train.head]
cpu = 3
memory = "12Gi"
[clusters.train.workers.gpu]
profile = "a10g"
cpu = 6
memory = "24Gi"
max = 8
node-pool = { disk = { size = "500Gi" }, limits = { "nvidia.com/gpu" = 8 } }
[override.prod.clusters.train.workers.gpu]
max = 4
"#,
    r#"
[clusters.batch]
autoscaling.enabled = false
env = { MODE = "batch", TOKEN = { secret = "token", key = "value" } }
[clusters.batch.head]
pool = "heads"
[clusters.batch.workers.small]
cpu = 2
memory = "8Gi"
replicas = 2
[clusters.batch.workers.large]
cpu = 15
memory = "110Gi"
replicas = 1
max = 4
"#,
    r#"
[services.chat]
auth = { secret = "token" }
ingress = { expose = ["serve"] }
[[services.chat.serve-config.applications]]
import_path = "chat:app"
[services.chat.workers.cpu]
cpu = 7
memory = "24Gi"
min = 1
max = 4
spread = "zone"
"#,
    r#"
[storage.scratch]
type = "fsx-lustre"
size = "2400Gi"
file-system-id = "fs-0123456789abcdef0"
mount-name = "abcdefgh"
zone = "us-west-2a"
permissions = { uid = 1000, gid = 100 }
[jobs.train]
entrypoint = "python train.py"
auth = { secret = "token" }
mounts = [{ storage = "scratch", path = "/data" }]
[jobs.train.workers.cpu]
cpu = 7
memory = "24Gi"
max = 4
"#,
    r#"
[clusters.serve]
ingress = { expose = ["dashboard", "serve"] }
disruption-budget.workers = 1
[clusters.serve.head]
cpu = 3
memory = "12Gi"
pod = { affinity = { nodeAffinity = { preferredDuringSchedulingIgnoredDuringExecution = [] } } }
[clusters.serve.workers.cpu]
cpu = 7
memory = "24Gi"
min = 1
max = 20
labels = { tier = "serving" }
"#,
];

/// The spec of team number `index`.
pub(crate) fn team(index: usize) -> String {
    let common =
        format!("owner = \"team-{index}@example.com\"\ncost-center = \"cc-{index}\"\nenv.TEAM = \"{index}\"\n");
    // Each file system belongs to one team.
    let shape = SHAPES[index % SHAPES.len()].replace("fs-0123456789abcdef0", &format!("fs-{index:017x}"));
    common + &shape
}

/// Writes a workspace of so many teams.
pub(crate) fn write(root: &Path, teams: usize) -> std::io::Result<()> {
    let directory = root.join("teams");
    fs::create_dir_all(&directory)?;
    fs::write(directory.join("_platform.toml"), PLATFORM)?;
    for index in 0..teams {
        fs::write(directory.join(format!("team-{index}.toml")), team(index))?;
    }
    Ok(())
}
