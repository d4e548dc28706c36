//! `[groups]`: inputs that are looked at together by the measures of sensitivity.

use super::InputGroup;
use super::check::{Context, Named, Quantity};
use super::codes::{GROUP_SPLITS_DRAWS, INPUT_IN_TWO_GROUPS, UNKNOWN_NAME};
use crate::diagnostic::did_you_mean;
use crate::scenario::tree::{Node, Place, Table, Text};
use std::sync::Arc;

impl Context<'_> {
    /// Reads `[groups]` over the inputs of the scenario as written.
    pub(super) fn read_groups(&mut self, root: &Table, base: &[Arc<Named>]) -> Vec<InputGroup> {
        let is_input = |named: &&Arc<Named>| matches!(named.quantity, Quantity::Input(_));
        let known: Vec<&str> = base
            .iter()
            .filter(is_input)
            .map(|named| named.key.value.as_str())
            .collect();
        let mut groups: Vec<InputGroup> = Vec::new();
        let mut taken: Vec<(Text, String)> = Vec::new();
        for entry in root.table("groups").iter().flat_map(|table| &table.entries) {
            self.check_label(&entry.key);
            let name = &entry.key.value;
            let nodes = entry.node.as_list();
            let nodes = nodes.unwrap_or(std::slice::from_ref(&entry.node));
            let members: Vec<Text> = nodes.iter().filter_map(Node::as_text).collect();
            for member in &members {
                if !known.contains(&member.value.as_str()) {
                    let message = format!("there is no input `{}`", member.value);
                    let mut complaint = self
                        .texts
                        .error(&UNKNOWN_NAME, member.place, message)
                        .label("not known");
                    let suggestion = did_you_mean(&member.value, known.iter().copied());
                    complaint.advice.extend(suggestion);
                    let complaint = complaint.advise("name inputs of the scenario");
                    self.complaints.push(complaint);
                } else if let Some((first, other)) =
                    taken.iter().find(|(first, _)| first.value == member.value)
                {
                    let message = format!("`{}` is in the group `{other}` already", member.value);
                    let complaint = self
                        .texts
                        .error(&INPUT_IN_TWO_GROUPS, member.place, message)
                        .label("a second time")
                        .relate(first.place, "the first")
                        .advise(
                            "leave it in one group: what groups explain is shared out between them",
                        );
                    self.complaints.push(complaint);
                } else {
                    taken.push((member.clone(), name.clone()));
                }
            }
            let names: Vec<String> = members.into_iter().map(|member| member.value).collect();
            self.refuse_split(name, entry.key.place, &names, base);
            groups.push(InputGroup {
                name: name.clone(),
                inputs: names,
            });
        }
        groups
    }

    /// Inputs that are drawn in one go are in one group, or in none.
    fn refuse_split(&mut self, group: &str, place: Place, names: &[String], base: &[Arc<Named>]) {
        let shares = self.shares.iter().map(|shares| {
            let together = shares.names.iter().map(|name| name.value.as_str());
            together.collect::<Vec<&str>>()
        });
        let file = |named: &Arc<Named>| match &named.quantity {
            Quantity::Input(entry) => {
                let data = entry.input.as_ref().and_then(|input| input.data.as_ref());
                data.map(|data| data.file.clone())
            }
            Quantity::Formula(_) | Quantity::Import(_) => None,
        };
        let mut files: Vec<(String, Vec<&str>)> = Vec::new();
        for named in base {
            let Some(file) = file(named) else { continue };
            match files.iter_mut().find(|(other, _)| *other == file) {
                Some((_, columns)) => columns.push(&named.key.value),
                None => files.push((file, vec![&named.key.value])),
            }
        }
        let together: Vec<Vec<&str>> = shares
            .chain(files.into_iter().map(|(_, columns)| columns))
            .collect();
        for together in together {
            let is_in = |name: &&&str| names.iter().any(|member| member == **name);
            let missing: Vec<String> = together
                .iter()
                .filter(|name| !is_in(name))
                .map(|name| format!("\"{name}\""))
                .collect();
            if missing.is_empty() || missing.len() == together.len() {
                continue;
            }
            let message = format!("the group `{group}` takes some of what is drawn together");
            let complaint = self
                .texts
                .error(&GROUP_SPLITS_DRAWS, place, message)
                .label("not all of them")
                .advise(format!("add {}, or leave all out", missing.join(", ")));
            self.complaints.push(complaint);
        }
    }
}
