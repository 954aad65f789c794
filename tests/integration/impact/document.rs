//! `docs/impact.md` says what the tables say. `BLESS=1 cargo test` rewrites it.

use std::fmt::Write as _;
use std::fs;

use raygen::impact::table::{Parts, Row};
use raygen::impact::{Verdict, deletion, ec2_node_class, node_pool, other, ray_cluster, ray_job, ray_service, upgrade};

const DOCUMENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/impact.md");

const BEGINNING: &str = "\
# What merging does

`raygen diff` looks every change up in these tables, which are those of [`src/impact/`](../src/impact): the first row that
fits counts. `[*]` is any item of a list, `*` any one field, `{a,b}` either, `**` whatever comes below. A test keeps this
page current, and others try every row.
";

/// The tables of one kind: a title, what it is about, and the rows.
type Section<'a> = (&'a str, Vec<(String, &'a [Row])>);

fn sections() -> Vec<Section<'static>> {
    let parts =
        |parts: Parts| parts.iter().map(|(part, rows)| (format!("Fields of `{}`", path(part)), *rows)).collect();
    let table = |text: &str, rows| (text.to_owned(), rows);
    let cluster = vec![
        table("Whatever the upgrade strategy; fields of `spec`", ray_cluster::BESIDE),
        table("Running pods with strategy `None`; fields of `spec`", ray_cluster::PODS),
        table(
            "Running pods with strategy `Recreate`; fields of `spec` that the operator hashes",
            ray_cluster::RECREATION,
        ),
        table("Fields of `metadata`", ray_cluster::METADATA),
    ];
    let mut sections = vec![
        ("RayCluster", cluster),
        ("RayService", parts(ray_service::PARTS)),
        ("RayJob", parts(ray_job::JOB_PARTS)),
        ("RayCronJob", parts(ray_job::CRON_JOB_PARTS)),
        ("NodePool", parts(node_pool::PARTS)),
        ("EC2NodeClass", parts(ec2_node_class::PARTS)),
    ];
    let others = other::TABLES.iter().map(|(kinds, rows)| (format!("Fields of {}", kinds.join(" or ")), *rows));
    sections.push(("Other kinds", others.chain([table("Whatever no table speaks of", other::ANY)]).collect()));
    sections
}

fn path(pointer: &str) -> String {
    pointer.trim_start_matches('/').replace('/', ".")
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('<', "&lt;").replace('>', "&gt;")
}

fn document() -> String {
    let mut text = BEGINNING.to_owned();
    for (title, tables) in sections() {
        let _ = write!(text, "\n## {title}\n");
        for (about, rows) in tables {
            let _ = write!(text, "\n{about}:\n\n| field | if | verdict | why | who says so |\n|---|---|---|---|---|\n");
            for row in rows {
                let condition = row.condition.replace('_', " ");
                let fields = row.field.split(" | ").map(|field| format!("`{field}`")).collect::<Vec<_>>().join(", ");
                let _ = writeln!(
                    text,
                    "| {fields} | {condition} | {} | {} | {} |",
                    row.verdict.name(),
                    cell(row.why),
                    cell(row.fact)
                );
            }
        }
    }
    let unhashed = ray_cluster::NOT_HASHED.iter().map(|(field, since)| format!("| `{field}` | {since} |\n"));
    let unhashed: String = unhashed.collect::<Vec<_>>().concat();
    let _ = write!(
        text,
        "\n## The hash of a Ray cluster's spec\n\nIt leaves out:\n\n| field | since KubeRay |\n|---|---|\n{unhashed}"
    );
    text.push_str("\n## Objects that are gone\n\n| kind | verdict | why | who says so |\n|---|---|---|---|\n");
    for (kind, verdict, why, fact) in deletion::DELETIONS {
        let _ = writeln!(text, "| {kind} | {} | {} | {} |", verdict.name(), cell(why), cell(fact));
    }
    text.push_str("\n## Another release\n\n| of | that crosses | what that means | who says so |\n|---|---|---|---|\n");
    for (project, since, what, fact) in upgrade::NOTES {
        let since = since.as_ref().map_or_else(|| "any".to_owned(), ToString::to_string);
        let _ = writeln!(text, "| {project} | {since} | {} | {} |", cell(what), cell(fact));
    }
    text
}

#[test]
fn the_document_is_current() {
    let current = document();
    if std::env::var_os("BLESS").is_some() {
        fs::write(DOCUMENT, current).unwrap();
    } else {
        let text = fs::read_to_string(DOCUMENT).unwrap();
        let diff = raygen::tree::unified_diff("docs/impact.md", Some(&text), Some(&current));
        assert!(text == current, "BLESS=1 rewrites, if this is meant:\n{diff}");
    }
}

/// A table without a last row for everything would leave a change without a verdict.
#[test]
fn every_field_is_in_a_table() {
    let whole = [("RayCluster", ray_cluster::PODS), ("RayCluster", ray_cluster::RECREATION), ("others", other::ANY)];
    let parts =
        [ray_service::PARTS, ray_job::JOB_PARTS, ray_job::CRON_JOB_PARTS, node_pool::PARTS, ec2_node_class::PARTS];
    let tables = whole.into_iter().chain(parts.into_iter().flatten().copied());
    for (name, rows) in tables {
        let last = rows.last().unwrap();
        assert!(last.field == "**" && last.condition.is_empty(), "{name}: {last:?}");
        let before = &rows[..rows.len() - 1];
        assert!(
            before.iter().all(|row| row.field != "**" || !row.condition.is_empty()),
            "{name}: rows that never count"
        );
    }
    assert!(Verdict::Unaffected < Verdict::Restart && Verdict::Restart < Verdict::Data);
}
