//! Prints what fits where and what it costs: for people, for pull requests, for scripts.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Serialize;

use super::grid::Grid;
use crate::fit::{GroupRow, Step, Table, VERSION, Why};

/// How fits are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum FitFormat {
    /// For people.
    #[default]
    Text,
    /// For scripts; `version` counts incompatible changes.
    Json,
    /// For pull requests.
    Markdown,
}

/// Types that a group's table shows; all are in the JSON.
const SHOWN: usize = 8;

/// Every group with its types.
pub fn groups(table: &Table, format: FitFormat) -> String {
    if format == FitFormat::Json {
        return json(table);
    }
    let mut text = String::new();
    for group in &table.groups {
        heading(&title(group), format, &mut text);
        let _ = writeln!(text, "{}", about(group));
        text.push_str(&fitting(group).print(format));
        if format == FitFormat::Markdown {
            // Or the next line would be one more row of the table.
            text.push('\n');
        }
        unfitting(group, &mut text);
        if group.incomplete {
            text.push_str("no cost can be told\n");
        } else {
            let _ = writeln!(
                text,
                "costs {} to {} an hour{}",
                money(group.floor_per_hour),
                money(group.ceiling_per_hour),
                unpriced(&group.unpriced)
            );
        }
        text.push('\n');
    }
    text.push_str(&source(table));
    text
}

/// Floor and ceiling of every team.
pub fn summary(table: &Table, format: FitFormat) -> String {
    if format == FitFormat::Json {
        #[derive(Serialize)]
        struct Summary<'a> {
            version: u32,
            prices: &'a crate::fit::Prices,
            teams: &'a [crate::fit::TeamRow],
        }
        return json(&Summary { version: table.version, prices: &table.prices, teams: &table.teams });
    }
    let mut grid = Grid::new(&[
        "environment",
        "team",
        "floor per hour",
        "ceiling per hour",
        "floor per 30 days",
        "ceiling per 30 days",
        "GPUs at max",
    ])
    .numbers_from(2);
    let mut notes = String::new();
    let mut environments: BTreeMap<&str, ([f64; 4], &str)> = BTreeMap::new();
    let mut gpus: BTreeMap<&str, u64> = BTreeMap::new();
    for row in &table.teams {
        let costs = [row.floor_per_hour, row.ceiling_per_hour, row.floor_per_30_days, row.ceiling_per_30_days];
        let mark = if row.incomplete || !row.unpriced.is_empty() { "+" } else { "" };
        let (sums, of_all) = environments.entry(&row.environment).or_default();
        sums.iter_mut().zip(costs).for_each(|(sum, cost)| *sum += cost);
        *of_all = if mark.is_empty() { *of_all } else { mark };
        *gpus.entry(&row.environment).or_default() += row.max_gpus;
        let costs = costs.map(|cost| format!("{}{mark}", money(cost)));
        grid.row(
            [row.environment.clone(), row.team.clone()].into_iter().chain(costs).chain([row.max_gpus.to_string()]),
        );
        if !mark.is_empty() {
            let why = if row.incomplete { "a group fits nowhere or has no price" } else { "some types have no price" };
            let _ =
                writeln!(notes, "+ {} in {} costs more: {why}{}", row.team, row.environment, unpriced(&row.unpriced));
        }
    }
    for (environment, (sums, mark)) in environments {
        let sums = sums.map(|sum| format!("{}{mark}", money(sum)));
        let gpus = gpus.get(environment).copied().unwrap_or(0).to_string();
        grid.row([environment.to_owned(), "all teams".to_owned()].into_iter().chain(sums).chain([gpus]));
    }
    format!("{}\n{notes}{}", grid.print(format), source(table))
}

/// One type for every group.
pub fn why(all: &[Why], format: FitFormat) -> String {
    if format == FitFormat::Json {
        #[derive(Serialize)]
        struct Explained<'a> {
            version: u32,
            groups: &'a [Why],
        }
        return json(&Explained { version: VERSION, groups: all });
    }
    let mut text = String::new();
    for each in all {
        let title = format!("{}: {} of {} on {}", each.environment, each.group, each.workload, each.instance_type);
        heading(&title, format, &mut text);
        let mut grid = Grid::new(&[&format!("NodePool {} requires", each.node_pool), "the type has", ""]);
        for met in &each.requirements {
            let value = met.value.clone().unwrap_or_else(|| "no such label".to_owned());
            grid.row([met.requirement.clone(), value, if met.met { "yes" } else { "no" }.to_owned()]);
        }
        let _ = writeln!(text, "{}", grid.print(format));
        let _ = writeln!(text, "{}", steps("node", &each.steps).print(format));
        let _ = writeln!(text, "{}", steps("the pod's containers", &each.containers).print(format));
        let verdict = match (each.launchable, each.pods_per_node) {
            (false, _) => "the pool does not launch it".to_owned(),
            (true, 0) => format!("no pod fits: {} is short", each.binding),
            (true, pods) => format!("{pods} per node; a further one would be short of {}", each.binding),
        };
        let _ = writeln!(text, "{verdict}\n");
    }
    text
}

