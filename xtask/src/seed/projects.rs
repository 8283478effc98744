//! Projects, and tasks in all states: done, due, overdue, and without a day.

use std::time::SystemTime;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::api::{Api, Person};
use super::users::{self, text};
use crate::error::Result;

/// What the busy one works on; the others work on some of it, each on their own.
const PROJECTS: [(&str, &str); 24] = [
    (
        "Website relaunch",
        "New pages, new words, the old addresses kept.",
    ),
    (
        "Office move",
        "From the third floor to the old mill, without a day of standstill.",
    ),
    (
        "Customer portal",
        "What customers ask for by telephone, on one page.",
    ),
    ("Annual report", "Figures by March, printed by April."),
    ("Warehouse stocktaking", "Every shelf once, in two nights."),
    (
        "Hiring spring",
        "Three engineers, one designer, and somebody for the workshop.",
    ),
    (
        "Payment provider",
        "Move to the new one; run both for a month.",
    ),
    ("Mobile app", "The portal, for whoever stands in the yard."),
    ("Data retention", "What is kept, for how long, and why."),
    (
        "Brand refresh",
        "The mark stays; letters and colours do not.",
    ),
    (
        "Trade fair",
        "A stand, a machine that runs, and enough coffee.",
    ),
    ("Newsletter", "Once a month, and never late."),
    (
        "Quality audit",
        "What the auditor will ask, answered beforehand.",
    ),
    (
        "Machine service",
        "Each machine on the floor, before the summer.",
    ),
    ("Training week", "Safety, first aid, and the new saw."),
    ("Energy savings", "A tenth less by winter."),
    ("Partner programme", "Who sells for us, and on which terms."),
    ("Price list", "New prices from the first of the quarter."),
    (
        "Support handbook",
        "The hundred questions that come every week.",
    ),
    ("Roof repair", "Before the rain."),
    (
        "Returns process",
        "A parcel back is a parcel answered within three days.",
    ),
    ("Search", "What customers type, and what they find."),
    ("Archive", "Forty boxes, scanned or thrown away."),
    ("Summer party", "On the last Friday of June, with music."),
];

/// What is done, and to what: together a task.
const STEPS: [&str; 8] = [
    "Agree on",
    "Sketch",
    "Price",
    "Order",
    "Prepare",
    "Review",
    "Document",
    "Hand over",
];
const THINGS: [&str; 6] = [
    "the first draft",
    "the schedule",
    "the budget",
    "the contract",
    "the rehearsal",
    "the follow-up",
];

/// How far tasks are, those of the first steps further than the others, and when they are due, in days from today.
const STAGES: [(&str, &str, Option<i64>); 8] = [
    ("done", "medium", Some(-30)),
    ("done", "high", Some(-12)),
    ("cancelled", "low", None),
    ("in_progress", "urgent", Some(-2)),
    ("in_progress", "high", Some(1)),
    ("todo", "medium", Some(9)),
    ("todo", "low", None),
    ("todo", "high", Some(45)),
];

/// Fills them in.
pub(super) fn fill(api: &Api) -> Result<()> {
    for (place, owner) in users::owners().enumerate() {
        let owns = if owner == users::BUSY {
            PROJECTS.len()
        } else {
            place % 4
        };
        if owns > 0 {
            fill_for(&api.sign_in(&owner)?, place, owns)?;
        }
    }
    Ok(())
}

fn fill_for(owner: &Person, place: usize, owns: usize) -> Result<()> {
    let chosen = PROJECTS.iter().cycle().skip(place * 2).take(owns);
    let wanted: Vec<Value> = chosen
        .map(|(name, about)| json!({"name": name, "description": about, "slug": slug(name)}))
        .collect();
    let path = "/api/v1/projects";
    let me = owner.me()?;
    for (number, project) in owner
        .ensure(path, path, "slug", &wanted)?
        .iter()
        .enumerate()
    {
        // The busy one's first is large enough to page through; the others have between none and nine.
        let tasks = if owns == PROJECTS.len() && number == 0 {
            STEPS.len() * THINGS.len()
        } else {
            (number + place) * 7 % 10
        };
        let tasks: Vec<Value> = (0..tasks)
            .map(|task| self::task(task, number, &me))
            .collect();
        let path = format!("{path}/{}/tasks", text(project, "id"));
        owner.ensure(&path, &path, "title", &tasks)?;
    }
    Ok(())
}

fn task(number: usize, project: usize, me: &str) -> Value {
    let step = number % STEPS.len();
    let (status, priority, due) = STAGES[(step + project) % STAGES.len()];
    json!({
        "title": format!("{} {}", STEPS[step], THINGS[number / STEPS.len() % THINGS.len()]),
        "status": status,
        "priority": priority,
        "due_date": due.map(|days| day(days + i64::try_from(number % 5).unwrap_or_default())),
        "assignee_id": number.is_multiple_of(3).then_some(me),
    })
}

/// The day that is so many days from today.
fn day(days: i64) -> String {
    let today = DateTime::<Utc>::from(SystemTime::now()).date_naive();
    (today + TimeDelta::days(days)).to_string()
}

fn slug(name: &str) -> String {
    name.to_lowercase().replace(' ', "-")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_project_that_is_full_has_tasks_of_every_kind() {
        let tasks: Vec<Value> = (0..48).map(|number| task(number, 0, "me")).collect();
        let all = |field: &str| -> BTreeSet<String> {
            tasks.iter().map(|task| task[field].to_string()).collect()
        };
        assert_eq!(all("title").len(), 48, "a title is a task's key");
        assert_eq!(all("status").len(), 4);
        assert_eq!(all("priority").len(), 4);
        assert!(all("due_date").contains("null") && all("assignee_id").len() == 2);
        let today = format!("\"{}\"", day(0));
        assert!(
            all("due_date").iter().any(|due| *due < today),
            "some are overdue"
        );
        assert!(
            all("due_date").iter().any(|due| *due > today),
            "some are to come"
        );
    }
}
