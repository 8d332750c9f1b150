//! What the generator knows of a contract, beyond the shapes that progenitor generates.

use std::collections::{BTreeMap, BTreeSet};

use crate::codegen::unions;

/// What the contract says beyond the shapes that progenitor generates.
#[derive(Default)]
pub(crate) struct Facts {
    /// Open enums by name (`x-extensible-enum`).
    pub(crate) enums: BTreeMap<String, OpenEnum>,
    /// Schemas that a member tells apart (`oneOf` with a discriminator), by name.
    pub(crate) unions: BTreeMap<String, unions::Union>,
    /// Schemas that are kept as JSON (`x-raw-json`).
    pub(crate) raw: BTreeSet<String>,
    /// Schemas that may arrive as a bare string, with the property that it stands for (`x-shorthand`).
    pub(crate) shorthands: BTreeMap<String, String>,
    /// Responses that are pages of a list, with the name of what the facade makes of them (`x-page`).
    pub(crate) pages: BTreeMap<String, String>,
    /// Schemas whose unknown members are kept (`x-keep-unknown`).
    pub(crate) keeping: BTreeSet<String>,
    /// Descriptions of schemas (under an empty name) and of their properties: progenitor loses those beside a `$ref`.
    pub(crate) docs: BTreeMap<(String, String), String>,
    /// Properties not to be used any more, by schema.
    pub(crate) deprecated: BTreeSet<(String, String)>,
    /// Schemas sent in requests, by name.
    pub(crate) requests: BTreeMap<String, Request>,
    /// The required members of schemas that only arrive.
    pub(crate) arriving: BTreeMap<String, Vec<String>>,
    /// Names of the schemas that arrive in answers or deliveries.
    pub(crate) responses: BTreeSet<String>,
    /// Operations in the order of the contract.
    pub(crate) operations: Vec<Operation>,
}

pub(crate) struct OpenEnum {
    pub(crate) doc: String,
    pub(crate) variants: Vec<Variant>,
}

pub(crate) struct Variant {
    pub(crate) wire: String,
    pub(crate) name: Option<String>,
    pub(crate) doc: String,
}

#[derive(Default)]
pub(crate) struct Request {
    /// Required properties, in the order of the constructor's arguments.
    pub(crate) required: Vec<String>,
    /// Those of them that may be `null`.
    pub(crate) nullable: BTreeSet<String>,
    /// Optional properties that `null` clears.
    pub(crate) clearable: BTreeSet<String>,
    /// Groups of properties of which only one may be set (`x-exclusive`).
    pub(crate) exclusive: Vec<Vec<String>>,
}

pub(crate) struct Operation {
    pub(crate) id: String,
    /// The group, which is the resource of the request.
    pub(crate) tag: String,
    /// Summary and description.
    pub(crate) doc: String,
    /// Whether it is no public request (`x-internal`).
    pub(crate) is_internal: bool,
    /// Whether it is an address for the browser instead of a call (`x-browser-only`).
    pub(crate) is_browser_only: bool,
    pub(crate) is_deprecated: bool,
    /// Whether it may be repeated when nobody knows if it was carried out (`x-idempotent`, or by its method).
    pub(crate) is_idempotent: bool,
    /// Path, query and header parameters, in the order of the contract.
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) body: Option<Body>,
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) auth: Scheme,
    /// Whether the path hangs on the origin instead of the base URL.
    pub(crate) on_origin: bool,
}

impl Operation {
    /// The required parameters that have an argument.
    pub(crate) fn required(&self) -> Vec<String> {
        let arguments = self.parameters.iter().filter(|parameter| parameter.is_required && !parameter.is_internal);
        arguments.map(|parameter| parameter.name.clone()).collect()
    }

    /// Puts the required parameters first, in the given order.
    pub(crate) fn order(&mut self, names: &[String]) {
        let place = |name: &String| names.iter().position(|other| other == name).unwrap_or(names.len());
        self.parameters.sort_by_key(|parameter| place(&parameter.name));
    }
}

pub(crate) struct Parameter {
    /// The name in the bindings.
    pub(crate) name: String,
    pub(crate) doc: String,
    pub(crate) is_required: bool,
    pub(crate) in_path: bool,
    pub(crate) is_deprecated: bool,
    /// Whether the client sets it (`x-internal`).
    pub(crate) is_internal: bool,
    /// The name of the schema of which the parameter is the JSON.
    pub(crate) json: Option<String>,
    /// The Rust type of the items of a list that is sent with commas.
    pub(crate) list: Option<String>,
    /// The range that values are clamped to.
    pub(crate) range: Option<Range>,
}

/// The least and the greatest value of an integer.
pub(crate) type Range = (i64, i64);

pub(crate) struct Body {
    /// The name of its schema.
    pub(crate) schema: String,
    /// Whether the members are parameters of the request: of an inline body, or by `x-flatten-body`.
    pub(crate) is_flat: bool,
}

#[derive(Clone, Copy)]
pub(crate) enum Scheme {
    None,
    Basic,
    Bearer,
}
