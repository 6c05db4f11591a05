//! People who are, over some steps, their own managers.

use std::collections::{BTreeMap, BTreeSet};

use crate::SourceUser;

/// The cycles of the manager relation, each once.
pub(crate) fn manager_cycles<'u>(
    users: impl Iterator<Item = &'u SourceUser>,
) -> Vec<Vec<&'u SourceUser>> {
    let users: BTreeMap<&str, &SourceUser> = users.map(|user| (&*user.id, user)).collect();
    let mut done = BTreeSet::new();
    let mut cycles = Vec::new();
    for start in users.values().copied() {
        let mut path: Vec<&SourceUser> = Vec::new();
        let mut on_path = BTreeSet::new();
        let mut next = Some(start);
        while let Some(user) = next.filter(|user| !done.contains(&*user.id)) {
            if !on_path.insert(&*user.id) {
                cycles.push(
                    path.iter()
                        .copied()
                        .skip_while(|other| other.id != user.id)
                        .collect(),
                );
                break;
            }
            path.push(user);
            next = user
                .manager
                .as_deref()
                .and_then(|manager| users.get(manager).copied());
        }
        done.append(&mut on_path);
    }
    cycles
}

#[cfg(test)]
mod tests {
    use scimkit_mapping::SourceObject;

    use super::*;

    fn cycles(managers: &[(&str, &str)]) -> Vec<String> {
        let users: Vec<_> = managers
            .iter()
            .map(|(id, manager)| {
                let mut user = SourceUser::new(id, SourceObject::new("User"));
                user.manager = (!manager.is_empty()).then(|| (*manager).into());
                user
            })
            .collect();
        let cycles = manager_cycles(users.iter());
        cycles
            .iter()
            .map(|cycle| {
                cycle
                    .iter()
                    .map(|user| &*user.id)
                    .collect::<Vec<_>>()
                    .join(" ")
            })
            .collect()
    }

    #[test]
    fn each_cycle_is_found_once_however_it_is_reached() {
        assert_eq!(
            cycles(&[("a", "b"), ("b", "c"), ("c", ""), ("d", "gone")]),
            [""; 0]
        );
        assert_eq!(
            cycles(&[("a", "b"), ("b", "c"), ("c", "b"), ("d", "a")]),
            ["b c"]
        );
        assert_eq!(cycles(&[("a", "a"), ("b", "c"), ("c", "b")]), ["a", "b c"]);
    }
}
