"""What the collector takes and answers as an OpenAPI 3.1 document, made from its doors and from the contract's models."""

from __future__ import annotations

from typing import Any

from pydantic.json_schema import models_json_schema

from schemas.asyncapi import CONTRACT_VERSION
from schemas.events import CATALOGUE
from schemas.publish import Plain
from streams.collector import answers
from streams.collector.adapters.registry import by_name
from streams.collector.answers import Answer
from streams.collector.doors import DOORS, Door

Json = dict[str, Any]

COMPONENT = "#/components/schemas/"
_TEXT: Json = {"type": "string"}
_COUNT: Json = {"type": "integer", "minimum": 0}
_RETRY: Json = {"Retry-After": {"description": "Seconds", "schema": {"type": "string"}}}


def document() -> Json:
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Throughline's collector",
            "version": CONTRACT_VERSION,
            "description": "Events over HTTP. A 200 means that the brokers have them, or that they are on disk, on their way.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": {door.path: {"post": _operation(door)} for door in DOORS if by_name(door.sender)} | _PAGES,
        "components": {"schemas": _schemas(), "responses": _REFUSALS, "securitySchemes": _SECURITY},
    }


def _operation(door: Door) -> Json:
    operation: Json = {
        "operationId": _id(door.path),
        "summary": door.words,
        "tags": [door.sender],
        "requestBody": _body(door),
        "responses": {**_ANSWERS[door.answer], **_REFERRED},
    }
    if door.proof == "signature":
        source = {"name": "source", "in": "path", "required": True, "schema": _TEXT, "description": "Whose secret signs"}
        return operation | {"parameters": [source], "security": []}
    return operation | {"security": [{name: []} for name in _SECURITY]}


def _id(path: str) -> str:
    return "_".join(part for part in path.replace("{source}", "").replace(".", "_").replace("-", "_").split("/") if part)


def _body(door: Door) -> Json:
    """The bodies of other senders are theirs to describe; whatever JSON comes is read, and judged in the answer."""
    if door.sender != "canonical":
        schema: Json = {"description": "As the sender writes it"}
        types = ["application/json", "application/*+json" if door.sender == "cloudevents" else "text/plain"]
        return {"required": not door.empty, "content": {kind: {"schema": schema} for kind in types}}
    one = {"$ref": COMPONENT + "Event"}
    many = {"type": "array", "items": one}
    around = {"type": "object", "required": ["events"], "properties": {"events": many}}
    return {"required": True, "content": {"application/json": {"schema": {"anyOf": [one, many, around]}}}}


def _answered(schema: Json | None, words: str, kind: str = "application/json") -> Json:
    return {"description": words} if schema is None else {"description": words, "content": {kind: {"schema": schema}}}


def _object(**properties: Json) -> Json:
    return {"type": "object", "required": list(properties), "properties": properties}


def _schemas() -> Json:
    """Ours, and those of every event."""
    models = {name: listed.model for name, listed in CATALOGUE.items()}
    refs, defined = models_json_schema(
        [(model, "validation") for model in models.values()], schema_generator=Plain, ref_template=COMPONENT + "{model}"
    )
    named = {name: refs[model, "validation"]["$ref"] for name, model in models.items()}
    events = {"oneOf": [{"$ref": ref} for ref in named.values()], "discriminator": {"propertyName": "type", "mapping": named}}
    schemas: Json = defined["$defs"]
    for ref in named.values():
        schema = schemas[ref.removeprefix(COMPONENT)]
        schema["required"] = ["type", *(name for name in schema["required"] if name != "type")]
    return schemas | {"Event": events} | _OWN


