//! What a command gives back: one JSON object, so that scripts can read it.

use serde_json::{Map, Value, json};

#[derive(Default)]
pub struct Output {
    fields: Map<String, Value>,
    lines: Vec<String>,
}

impl Output {
    pub fn new() -> Self {
        Self::default()
    }
    /// A name given twice becomes a list.
    pub fn field(mut self, name: &str, value: impl std::fmt::Display) -> Self {
        self.push(name, Value::String(value.to_string()));
        self
    }
    /// One of a list of objects.
    pub fn item(mut self, name: &str, item: Value) -> Self {
        match self.fields.get_mut(name) {
            Some(Value::Array(items)) => items.push(item),
            _ => _ = self.fields.insert(name.to_owned(), json!([item])),
        }
        self
    }
    pub fn record(mut self, name: &str, kind: &str, value: &str) -> Self {
        let mut records = match self.fields.remove("records") {
            Some(Value::Array(records)) => records,
            _ => Vec::new(),
        };
        records.push(json!({ "name": name, "type": kind, "value": value }));
        self.fields
            .insert("records".to_owned(), Value::Array(records));
        self
    }
    /// Further objects in a list of this name.
    pub fn object(mut self, name: &str, object: Value) -> Self {
        let list = self
            .fields
            .entry(name.to_owned())
            .or_insert_with(|| json!([]));
        if let Value::Array(list) = list {
            list.push(object);
        }
        self
    }
    /// Lines for a person instead of the object.
    pub fn lines(mut self, lines: Vec<String>) -> Self {
        self.lines = lines;
        self
    }
    pub fn print(&self) {
        if !self.lines.is_empty() {
            self.lines.iter().for_each(crate::terminal::say);
            return;
        }
        crate::terminal::say(Value::Object(self.fields.clone()));
    }

    fn push(&mut self, name: &str, value: Value) {
        let merged = match self.fields.remove(name) {
            None => value,
            Some(Value::Array(mut list)) => {
                list.push(value);
                Value::Array(list)
            }
            Some(first) => Value::Array(vec![first, value]),
        };
        self.fields.insert(name.to_owned(), merged);
    }
}
