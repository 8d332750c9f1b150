//! What the contract says of requests.

use hyper::header::AUTHORIZATION;
use serde_json::Value;

use super::{
    document::{Endpoint, Parameter},
    violation::Finding,
};
use crate::request::Request;

/// What is wrong with a parameter that may be given once only.
pub(super) const REPEATED: &str = "is given more than once";

/// Tells where a request violates the contract, once its body is adjusted.
pub(super) fn check(endpoint: &Endpoint, request: &Request, adjust: impl FnOnce(&mut Value)) -> Vec<Finding> {
    let mut findings = Vec::from_iter(authorization(endpoint, request));
    for parameter in &endpoint.query {
        findings.extend(query(parameter, request));
    }
    for name in request.query_object().keys() {
        if !endpoint.query.iter().any(|parameter| parameter.name == *name) {
            findings.push(Finding::new(format!("query {name}"), "is not declared"));
        }
    }
    for parameter in &endpoint.headers {
        let place = format!("header {}", parameter.name);
        match request.headers.get(&parameter.name).map(|value| value.to_str()) {
            Some(Ok(value)) => findings.extend(parameter.check(value, &place)),
            Some(Err(_)) => findings.push(Finding::new(place, "is not text")),
            None if parameter.required => findings.push(Finding::new(place, "is required")),
            None => {}
        }
    }
    // A body that the contract does not know has no meaning, and does no harm.
    if let Some(body) = &endpoint.body {
        if !request.body.is_empty() {
            findings.extend(body.check(&request.headers, &request.body, adjust));
        } else if body.required {
            findings.push(Finding::new("body", "is required"));
        }
    }
    findings
}

fn query(parameter: &Parameter, request: &Request) -> Vec<Finding> {
    let place = format!("query {}", parameter.name);
    let values: Vec<&str> = request.params(&parameter.name).collect();
    let mut findings: Vec<Finding> = values.iter().flat_map(|value| parameter.check(value, &place)).collect();
    match values.len() {
        0 if parameter.required => findings.push(Finding::new(place, "is required")),
        2.. if !parameter.repeats => findings.push(Finding::new(place, REPEATED)),
        _ => {}
    }
    findings
}

/// Looks at the kind of the credentials; whether they are good is for the routes to say.
fn authorization(endpoint: &Endpoint, request: &Request) -> Option<Finding> {
    const PLACE: &str = "header authorization";
    let Some(value) = request.headers.get(AUTHORIZATION) else {
        return (!endpoint.is_open).then(|| Finding::new(PLACE, "is required"));
    };
    // Clients that send their token everywhere do no harm where none is looked at.
    if endpoint.schemes.is_empty() {
        return None;
    }
    let scheme = value.to_str().ok().and_then(|value| value.split_once(' ')).map(|(scheme, _)| scheme.to_lowercase());
    match scheme {
        Some(scheme) if endpoint.schemes.contains(&scheme) => None,
        _ => Some(Finding::new(PLACE, format!("must be of the scheme {}", endpoint.schemes.join(" or ")))),
    }
}
