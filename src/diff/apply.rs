//! Does to a value what changes say: the proof that a diff leaves nothing out.

use super::list_keys::key;
use super::{Change, Edit, Step, compare};
use crate::json::Value;

/// `old` with all changes made. `None` if a change does not fit it.
pub fn apply(old: &Value, changes: &[Change]) -> Option<Value> {
    changes.iter().try_fold(old.clone(), |mut value, change| {
        edit(&mut value, &change.path.0, &change.edit)?;
        Some(value)
    })
}

fn edit(value: &mut Value, steps: &[Step], what: &Edit) -> Option<()> {
    match (steps, what) {
        ([], Edit::Replaced { new, .. }) => *value = new.clone(),
        ([], Edit::Reordered { by, new, .. }) => reorder(value.as_array_mut()?, by, new)?,
        ([], Edit::Added(_) | Edit::Removed(_)) => return None,
        ([Step::Field(name)], Edit::Added(new)) => {
            value.as_object_mut()?.insert(name.clone(), new.clone());
        }
        ([Step::Field(name)], Edit::Removed(_)) => {
            value.as_object_mut()?.remove(name)?;
        }
        ([Step::Item { .. }], Edit::Added(new)) => value.as_array_mut()?.push(new.clone()),
        ([Step::Item { by, key: wanted }], Edit::Removed(_)) => {
            let items = value.as_array_mut()?;
            let at = items.iter().position(|item| key(by, item).as_ref() == Some(wanted))?;
            items.remove(at);
        }
        ([step, rest @ ..], _) => edit(child(value, step)?, rest, what)?,
    }
    Some(())
}

fn child<'a>(value: &'a mut Value, step: &Step) -> Option<&'a mut Value> {
    match step {
        Step::Field(name) => value.as_object_mut()?.get_mut(name),
        Step::Index(index) => value.as_array_mut()?.get_mut(*index),
        Step::Item { by, key: wanted } => {
            value.as_array_mut()?.iter_mut().find(|item| key(by, item).as_ref() == Some(wanted))
        }
    }
}

fn reorder(items: &mut Vec<Value>, by: &[&str], order: &[String]) -> Option<()> {
    let named: Vec<String> = if by.is_empty() {
        compare::texts(items)
    } else {
        items.iter().map(|item| key(by, item)).collect::<Option<_>>()?
    };
    let mut left: Vec<Option<Value>> = items.drain(..).map(Some).collect();
    for wanted in order {
        let at = (0..left.len()).find(|at| left[*at].is_some() && named[*at] == *wanted)?;
        items.extend(left[at].take());
    }
    Some(())
}
