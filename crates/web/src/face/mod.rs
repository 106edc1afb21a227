//! The face: one look and one voice for every page.
//!
//! A page is a typed struct and a template; the [`Frame`] around it says in whose language, zone and
//! name it is shown. Templates run in strict mode: a name that does not exist fails the render (and
//! the test that renders every sample), and every value is escaped unless this module made it.

pub mod assets;
pub mod catalogue;
mod filters;
pub mod format;
mod frame;
pub mod letter;
pub mod qr;
mod templates;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, ErrorKind, UndefinedBehavior, context, escape_formatter};
use model::{Code, Error, Result};

pub use catalogue::{Catalogue, Lang};
pub use frame::{Fault, Frame, Place, Visitor};

use crate::pages::Page;

/// Instructions a template may run: a full list page takes a tenth of it.
const FUEL: u64 = 2_000_000;

/// Renders pages. Made once, shared by every request.
pub struct Face {
    templates: Environment<'static>,
}

impl Face {
    /// `assets` is where the asset files are served from: `/assets`, or a relative folder.
    pub fn new(assets: &str) -> Result<Self> {
        let catalogue = Catalogue::load()?;
        let mut templates = Environment::new();
        templates.set_undefined_behavior(UndefinedBehavior::Strict);
        templates.set_auto_escape_callback(|_| AutoEscape::Html);
        let mut syntax = SyntaxConfig::builder();
        syntax.trim_blocks(true).lstrip_blocks(true);
        templates.set_syntax(syntax.build().map_err(broken)?);
        templates.set_formatter(|out, state, value| match value.as_str() {
            Some(text) if !value.is_safe() => {
                out.write_str(&escape(text)).map_err(minijinja::Error::from)
            }
            _ => escape_formatter(out, state, value),
        });
        templates.set_debug(false);
        templates.set_fuel(Some(FUEL));
        templates.add_global("assets", assets::hrefs(assets));
        filters::install(&mut templates, catalogue);
        for (name, source) in templates::ALL {
            templates.add_template(name, source).map_err(broken)?;
        }
        Ok(Self { templates })
    }

    /// The page as HTML. Fails only when a template and its struct disagree.
    pub fn render<P: Page>(&self, frame: &Frame, page: &P) -> Result<String> {
        let values = context! { frame => Serde(frame), page => Serde(page) };
        self.render_values(P::TEMPLATE, values)
    }

    fn render_values(&self, template: &str, values: minijinja::Value) -> Result<String> {
        self.templates
            .get_template(template)
            .and_then(|t| t.render(values))
            .map_err(broken)
    }
}

/// Escapes for text and for quoted attributes. Slashes stay as they are, unlike the engine's own way:
/// they mean nothing there and addresses stay short and readable.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(c),
        }
    }
    out
}

/// Only where and what kind: the engine's own account of an error can quote values, which may be PHI.
fn broken(cause: minijinja::Error) -> Error {
    let detail = match cause.kind() {
        ErrorKind::UndefinedError | ErrorKind::SyntaxError | ErrorKind::UnknownFunction => {
            cause.detail()
        }
        _ => None,
    };
    let place = format!(
        "{}:{}",
        cause.name().unwrap_or("?"),
        cause.line().unwrap_or_default()
    );
    let text = format!(
        "{:?} in {place}: {}",
        cause.kind(),
        detail.unwrap_or_default()
    );
    Error::new(Code::Internal).because(text)
}

#[cfg(test)]
mod tests;
