//! The few kinds of markup that the page is made of.

use super::{super::input::PREFIX, ACTIONS};
use crate::html::Html;

/// A table; each cell carries the name of its column, which a phone shows beside it.
pub(super) fn table(columns: &[&'static str], rows: Vec<Vec<Html>>, empty: &'static str) -> Html {
    if rows.is_empty() {
        return Html::fill("<p class=\"quiet\">{{text}}</p>", &[("text", Html::literal(empty))]);
    }
    let head = columns.iter().map(|name| Html::fill("<th>{{name}}</th>", &[("name", Html::literal(name))])).collect();
    let row = |cells: Vec<Html>| {
        let cells = cells.into_iter().zip(columns).map(|(cell, column)| {
            Html::fill(
                "<td data-column=\"{{column}}\"><div>{{cell}}</div></td>",
                &[("column", Html::literal(column)), ("cell", cell)],
            )
        });
        Html::fill("<tr>{{cells}}</tr>", &[("cells", cells.collect())])
    };
    let rows = rows.into_iter().map(row).collect();
    Html::fill(
        "<table><thead><tr>{{head}}</tr></thead><tbody>{{rows}}</tbody></table>",
        &[("head", head), ("rows", rows)],
    )
}

/// A button that does something, with these fields.
pub(super) fn button(action: &'static str, label: &'static str, fields: &[(&'static str, &str)]) -> Html {
    form(action, label, hidden(fields))
}

/// A form with a button.
pub(super) fn form(action: &'static str, label: &'static str, fields: Html) -> Html {
    Html::fill(
        concat!(
            "<form method=\"post\" action=\"{{prefix}}{{page}}\">",
            "<input type=\"hidden\" name=\"action\" value=\"{{action}}\">",
            "{{fields}}<button>{{label}}</button></form>",
        ),
        &[
            ("prefix", Html::literal(PREFIX)),
            ("page", Html::literal(ACTIONS)),
            ("action", Html::literal(action)),
            ("fields", fields),
            ("label", Html::literal(label)),
        ],
    )
}

pub(super) fn hidden(fields: &[(&'static str, &str)]) -> Html {
    let field = |(name, value): &(&'static str, &str)| {
        Html::fill(
            "<input type=\"hidden\" name=\"{{name}}\" value=\"{{value}}\">",
            &[("name", Html::literal(name)), ("value", Html::text(value))],
        )
    };
    fields.iter().map(field).collect()
}

pub(super) fn section(id: &'static str, title: &'static str, content: Html) -> Html {
    Html::fill(
        "<section id=\"{{id}}\"><h2>{{title}}</h2>{{content}}</section>",
        &[("id", Html::literal(id)), ("title", Html::literal(title)), ("content", content)],
    )
}

pub(super) fn actions(buttons: impl IntoIterator<Item = Html>) -> Html {
    Html::fill("<div class=\"actions\">{{buttons}}</div>", &[("buttons", buttons.into_iter().collect())])
}

pub(super) fn code(text: &str) -> Html {
    Html::fill("<code>{{text}}</code>", &[("text", Html::text(text))])
}

pub(super) fn link(address: &str, text: &str) -> Html {
    Html::fill("<a href=\"{{address}}\">{{text}}</a>", &[("address", Html::text(address)), ("text", Html::text(text))])
}
