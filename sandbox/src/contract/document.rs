//! The contract as the checks look things up in it.

use std::sync::{Arc, LazyLock};

use hyper::{HeaderMap, Method, StatusCode, header::CONTENT_TYPE};
use serde_json::{Map, Value, json};

use super::{
    schema::{Schema, translate, translate_each},
    violation::Finding,
};

/// The API's contract, read once per process.
pub(super) static CONTRACT: LazyLock<Contract> = LazyLock::new(|| {
    let document = yaml_serde::from_str(include_str!("../../openapi.yaml")).expect("the contract is YAML");
    Contract::of(&document)
});

/// All operations of the API, and the deliveries to the application.
#[derive(Debug)]
pub(super) struct Contract {
    endpoints: Vec<Endpoint>,
    pub(super) delivery: Endpoint,
}

/// One operation: a method and a path.
#[derive(Debug)]
pub(super) struct Endpoint {
    method: String,
    path: String,
    /// The schemes of authorization that it takes, in lower case
    pub(super) schemes: Vec<String>,
    /// Whether it also takes none at all
    pub(super) is_open: bool,
    pub(super) query: Vec<Parameter>,
    pub(super) headers: Vec<Parameter>,
    pub(super) body: Option<Body>,
    replies: Vec<(String, Reply)>,
}

/// A parameter of a request, or a header of a response.
#[derive(Debug)]
pub(super) struct Parameter {
    pub(super) name: String,
    pub(super) required: bool,
    /// Whether it may be given several times
    pub(super) repeats: bool,
    /// Whether the value is JSON rather than plain text
    is_json: bool,
    schema: Schema,
}

/// A body: whether it must be there, and its schema by content type.
#[derive(Debug)]
pub(super) struct Body {
    pub(super) required: bool,
    content: Vec<(String, Schema)>,
}

/// A response of one status.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) headers: Vec<Parameter>,
    /// `None` where the contract has no body
    pub(super) body: Option<Body>,
}

impl Contract {
    /// Finds the operation of a request.
    pub(super) fn endpoint(&self, method: &Method, path: &str) -> Option<&Endpoint> {
        self.endpoints.iter().find(|endpoint| endpoint.method == method.as_str() && endpoint.path == path)
    }

    fn of(document: &Value) -> Self {
        let reader = Reader::of(document);
        let mut endpoints = Vec::new();
        for (path, item) in entries(&document["paths"]) {
            let base = base_path(item).or_else(|| base_path(document)).unwrap_or_default();
            for (method, operation) in entries(item).filter(|(_, value)| value.get("responses").is_some()) {
                endpoints.push(reader.endpoint(method, format!("{base}{path}"), &item["parameters"], operation));
            }
        }
        let callback = entries(&document["paths"]["/subscribe-webhook"]["post"]["callbacks"]["delivery"]).next();
        let (path, item) = callback.expect("the contract describes deliveries");
        let delivery = reader.endpoint("post", path.clone(), &Value::Null, &item["post"]);
        Self { endpoints, delivery }
    }
}

impl Endpoint {
    /// Finds what the contract says of responses of a status.
    pub(super) fn reply(&self, status: StatusCode) -> Option<&Reply> {
        let class = format!("{}XX", status.as_u16() / 100);
        let named = |name: &str| self.replies.iter().find(|(status, _)| status == name);
        named(status.as_str()).or_else(|| named(&class)).or_else(|| named("default")).map(|(_, reply)| reply)
    }
}

impl Parameter {
    /// Tells what is wrong with a value.
    pub(super) fn check(&self, text: &str, place: &str) -> Vec<Finding> {
        if !self.is_json {
            return self.schema.check(&self.schema.read(text), place);
        }
        match serde_json::from_str(text) {
            Ok(value) => self.schema.check(&value, place),
            Err(error) => vec![Finding::new(place, format!("is not JSON: {error}"))],
        }
    }
}

impl Body {
    /// Tells what is wrong with a body that is there.
    pub(super) fn check(&self, headers: &HeaderMap, bytes: &[u8], adjust: impl FnOnce(&mut Value)) -> Vec<Finding> {
        let given = headers.get(CONTENT_TYPE).map(|value| String::from_utf8_lossy(value.as_bytes()).to_lowercase());
        let Some(given) = given else {
            return vec![Finding::new("content type", "is missing")];
        };
        let kind = given.split(';').next().unwrap_or_default().trim();
        let Some((_, schema)) = self.content.iter().find(|(name, _)| name == kind) else {
            return vec![Finding::new("content type", format!("{kind} is not declared"))];
        };
        if kind == "application/x-www-form-urlencoded" {
            return schema.check(&schema.read_form(form_urlencoded::parse(bytes).into_owned()), "body");
        }
        match serde_json::from_slice(bytes) {
            Ok(mut value) => {
                adjust(&mut value);
                schema.check(&value, "body")
            }
            Err(error) => vec![Finding::new("body", format!("is not JSON: {error}"))],
        }
    }
}

