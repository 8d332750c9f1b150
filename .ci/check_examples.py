"""Checks every example of openapi.yaml against its schema, and that `null` is taken where it may arrive."""

import sys

import yaml
from jsonschema import Draft202012Validator

with open("openapi.yaml", encoding="utf-8") as file:
    SPEC = yaml.safe_load(file)


def translate(node):
    """JSON Schema has no `nullable`: it becomes the schema or null."""
    if isinstance(node, dict):
        node = {key: translate(value) for key, value in node.items()}
        if node.pop("nullable", None) is True:
            return {"anyOf": [node, {"type": "null"}]}
    elif isinstance(node, list):
        node = [translate(value) for value in node]
    return node


COMPONENTS = translate(SPEC["components"])
checked, failures = 0, []


def check(schema, instance, place):
    global checked
    checked += 1
    validator = Draft202012Validator({**translate(schema), "components": COMPONENTS})
    failures.extend(f"{place}: {error.message}" for error in validator.iter_errors(instance))


def resolve(node):
    while isinstance(node, dict) and "$ref" in node:
        target = SPEC
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        node = target
    return node


def walk(node, place):
    if isinstance(node, list):
        for index, value in enumerate(node):
            walk(value, f"{place}/{index}")
    elif isinstance(node, dict):
        if "schema" in node:
            if "example" in node:
                check(node["schema"], node["example"], place)
            for name, example in node.get("examples", {}).items():
                check(node["schema"], resolve(example)["value"], f"{place}#{name}")
        elif "example" in node and ("type" in node or "oneOf" in node):
            check({key: value for key, value in node.items() if key != "example"}, node["example"], place)
        for key, value in node.items():
            if key not in ("example", "value") and (key != "examples" or place == "/components"):
                walk(value, f"{place}/{key}")


walk(SPEC, "")

# What arrives: every optional member of an answer may be null.
for name, schema in SPEC["components"]["schemas"].items():
    for variant in [schema, *schema.get("oneOf", [])]:
        required = variant.get("required", [])
        if name.endswith(("Request", "Create", "Update", "Rule")):
            continue
        for member, property in variant.get("properties", {}).items():
            if member not in required and not property.get("nullable"):
                failures.append(f"{name}.{member}: an optional member of an answer must be nullable")

print(f"{checked} examples checked")
if not checked or failures:
    sys.exit("\n".join(failures) or "there are no examples")
