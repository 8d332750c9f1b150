//! Spans and events as a tree, as a viewer of traces shows them.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context, Layer};
use tracing_subscriber::registry::LookupSpan;

/// The fields that are shown, in this order; others differ from run to run, or say the same.
const SHOWN: [&str; 6] = ["otel.name", "http.response.status_code", "error.type", "error", "attempt", "url.full"];

#[derive(Default)]
struct Node {
    name: String,
    fields: HashMap<&'static str, String>,
    children: Vec<usize>,
}

/// Collects the spans and events of the SDK, and those around them.
#[derive(Clone, Default)]
pub(crate) struct Tree(Arc<Mutex<Nodes>>);

#[derive(Default)]
struct Nodes {
    all: Vec<Node>,
    roots: Vec<usize>,
    spans: HashMap<u64, usize>,
}

impl Tree {
    /// Prints it.
    pub(crate) fn print(&self) -> String {
        let nodes = self.0.lock().unwrap();
        let mut text = String::new();
        for root in &nodes.roots {
            nodes.print(*root, 0, &mut text);
        }
        text
    }

    fn add(&self, node: Node, parent: Option<u64>) -> usize {
        let mut nodes = self.0.lock().unwrap();
        let (at, parent) = (nodes.all.len(), parent.and_then(|parent| nodes.spans.get(&parent).copied()));
        nodes.all.push(node);
        match parent {
            Some(parent) => nodes.all[parent].children.push(at),
            None => nodes.roots.push(at),
        }
        at
    }
}

impl Nodes {
    fn print(&self, at: usize, depth: usize, text: &mut String) {
        let node = &self.all[at];
        let fields = SHOWN.iter().filter_map(|name| Some(format!(" {name}={}", node.fields.get(name)?)));
        text.push_str(&format!("{}{}{}\n", "  ".repeat(depth), node.name, fields.collect::<String>()));
        for child in &node.children {
            self.print(*child, depth + 1, text);
        }
    }
}

impl Visit for Node {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let value = format!("{value:?}").trim_matches('"').to_owned();
        match field.name() {
            "message" => self.name = value,
            // The port is another one in each run.
            "url.full" => {
                let path = value.splitn(4, '/').nth(3).unwrap_or_default();
                self.fields.insert("url.full", format!("…/{path}"));
            }
            name => drop(self.fields.insert(name, value)),
        }
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Tree {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut node = Node { name: attributes.metadata().name().to_owned(), ..Node::default() };
        attributes.record(&mut node);
        let parent = attributes.parent().cloned().or_else(|| context.current_span().id().cloned());
        let at = self.add(node, parent.map(|parent| parent.into_u64()));
        self.0.lock().unwrap().spans.insert(id.into_u64(), at);
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, _: Context<'_, S>) {
        let mut nodes = self.0.lock().unwrap();
        if let Some(at) = nodes.spans.get(&id.into_u64()).copied() {
            values.record(&mut nodes.all[at]);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut node = Node::default();
        event.record(&mut node);
        self.add(node, context.current_span().id().map(Id::into_u64));
    }

    fn enabled(&self, metadata: &tracing::Metadata<'_>, _: Context<'_, S>) -> bool {
        metadata.target() == "mobiscroll_connect" || metadata.name() == "agenda"
    }
}
