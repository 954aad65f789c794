//! Entrypoints that run in two places.

use crate::diagnostic::Severity;
use crate::lint::{Check, Findings, Group, RayJob, Rule};

pub(super) static RULE: Rule = Rule {
    name: "split-entrypoint",
    group: Group::Ray,
    summary: "part of a job's entrypoint runs in the submitter instead of the cluster",
    severity: Severity::Warning,
    page: include_str!("split_entrypoint.md"),
    check: Check::RayJob(check),
};

fn check(job: &RayJob<'_>, findings: &mut Findings<'_>) {
    let by_shell = matches!(job.text("/submissionMode"), "" | "K8sJobMode" | "SidecarMode");
    // With a command of its own the submitter's shell never sees the entrypoint.
    let own_command = job.get("/submitterPodTemplate/spec/containers/0/command").is_some();
    if !by_shell || own_command {
        return;
    }
    let entrypoint = job.text("/entrypoint").trim();
    let Some((operator, rest)) = second_command(entrypoint) else { return };
    let message = format!(
        "{} runs `{}` in the submitter, for a shell there reads the `{operator}` before it",
        job.what(),
        rest.lines().next().unwrap_or_default().trim()
    );
    findings.job(job, "/entrypoint", message).add_help(if entrypoint.contains('\'') {
        "put the commands into a script of the image or the working directory, and run that".to_owned()
    } else {
        format!("quote the whole for a shell in the cluster: `bash -c '{}'`", entrypoint.replace('\n', "; "))
    });
}

/// The operator that ends the first command of a shell's line, and what follows; none where there is but one command.
fn second_command(line: &str) -> Option<(&'static str, &str)> {
    const OPERATORS: [(&str, &str); 6] =
        [("&&", "&&"), ("||", "||"), (";", ";"), ("|", "|"), ("&", "&"), ("\n", "line break")];
    let mut quote = None;
    let mut skip = false;
    for (index, c) in line.char_indices() {
        match (quote, c) {
            _ if skip => skip = false,
            (Some('\''), '\'') | (Some('"'), '"') => quote = None,
            (None | Some('"'), '\\') => skip = true,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(c),
            (None, '>') => skip = line[index + 1..].starts_with('&'),
            (None, _) => {
                let here = &line[index..];
                let found = OPERATORS.iter().find(|(operator, _)| here.starts_with(operator));
                let follows = |operator: &str| here[operator.len()..].trim_matches([';', ' ', '\n', '\t', '&']);
                if let Some((operator, shown)) = found
                    && !follows(operator).is_empty()
                    && !here.starts_with("&>")
                {
                    return Some((*shown, follows(operator)));
                }
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::second_command;

    #[test]
    fn only_what_a_shell_would_split_is_split() {
        for (line, rest) in [
            ("python a.py && python b.py", Some("python b.py")),
            ("cd /code; python b.py", Some("python b.py")),
            ("python a.py | tee log", Some("tee log")),
            ("python a.py\npython b.py", Some("python b.py")),
            ("bash -c 'cd /code && python b.py'", None),
            ("bash -c \"cd /code && python b.py\"", None),
            ("python a.py --glob a\\;b", None),
            ("python a.py \\\n  --epochs 3", None),
            ("python a.py;", None),
            ("python a.py 2>&1", None),
            ("python a.py --url 'http://x/?a=1&b=2'", None),
        ] {
            assert_eq!(second_command(line).map(|(_, rest)| rest), rest, "{line}");
        }
    }
}
