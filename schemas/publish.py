"""Writes the contract for those who do not read Python: JSON Schemas and an AsyncAPI 3 document, into ``schemas/published``.

Run ``python -m schemas.publish`` after changing a model. It refuses to replace a schema by one that accepts less
(``schemas/evolution.py``): producers out there still send what the older one allowed.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import msgspec
from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema

from schemas.asyncapi import document
from schemas.events import CATALOGUE, EventType
from schemas.evolution import Breach, Schema, catalogue_breaches
from schemas.signals import Signal
from schemas.tables import DeadLetterRow, JourneyRow, Row

PUBLISHED = Path(__file__).parent / "published"
DIALECT = "https://json-schema.org/draft/2020-12/schema"
HOME = "https://throughline.dev/schemas/"


class Plain(GenerateJsonSchema):
    """Without a title for every field: it would only say the field's name again."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def schemas() -> dict[str, Schema]:
    """Every published JSON Schema by its file's name."""
    events = {f"events/{name}.json": event_schema(listed) for name, listed in CATALOGUE.items()}
    rows: dict[str, type[Row]] = {"journey.json": JourneyRow, "dead_letter.json": DeadLetterRow}
    return (
        events
        | {"signal.json": _named("signal.json", model_schema(Signal))}
        | {name: _named(name, _row_schema(row)) for name, row in rows.items()}
    )


def event_schema(listed: EventType) -> Schema:
    """The JSON Schema of one event type: the whole event, envelope and properties."""
    schema = model_schema(listed.model)
    schema["required"] = ["event_id", "type", *(field for field in schema["required"] if field != "event_id")]
    schema["x-throughline"] = {"topic": listed.topic, "actor": listed.actor, "stage": listed.stage}
    return _named(f"events/{listed.name}.json", schema)


def model_schema(model: type[BaseModel]) -> dict[str, Any]:
    return model.model_json_schema(schema_generator=Plain)


def _row_schema(row: type[Row]) -> dict[str, Any]:
    _, defined = msgspec.json.schema_components([row], ref_template="#/$defs/{name}")
    return dict(defined[row.__name__])


def _named(name: str, schema: dict[str, Any]) -> Schema:
    return {"$schema": DIALECT, "$id": HOME + name} | schema


def documents() -> dict[str, str]:
    """Every published file's text by its name."""
    files: dict[str, Schema] = {**schemas(), "asyncapi.json": document()}
    return {name: json.dumps(content, indent=2, ensure_ascii=False) + "\n" for name, content in files.items()}


def published(folder: Path = PUBLISHED) -> dict[str, str]:
    """Every file's text as it lies in ``folder``, by its name."""
    return {path.relative_to(folder).as_posix(): path.read_text("utf-8") for path in sorted(folder.rglob("*.json"))}


def hindrances(new: dict[str, str], old: dict[str, str]) -> list[Breach]:
    """Why the event schemas among ``new`` may not replace those among ``old``, both as texts by file name."""
    return catalogue_breaches(_events(new), _events(old))


def _events(files: dict[str, str]) -> dict[str, Schema]:
    return {name: json.loads(text) for name, text in files.items() if name.startswith("events/")}


def main(folder: Path = PUBLISHED) -> int:
    """Write what changed. 1, and nothing written, if an event that was accepted would be refused."""
    new, old = documents(), published(folder)
    if found := hindrances(new, old):
        print(*(f"{folder.name}/{breach}" for breach in found), sep="\n", file=sys.stderr)
        print("Nothing was written: widen these again, or add a new event type beside the old one.", file=sys.stderr)
        return 1
    for name in old.keys() - new.keys():
        (folder / name).unlink()
    for name, text in new.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    print(f"{len(new)} files in {folder}, {sum(old.get(name) != text for name, text in new.items())} of them changed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
