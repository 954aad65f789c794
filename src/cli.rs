//! The command line. Doc comments are the help.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::impact::Verdict;
use crate::report::fit::FitFormat;
use crate::report::{Format, ImpactFormat};

/// Renders short team specs into the Kubernetes manifests that run Ray on Amazon EKS, and proves them before merge.
#[derive(Debug, Parser)]
#[command(name = "raygen", version, propagate_version = true)]
pub struct Cli {
    #[command(subcommand)]
    #[expect(missing_docs)]
    pub command: Command,
    /// When to use colour
    #[arg(long, global = true, value_enum, default_value_t, value_name = "WHEN")]
    pub color: Color,
}

/// When to use colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless `NO_COLOR` is set
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Write a workspace to start from: platform, example team, pre-commit and CI
    Init(Init),
    /// Write a commented team file
    New(New),
    /// Write the manifests of the team specs to `generated/`
    Render(Render),
    /// Check the specs and everything they would render
    Lint(Lint),
    /// Tell which instance types take each group's pods, and what they cost
    Fit(Fit),
    /// Tell what merging does to the running clusters
    ///
    /// Renders the specs of a Git revision and those of the working tree, and tells of every object that differs what the
    /// API server, KubeRay and Karpenter will do about it. Nothing is checked out or written. That there are differences
    /// is no problem: the exit status is 1 only for changed specs with errors and for what `--fail-on` names.
    Diff(Diff),
    /// Print what Argo CD needs beside the wiring that `render` writes
    Gitops(Gitops),
    /// Explain a rule, list all rules, or tell where a value comes from
    Explain(Explain),
    /// Print the editor schemas of the specs, or import the schema of a CRD
    Schema(Schema),
    /// Print shell completions
    Completions(Completions),
    /// Print the manual page, or write one page per command
    Man(Man),
}

/// Where the workspace is.
#[derive(Clone, Debug, Args)]
pub struct Root {
    /// Directory that holds `teams/`
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub root: PathBuf,
}

/// `raygen init`.
#[derive(Debug, Args)]
pub struct Init {
    /// CI to write configuration for; both when not given
    #[arg(long, value_enum, value_name = "CI")]
    pub ci: Vec<Ci>,
    #[command(flatten)]
    #[expect(missing_docs)]
    pub root: Root,
}

/// CI systems with a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Ci {
    /// `.github/workflows/raygen.yaml`
    Github,
    /// `.gitlab-ci.yml`
    Gitlab,
}

/// `raygen new`.
#[derive(Debug, Args)]
pub struct New {
    /// The team's name, which becomes the file's
    pub team: String,
    /// A profile of the platform for its first worker group
    #[arg(long, value_name = "PROFILE")]
    pub profile: Option<String>,
    #[command(flatten)]
    #[expect(missing_docs)]
    pub root: Root,
}

/// `raygen render`.
#[derive(Debug, Args)]
pub struct Render {
    /// Teams to render; all when none is named
    #[arg(value_name = "TEAM")]
    pub teams: Vec<String>,
    /// Render only this environment; may be given several times
    #[arg(long = "environment", value_name = "ENVIRONMENT")]
    pub environments: Vec<String>,
    /// Write nothing; show what would change and exit 1 if anything would
    #[arg(long, conflicts_with_all = ["stdout", "force"])]
    pub check: bool,
    /// How to print what `--check` finds
    #[arg(long, value_enum, default_value_t, requires = "check")]
    pub format: Format,
    /// Print the manifests as one YAML stream instead of writing them; without what makes Argo CD or Flux sync
    #[arg(long)]
    pub stdout: bool,
    /// Overwrite generated files that were edited by hand
    #[arg(long, conflicts_with = "stdout")]
    pub force: bool,
    #[command(flatten)]
    #[expect(missing_docs)]
    pub root: Root,
    /// Directory to write to, below the workspace's root
    #[arg(long, value_name = "DIR", default_value = "generated")]
    pub output: String,
}

/// `raygen lint`.
#[derive(Debug, Args)]
pub struct Lint {
    /// Teams to check; all when none is named
    #[arg(value_name = "TEAM")]
    pub teams: Vec<String>,
    /// Check only this environment; may be given several times
    #[arg(long = "environment", value_name = "ENVIRONMENT")]
    pub environments: Vec<String>,
    /// Check manifests instead of specs: files, directories, or `-` for stdin
    #[arg(long, value_name = "PATH", num_args = 1.., conflicts_with_all = ["teams", "environments", "fix", "diff"])]
    pub manifests: Vec<PathBuf>,
    /// Release of KubeRay that the manifests are for; the newest known when not given
    #[arg(long, value_name = "VERSION", requires = "manifests")]
    pub kuberay: Option<String>,
    /// Release of Karpenter that the manifests are for; the newest known when not given
    #[arg(long, value_name = "VERSION", requires = "manifests")]
    pub karpenter: Option<String>,
    /// How to print what is wrong
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
    /// Mend what can be mended safely, in the TOML files
    #[arg(long)]
    pub fix: bool,
    /// Show what `--fix` would change, and write nothing
    #[arg(long, conflicts_with = "fix")]
    pub diff: bool,
    #[command(flatten)]
    #[expect(missing_docs)]
    pub root: Root,
}

