"""An OpenAPI description taken apart for a page that a person reads. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]
BIG = 2**31  # a limit beyond it is only what the database holds


@dataclass(frozen=True)
class Field:
    """One parameter, or one field of a body: its dotted name, its kind in words, and what it means."""

    name: str
    kind: str
    is_required: bool
    description: str
    place: str = ""


@dataclass(frozen=True)
class Answer:
    """What a route may answer with this status; `fields` only where it worked."""

    status: str
    description: str
    fields: tuple[Field, ...]


@dataclass(frozen=True)
class Route:
    id: str
    method: str
    path: str
    summary: str
    description: str
    scope: str
    permissions: tuple[str, ...]
    parameters: tuple[Field, ...]
    body: tuple[Field, ...]
    answers: tuple[Answer, ...]


def routes(schema: Json) -> list[Route]:
    """All routes in the order of the description."""
    return [
        _route(schema, method, path, operation)
        for path, operations in schema["paths"].items()
        for method, operation in operations.items()
    ]


def _route(schema: Json, method: str, path: str, operation: Json) -> Route:
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    asks = operation.get("x-asks") or {"scope": "", "permissions": []}
    return Route(
        id=operation["operationId"],
        method=method.upper(),
        path=path,
        summary=operation["summary"],
        description=operation.get("description", ""),
        scope=asks["scope"],
        permissions=tuple(asks["permissions"]),
        parameters=tuple(_parameter(schema, each) for each in operation.get("parameters", [])),
        body=tuple(_fields(schema, body)) if body else (),
        answers=tuple(_answer(schema, str(status), each) for status, each in operation["responses"].items()),
    )


def _parameter(schema: Json, parameter: Json) -> Field:
    kind = _kind(schema, parameter["schema"])
    return Field(parameter["name"], kind, parameter["required"], parameter.get("description", ""), parameter["in"])


def _answer(schema: Json, status: str, response: Json) -> Answer:
    shape = response.get("content", {}).get("application/json", {}).get("schema")
    return Answer(status, response["description"], tuple(_fields(schema, shape)) if shape else ())


def _fields(schema: Json, shape: Json, before: str = "") -> Iterator[Field]:
    """The fields of an object, those of objects inside it below them."""
    shape = _resolved(schema, shape)
    for name, each in shape.get("properties", {}).items():
        is_required = name in shape.get("required", [])
        description = each.get("description") or _resolved(schema, each).get("description", "")
        yield Field(before + name, _kind(schema, each), is_required, description)
        inner, mark = _inside(schema, each)
        if inner is not None:
            yield from _fields(schema, inner, f"{before}{name}{mark}.")


def _inside(schema: Json, shape: Json) -> tuple[Json | None, str]:
    """The object that a field holds, directly or in a list."""
    for each in (shape, *shape.get("anyOf", [])):
        resolved = _resolved(schema, each)
        if "properties" in resolved:
            return resolved, ""
        if "items" in resolved:
            inner = _resolved(schema, resolved["items"])
            return (inner, "[]") if "properties" in inner else (None, "")
    return None, ""


def _kind(schema: Json, shape: Json) -> str:
    shape = _resolved(schema, shape)
    if "anyOf" in shape:
        return " or ".join(dict.fromkeys(_kind(schema, each) for each in shape["anyOf"]))
    if "enum" in shape:
        return " | ".join(str(value) or '""' for value in shape["enum"])
    if "const" in shape:
        return str(shape["const"])
    if shape.get("type") == "array":
        return f"list of {_kind(schema, shape['items'])}"
    if "maximum" in shape:
        return f"number from {shape.get('minimum', 0)}" + (f" to {shape['maximum']}" if shape["maximum"] < BIG else "")
    if "maxLength" in shape:
        return f"text, up to {shape['maxLength']} characters"
    named = {"object": "object", "string": "text", "integer": "number", "boolean": "true | false", "null": "null"}
    return str({"date-time": "time"}.get(shape.get("format", "")) or named.get(shape.get("type", ""), "anything"))


def _resolved(schema: Json, shape: Json) -> Json:
    while "$ref" in shape:
        shape = schema["components"]["schemas"][shape["$ref"].rpartition("/")[2]]
    return shape
