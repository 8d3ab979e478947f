"""The topics that others meet, as an AsyncAPI 3 document. journey.log and the changelog are ours alone and not in it.

Payloads are references to the JSON Schemas that lie beside it.
"""

from __future__ import annotations

from typing import Any

from schemas.events import CATALOGUE, EventType
from schemas.topics import DEAD_LETTER, FRICTION_OPEN, FRICTION_SIGNALS, JOURNEYS, SOURCE_TOPICS, TOPICS, Topic

Json = dict[str, Any]

CONTRACT_VERSION = "1.0.0"
"""Grows in the middle with every event or field added; in front only if the rule of evolution is ever broken."""
SCHEMA_FORMAT = "application/schema+json;version=2020-12"
KAFKA = "0.5.0"
"""Version of AsyncAPI's Kafka bindings."""
TOLD = {
    FRICTION_SIGNALS: ("signal", "One change of an episode"),
    FRICTION_OPEN: ("signal", "One change of an episode"),
    JOURNEYS: ("journey", "The latest state of a journey"),
    DEAD_LETTER: ("dead_letter", "A refused record and what is wrong with it"),
}
"""What we say: topic to message and its summary."""
CLOUD_EVENT = {
    "ce_specversion": "1.0",
    "ce_id": "Names the change: signal_id/status/changed_at in microseconds; the same change told twice has the same",
    "ce_source": "Who says it",
    "ce_type": "dev.throughline.friction.KIND.STATUS",
    "ce_subject": "The signal's key",
    "ce_time": "changed_at, RFC 3339",
    "content-type": "application/json",
}
"""The Kafka headers of a signal."""


def document() -> Json:
    """The AsyncAPI 3.0.0 document of this contract."""
    shown = [topic for topic in TOPICS if topic.name in SOURCE_TOPICS or topic.name in TOLD]
    return {
        "asyncapi": "3.0.0",
        "info": _info(),
        "defaultContentType": "application/json",
        "servers": {"kafka": _server()},
        "channels": {channel_id(topic.name): _channel(topic) for topic in shown},
        "operations": dict(_operation(topic) for topic in shown),
        "components": {"messages": _messages()},
    }


def _info() -> Json:
    return {
        "title": "Throughline",
        "version": CONTRACT_VERSION,
        "description": "Raw shop events in; customer journeys and friction signals out, while they happen.",
        "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
    }


def _server() -> Json:
    variables = {"bootstrap": {"default": "localhost:9092", "description": "A broker's host and port"}}
    return {"host": "{bootstrap}", "protocol": "kafka", "description": "Anything that speaks Kafka", "variables": variables}


def channel_id(topic: str) -> str:
    return topic.replace(".", "_").replace("-", "_")


def _channel(topic: Topic) -> Json:
    config = topic.config
    kafka = {
        "topic": topic.name,
        "partitions": topic.partitions,
        "topicConfiguration": {"cleanup.policy": [config["cleanup.policy"]], "retention.ms": int(config["retention.ms"])},
        "bindingVersion": KAFKA,
    }
    return {
        "address": topic.name,
        "description": f"{topic.holds}. Key: {topic.key}.",
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in _carried(topic.name)},
        "bindings": {"kafka": kafka},
    }


def _carried(topic: str) -> list[str]:
    """The messages on a topic."""
    return [TOLD[topic][0]] if topic in TOLD else [name for name, listed in CATALOGUE.items() if listed.topic == topic]


def _operation(topic: Topic) -> tuple[str, Json]:
    action = "send" if topic.name in TOLD else "receive"
    channel = channel_id(topic.name)
    return f"{action}_{channel}", {
        "action": action,
        "channel": {"$ref": f"#/channels/{channel}"},
        "summary": topic.holds,
        "messages": [{"$ref": f"#/channels/{channel}/messages/{name}"} for name in _carried(topic.name)],
    }


def _messages() -> Json:
    events = {name: _event(listed) for name, listed in CATALOGUE.items()}
    said = {name: _message(name, summary, f"{name}.json", "what the channel says") for name, summary in TOLD.values()}
    said["signal"]["headers"] = _cloud_event()
    return events | said


def _cloud_event() -> Json:
    """The headers of a signal: CloudEvents 1.0 in binary mode, the signal itself being the data."""
    return {
        "type": "object",
        "required": list(CLOUD_EVENT),
        "properties": {name: _text(words) for name, words in CLOUD_EVENT.items()},
    }


def _text(words: str) -> Json:
    return {"type": "string", "description": words}


def _event(listed: EventType) -> Json:
    message = _message(listed.name, listed.words, f"events/{listed.name}.json", "the strongest identifier of the event")
    domain, _, _ = listed.topic.partition(".")
    return message | {"tags": [{"name": domain}, {"name": listed.actor}]}


def _message(name: str, summary: str, file: str, key: str) -> Json:
    return {
        "name": name,
        "title": name.replace("_", " ").capitalize(),
        "summary": summary,
        "contentType": "application/json",
        "payload": {"schemaFormat": SCHEMA_FORMAT, "schema": {"$ref": file}},
        "bindings": {"kafka": {"key": {"type": "string", "description": key}, "bindingVersion": KAFKA}},
    }
