//! `raygen gitops`: what Argo CD needs and no object of the workspace brings.

use super::{Status, Terminal};
use crate::cli::{GitopsCommand, HealthFormat};
use crate::json;
use crate::{health, yaml};
use anyhow::Result;

pub(super) fn run(command: &GitopsCommand, terminal: &Terminal) -> Result<Status> {
    let GitopsCommand::Health { format } = command;
    let value = match format {
        HealthFormat::Patch => health::argo_cd_patch(),
        HealthFormat::Helm => json!({ "configs": { "cm": health::argo_cd_settings() } }),
    };
    terminal.print(&yaml::emit(&value))?;
    Ok(Status::Fine)
}