_OWN: Json = {
    "Error": _object(error=_TEXT),
    "Fault": _object(path=_TEXT, rule=_TEXT, value=_TEXT),
    "Verdict": {
        "type": "object",
        "required": ["event_id", "verdict"],
        "properties": {
            "event_id": {"type": ["string", "null"]},
            "verdict": {"enum": ["taken", "refused"]},
            "of": {"type": "string", "description": "The part of the message it was made of"},
            "reason": {"enum": ["unreadable", "invalid", "no_identity", "from_the_future"]},
            "faults": {"type": "array", "items": {"$ref": COMPONENT + "Fault"}},
        },
    },
    "Loss": _object(path=_TEXT, what={"enum": ["unmapped", "left out", "guessed", "refused"]}, note=_TEXT),
    "Verdicts": _object(
        taken=_COUNT,
        refused=_COUNT,
        events={"type": "array", "items": {"$ref": COMPONENT + "Verdict"}},
        lost={"type": "array", "items": {"$ref": COMPONENT + "Loss"}},
    ),
    "Validation": _object(
        validationMessages={
            "type": "array",
            "items": _object(fieldPath=_TEXT, description=_TEXT, validationCode=_TEXT),
        }
    ),
    "Health": _object(status={"enum": ["ok", "spooling", "full"]}, spool_bytes=_COUNT),
}

_ANSWERS: dict[Answer, Json] = {
    answers.verdicts: {"200": _answered({"$ref": COMPONENT + "Verdicts"}, "Taken, with a word about each event")},
    answers.success: {"200": _answered(_object(success={"const": True}), "Taken; what was refused is a dead letter")},
    answers.nothing: {"204": _answered(None, "Taken; what was refused is a dead letter")},
    answers.ok: {"200": _answered(_TEXT, "Taken; what was refused is a dead letter", "text/plain")},
    answers.validation: {"200": _answered({"$ref": COMPONENT + "Validation"}, "What would be refused; nothing was taken")},
}

_WORDS = {
    "400": "The body cannot be read",
    "401": "The key or the signature is not known",
    "413": "The body or the batch is too large",
    "415": "Neither JSON nor packed in a way that is read",
    "429": "This source sends too fast",
    "503": "The log cannot take it now; nothing was taken",
}
_REFUSALS: Json = {
    status: _answered({"$ref": COMPONENT + "Error"}, words) | ({"headers": _RETRY} if status in ("429", "503") else {})
    for status, words in _WORDS.items()
}

_REFERRED: Json = {status: {"$ref": f"#/components/responses/{status}"} for status in _REFUSALS}

_SECURITY: Json = {
    "basic": {"type": "http", "scheme": "basic", "description": "The write key as user, no password: Segment's convention"},
    "bearer": {"type": "http", "scheme": "bearer", "description": "The write key"},
    "query": {"type": "apiKey", "in": "query", "name": "writeKey", "description": "The write key, where no header can be set"},
    "ga4": {"type": "apiKey", "in": "query", "name": "api_secret", "description": "The write key, as GA4 sends it"},
}

_HEALTH: Json = {"$ref": COMPONENT + "Health"}
_PAGES: Json = {
    "/health": {
        "get": {
            "operationId": "health",
            "summary": "Whether events are taken",
            "responses": {"200": _answered(_HEALTH, "They are"), "503": _answered(_HEALTH, "They are not")},
        }
    },
    "/metrics": {
        "get": {
            "operationId": "metrics",
            "summary": "Prometheus' metrics",
            "responses": {"200": _answered(_TEXT, "In its text format", "text/plain")},
        }
    },
    "/openapi.json": {
        "get": {
            "operationId": "openapi",
            "summary": "This document",
            "responses": {"200": _answered({"type": "object"}, "OpenAPI 3.1")},
        }
    },
    "/v1/projects/{key}/settings": {
        "get": {
            "operationId": "settings",
            "summary": "What analytics.js loads before it sends: where to",
            "parameters": [{"name": "key", "in": "path", "required": True, "schema": _TEXT}],
            "responses": {"200": _answered({"type": "object"}, "One destination, here")},
        }
    },
    "/v1/m": {
        "post": {
            "operationId": "v1_m",
            "summary": "How analytics.js fares itself; it is thrown away",
            "responses": {"200": _answered(_object(success={"const": True}), "Thrown away")},
        }
    },
}