/// A column for each resource that any of the steps has.
fn steps(first: &str, steps: &[Step]) -> Grid {
    let names = ["cpu", "memory", "ephemeral-storage"];
    let devices = steps.iter().flat_map(|step| step.amounts.keys()).filter(|name| !names.contains(name));
    let mut columns: Vec<&str> = names.to_vec();
    for device in devices {
        if !columns.contains(device) {
            columns.push(device);
        }
    }
    let mut grid =
        Grid::new(&std::iter::once(first).chain(columns.iter().copied()).collect::<Vec<_>>()).numbers_from(1);
    for step in steps.iter().filter(|step| !step.amounts.is_empty()) {
        let amounts = columns.iter().map(|name| step.amounts.get(name).cloned().unwrap_or_default());
        grid.row(std::iter::once(step.what.clone()).chain(amounts));
    }
    grid
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string_pretty(value).expect("strings and numbers serialize") + "\n"
}

fn heading(title: &str, format: FitFormat, text: &mut String) {
    let _ = match format {
        FitFormat::Markdown => writeln!(text, "### {title}\n"),
        _ => writeln!(text, "{title}"),
    };
}

fn title(group: &GroupRow) -> String {
    format!("{}: {} of {}", group.environment, group.group, group.workload)
}

fn pods(group: &GroupRow) -> String {
    let plural = if group.max_pods == 1 { "" } else { "s" };
    if group.min_pods == group.max_pods {
        format!("{} pod{plural}", group.max_pods)
    } else {
        format!("{} to {} pod{plural}", group.min_pods, group.max_pods)
    }
}

fn about(group: &GroupRow) -> String {
    let needs: Vec<String> = group.needs.iter().map(|(name, amount)| format!("{amount} {name}")).collect();
    let pods = pods(group);
    let pool = match &group.node_pool {
        Some(pool) => format!("NodePool {pool}, {}", group.capacity_types.join(" or ")),
        None => "no NodePool".to_owned(),
    };
    let zones = if group.zones.is_empty() { String::new() } else { format!(" in {}", group.zones.join(", ")) };
    let daemonsets: Vec<String> = group.daemonsets.iter().map(|(name, amount)| format!("{amount} {name}")).collect();
    let daemonsets = if daemonsets.is_empty() {
        "no DaemonSets counted (`daemonsets` of the environment)".to_owned()
    } else {
        format!("DaemonSets {}", daemonsets.join(", "))
    };
    let unknown = if group.unknown_types.is_empty() {
        String::new()
    } else {
        format!("\nnot known to raygen: {}", group.unknown_types.join(", "))
    };
    format!("{pods} of {}; {pool}{zones}; {daemonsets}{unknown}\n", needs.join(", "))
}

fn fitting(group: &GroupRow) -> Grid {
    let range = format!("at {}", pods(group));
    let mut grid = Grid::new(&["type", "pods per node", "bound by", "idle", "per hour", &range]).numbers_from(4);
    for row in group.fitting.iter().take(SHOWN) {
        let idle: Vec<String> = row.idle_percent.iter().map(|(name, part)| format!("{name} {part:.0} %")).collect();
        let price = row.price_per_hour.map_or_else(|| "no price".to_owned(), money);
        let cost = row.cost_per_hour.map_or_else(
            || "not known".to_owned(),
            |[least, most]| {
                if group.min_pods == group.max_pods {
                    money(most)
                } else {
                    format!("{} to {}", money(least), money(most))
                }
            },
        );
        let pods = row.pods_per_node.to_string();
        grid.row([row.instance_type.clone(), pods, row.binding.to_owned(), idle.join(", "), price, cost]);
    }
    if group.fitting.len() > SHOWN {
        grid.row([format!("and {} more", group.fitting.len() - SHOWN)]);
    }
    if group.fitting.is_empty() {
        grid.row(["none fits".to_owned()]);
    }
    grid
}

/// Types that lack the same are told together.
fn unfitting(group: &GroupRow, text: &mut String) {
    let mut alike: Vec<(String, Vec<&str>)> = Vec::new();
    for row in &group.unfitting {
        let why = format!("{} {} needed, {} offered", row.needs, row.binding, row.offers);
        match alike.iter_mut().find(|(other, _)| *other == why) {
            Some((_, types)) => types.push(&row.instance_type),
            None => alike.push((why, vec![&row.instance_type])),
        }
    }
    for (why, types) in alike.iter().take(SHOWN) {
        let verb = if types.len() == 1 { "does" } else { "do" };
        let more = if types.len() > SHOWN { format!(" and {} more", types.len() - SHOWN) } else { String::new() };
        let shown = types.iter().take(SHOWN).copied().collect::<Vec<_>>().join(", ");
        let _ = writeln!(text, "{shown}{more} {verb} not fit: {why}");
    }
    if alike.len() > SHOWN {
        let rest: usize = alike[SHOWN..].iter().map(|(_, types)| types.len()).sum();
        let _ = writeln!(text, "and {rest} more do not fit");
    }
}

fn unpriced(types: &[String]) -> String {
    match types {
        [] => String::new(),
        [one] => format!(", without {one}, which has no price"),
        several => format!(", without {}, which have no price", several.join(", ")),
    }
}

fn source(table: &Table) -> String {
    let prices = &table.prices;
    format!(
        "Prices: {} list of {}, {}; Spot is not known. Clusters of jobs and suspended ones have the floor 0.\n",
        prices.capacity_type, prices.region, prices.date
    )
}

/// To the cent; below ten cents to the hundredth of one.
fn money(dollars: f64) -> String {
    if dollars > 0.0 && dollars < 0.1 { format!("${dollars:.4}") } else { format!("${dollars:.2}") }
}