/// Turns parts of the document into what the checks look up.
struct Reader<'a> {
    document: &'a Value,
    components: Arc<Value>,
}

impl<'a> Reader<'a> {
    fn of(document: &'a Value) -> Self {
        let schemas = document["components"]["schemas"].as_object().map(translate_each);
        Self { document, components: Arc::new(json!({ "schemas": schemas })) }
    }

    fn resolve(&self, node: &'a Value) -> &'a Value {
        let target = node["$ref"].as_str().and_then(|target| self.document.pointer(target.strip_prefix('#')?));
        target.unwrap_or(node)
    }

    fn endpoint(&self, method: &str, path: String, shared: &'a Value, operation: &'a Value) -> Endpoint {
        let parameters = list(shared).chain(list(&operation["parameters"]));
        let parameters: Vec<&Value> = parameters.map(|parameter| self.resolve(parameter)).collect();
        let of_kind = |kind: &str| {
            let chosen = parameters.iter().filter(|parameter| parameter["in"] == kind);
            chosen.map(|parameter| self.parameter(&parameter["name"], parameter)).collect()
        };
        let security = operation.get("security").unwrap_or(&self.document["security"]);
        let replies =
            entries(&operation["responses"]).map(|(status, reply)| (status.clone(), self.reply(self.resolve(reply))));
        Endpoint {
            method: method.to_uppercase(),
            path,
            schemes: self.schemes(security),
            is_open: security == &json!([]) || list(security).any(|choice| choice == &json!({})),
            query: of_kind("query"),
            headers: of_kind("header"),
            body: operation.get("requestBody").map(|body| self.body(self.resolve(body))),
            replies: replies.collect(),
        }
    }

    fn schema(&self, schema: &Value) -> Schema {
        Schema::new(translate(schema), &self.components)
    }

    fn parameter(&self, name: &Value, parameter: &Value) -> Parameter {
        let json = parameter["content"].get("application/json");
        Parameter {
            name: name.as_str().unwrap_or_default().to_owned(),
            required: parameter["required"] == true,
            repeats: parameter["schema"]["type"] == "array" && parameter["explode"] != false,
            is_json: json.is_some(),
            schema: self.schema(json.map_or(&parameter["schema"], |content| &content["schema"])),
        }
    }

    fn body(&self, body: &Value) -> Body {
        let content = entries(&body["content"]).map(|(kind, media)| (kind.clone(), self.schema(&media["schema"])));
        Body { required: body["required"] == true, content: content.collect() }
    }

    fn reply(&self, reply: &'a Value) -> Reply {
        let headers = entries(&reply["headers"])
            .map(|(name, header)| self.parameter(&name.as_str().into(), self.resolve(header)))
            .collect();
        Reply { headers, body: reply.get("content").map(|_| self.body(reply)) }
    }

    fn schemes(&self, security: &Value) -> Vec<String> {
        let names = list(security).flat_map(entries).map(|(name, _)| name);
        let schemes = names.map(|name| &self.document["components"]["securitySchemes"][name]["scheme"]);
        schemes.filter_map(Value::as_str).map(str::to_lowercase).collect()
    }
}

/// Gives the path of the first server, such as `/api`.
fn base_path(node: &Value) -> Option<String> {
    let (_, host) = node["servers"][0]["url"].as_str()?.split_once("://")?;
    Some(host.find('/').map_or(String::new(), |at| host[at..].trim_end_matches('/').to_owned()))
}

fn entries(node: &Value) -> impl Iterator<Item = (&String, &Value)> {
    node.as_object().into_iter().flat_map(Map::iter)
}

fn list(node: &Value) -> impl Iterator<Item = &Value> {
    node.as_array().into_iter().flatten()
}

/// Gives the translated components, for tests of the validator.
#[cfg(test)]
pub(super) fn components_of_tests() -> Value {
    let document: Value = yaml_serde::from_str(include_str!("../../openapi.yaml")).expect("the contract is YAML");
    (*Reader::of(&document).components).clone()
}
