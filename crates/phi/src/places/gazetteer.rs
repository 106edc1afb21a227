//! The lists of states and towns.

use std::collections::{HashMap, HashSet};

pub(crate) struct Gazetteer {
    states: HashSet<&'static str>,
    /// Whether the town's name is also a word or a person's.
    towns: HashMap<&'static str, bool>,
}

impl Gazetteer {
    pub(crate) fn new() -> Self {
        let mut gazetteer = Self {
            states: HashSet::new(),
            towns: HashMap::new(),
        };
        let mut section = "";
        for line in include_str!("places.txt").lines() {
            if line.starts_with('[') {
                section = line;
            } else if !line.starts_with('#') {
                for entry in line.split(", ").filter(|entry| !entry.is_empty()) {
                    gazetteer.enter(section, entry);
                }
            }
        }
        gazetteer
    }

    fn enter(&mut self, section: &str, entry: &'static str) {
        if section == "[state]" {
            if let Some((short, long)) = entry.split_once(' ') {
                self.states.insert(short);
                self.states.insert(long);
            }
        } else {
            self.towns.insert(entry, section == "[town word]");
        }
    }

    /// By its abbreviation in capitals, or its name.
    pub(crate) fn is_state(&self, word: &[u8]) -> bool {
        std::str::from_utf8(word).is_ok_and(|word| self.states.contains(word))
    }

    pub(crate) fn is_town(&self, name: &[u8]) -> bool {
        std::str::from_utf8(name).is_ok_and(|name| self.towns.contains_key(name))
    }

    /// A town whose name is nothing else.
    pub(crate) fn is_only_town(&self, name: &[u8]) -> bool {
        std::str::from_utf8(name).is_ok_and(|name| self.towns.get(name) == Some(&false))
    }
}
