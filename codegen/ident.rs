//! Rust names for the names of the contract, by the rule that progenitor and typify have.

use heck::{ToPascalCase, ToSnakeCase};
use unicode_ident::{is_xid_continue, is_xid_start};

/// `listColors` and `list-colors` become `list_colors`; a keyword gets an underscore behind it.
pub(crate) fn snake_case(text: &str) -> String {
    sanitized(text).to_snake_case().into_ident()
}

/// `bookRoom`, `book_room` and `book-room` become `BookRoom`.
pub(crate) fn pascal_case(text: &str) -> String {
    sanitized(text).to_pascal_case().into_ident()
}

/// The name of a schema in Rust, which typify does not change again: `a_b` becomes `AB`, and that `Ab`.
pub(crate) fn type_name(text: &str) -> String {
    let name = pascal_case(text);
    match pascal_case(&name) {
        same if same == name => name,
        other => type_name(&other),
    }
}

/// Whether Rust takes the name as it is: it is not empty, and begins with a letter.
pub(crate) fn is_usable(ident: &str) -> bool {
    ident.chars().next().is_some_and(is_xid_start)
}

fn sanitized(text: &str) -> String {
    text.replace('\'', "").replace(|c| !is_xid_continue(c), "-")
}

trait IntoIdent {
    fn into_ident(self) -> String;
}

impl IntoIdent for String {
    fn into_ident(self) -> String {
        match syn::parse_str::<syn::Ident>(&self).is_err() && is_usable(&self) {
            true => self + "_",
            false => self,
        }
    }
}

/// `free-busy` becomes `FreeBusy`, `DAILY` becomes `Daily`.
pub(crate) fn rust_name(wire: &str, name: Option<&str>) -> String {
    if let Some(name) = name {
        return name.to_owned();
    }
    let words = wire.split(|c: char| !c.is_ascii_alphanumeric());
    words
        .filter(|word| !word.is_empty())
        .map(|word| {
            let (first, rest) = word.split_at(1);
            let shouts = !word.chars().any(|c| c.is_ascii_lowercase());
            first.to_uppercase() + &if shouts { rest.to_lowercase() } else { rest.to_owned() }
        })
        .collect()
}
