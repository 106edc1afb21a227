//! Options and names of a command: `--option`, `--option=value`, and what has no dashes.
//!
//! Invariant: an option that no command took is an error, never passed over.

use std::cell::RefCell;

use super::Failure;

pub(super) struct Args {
    pub command: String,
    pub names: Vec<String>,
    /// Taken ones leave.
    options: RefCell<Vec<(String, Option<String>)>>,
}

impl Args {
    pub fn parse(args: &[String]) -> Result<Self, Failure> {
        let (command, rest) = args.split_first().ok_or(Failure::MissingArg)?;
        let mut names = Vec::new();
        let mut options = Vec::new();
        let mut rest = rest.iter();
        while let Some(arg) = rest.next() {
            match arg.strip_prefix("--") {
                Some("") => names.extend(rest.by_ref().cloned()),
                Some(option) => options.push(match option.split_once('=') {
                    Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
                    None => (option.to_owned(), None),
                }),
                None => names.push(arg.clone()),
            }
        }
        Ok(Self {
            command: command.clone(),
            names,
            options: RefCell::new(options),
        })
    }

    /// Whether an option without a value is there.
    pub fn has(&self, name: &str) -> bool {
        let mut options = self.options.borrow_mut();
        let before = options.len();
        options.retain(|(option, value)| option != name || value.is_some());
        options.len() < before
    }
    /// All values of an option.
    pub fn all(&self, name: &str) -> Vec<String> {
        let mut values = Vec::new();
        self.options.borrow_mut().retain_mut(|(option, value)| {
            let value = if option == name { value.take() } else { None };
            let is_taken = value.is_some();
            values.extend(value);
            !is_taken
        });
        values
    }
    /// An option that may stand there once.
    pub fn one(&self, name: &str) -> Result<Option<String>, Failure> {
        let mut values = self.all(name);
        let value = values.pop();
        if values.is_empty() {
            Ok(value)
        } else {
            Err(Failure::UnsupportedOption)
        }
    }
    /// To be asked when a command has taken all its options.
    pub fn check_no_more(&self) -> Result<(), Failure> {
        if self.options.borrow().is_empty() {
            Ok(())
        } else {
            Err(Failure::UnsupportedOption)
        }
    }
    /// At least one name.
    pub fn names(&self) -> Result<&[String], Failure> {
        if self.names.is_empty() {
            Err(Failure::MissingArg)
        } else {
            Ok(&self.names)
        }
    }
}