/// `raygen fit`.
#[derive(Debug, Args)]
pub struct Fit {
    /// Teams to look at; all when none is named
    #[arg(value_name = "TEAM")]
    pub teams: Vec<String>,
    /// Look only at this environment; may be given several times
    #[arg(long = "environment", value_name = "ENVIRONMENT")]
    pub environments: Vec<String>,
    /// Show one instance type step by step, for every group
    #[arg(long, value_name = "TYPE", conflicts_with = "summary")]
    pub why: Option<String>,
    /// Show what each team costs at the least and at the most, instead of its groups
    #[arg(long)]
    pub summary: bool,
    /// How to print it
    #[arg(long, value_enum, default_value_t)]
    pub format: FitFormat,
    #[command(flatten)]
    #[expect(missing_docs)]
    pub root: Root,
}

/// `raygen diff`.
#[derive(Debug, Args)]
pub struct Diff {
    /// Teams to compare; all when none is named
    #[arg(value_name = "TEAM")]
    pub teams: Vec<String>,
    /// Compare only this environment; may be given several times
    #[arg(long = "environment", value_name = "ENVIRONMENT")]
    pub environments: Vec<String>,
    /// Revision to compare with; `REV...` is its merge base with HEAD. When not given: the merge base with the branch that
    /// pull requests go to (origin/HEAD, else main or master), or HEAD where there is none
    #[arg(long, value_name = "REV")]
    pub base: Option<String>,
    /// How to print the differences; `markdown` is a comment for a pull request
    #[arg(long, value_enum, default_value_t)]
    pub format: ImpactFormat,
    /// Show the manifests' text diffs below the changed fields
    #[arg(long)]
    pub unified: bool,
    /// Exit 1 if a change does any of these, such as `restart,data`
    #[arg(long, value_enum, value_name = "VERDICT", value_delimiter = ',')]
    pub fail_on: Vec<Verdict>,
    #[command(flatten)]
    #[expect(missing_docs)]
    pub root: Root,
}

/// `raygen gitops`.
#[derive(Debug, Args)]
pub struct Gitops {
    #[command(subcommand)]
    #[expect(missing_docs)]
    pub command: GitopsCommand,
}

/// What to print.
#[derive(Debug, Subcommand)]
pub enum GitopsCommand {
    /// Print Argo CD's health checks of RayCluster, RayService, RayJob and RayCronJob
    Health {
        /// In which form
        #[arg(long, value_enum, default_value_t)]
        format: HealthFormat,
    },
}

/// Forms of Argo CD's health checks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum HealthFormat {
    /// A patch: `kubectl patch configmap argocd-cm --namespace argocd --patch-file FILE`
    #[default]
    Patch,
    /// Values of the Helm chart `argo-cd`
    Helm,
}

/// `raygen explain`.
#[derive(Debug, Args)]
pub struct Explain {
    /// A rule, or with KEY a team; without either, all rules are listed
    #[arg(value_name = "RULE|TEAM")]
    pub what: Option<String>,
    /// A key of the team's spec, such as `clusters.train.workers.gpu.max`
    #[arg(value_name = "KEY")]
    pub key: Option<String>,
    /// Only in this environment
    #[arg(long, value_name = "ENVIRONMENT")]
    pub environment: Option<String>,
    #[command(flatten)]
    #[expect(missing_docs)]
    pub root: Root,
}

/// `raygen schema`.
#[derive(Debug, Args)]
pub struct Schema {
    #[command(subcommand)]
    #[expect(missing_docs)]
    pub command: SchemaCommand,
}

/// Which schema.
#[derive(Debug, Subcommand)]
pub enum SchemaCommand {
    /// Print the editor schema of `teams/<team>.toml`
    Team,
    /// Print the editor schema of `teams/_platform.toml`
    Platform,
    /// Make the CRDs of your own clusters the schemas that manifests are checked against
    Import(SchemaImport),
}

/// `raygen schema import`.
#[derive(Debug, Args)]
pub struct SchemaImport {
    /// Files with CRDs, as `kubectl get crd NAME -o yaml` prints them; `-` for stdin
    #[arg(required = true, value_name = "CRD")]
    pub files: Vec<PathBuf>,
    /// Directory to write to instead of the workspace's `teams/_schemas`
    #[arg(long, value_name = "DIR")]
    pub output: Option<PathBuf>,
    /// Print the schemas instead of writing them
    #[arg(long, conflicts_with = "output")]
    pub stdout: bool,
    /// How to print what is wrong with the CRDs
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
    #[command(flatten)]
    #[expect(missing_docs)]
    pub root: Root,
}

/// `raygen completions`.
#[derive(Debug, Args)]
pub struct Completions {
    /// The shell
    pub shell: clap_complete::Shell,
}

/// `raygen man`.
#[derive(Debug, Args)]
pub struct Man {
    /// Directory to write one page per command to, instead of printing the main one
    #[arg(long, value_name = "DIR")]
    pub output: Option<PathBuf>,
}
