"""From settings to the core's ``Rules``: a detector's settings are its dataclass's fields, so a new one needs no line here."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from datetime import timedelta
from typing import Any, get_type_hints

from pydantic import TypeAdapter, ValidationError

from streams.journey.detectors import DETECTORS, Detector
from streams.journey.rules import Rules
from throughline.durations import Duration
from throughline.settings import RuleSettings, SettingsFault


def journey_rules(settings: RuleSettings) -> Rules:
    """The rules as the core takes them. Raises ``SettingsFault`` where a detector or one of its settings does not exist."""
    plain = settings.model_dump(exclude={"detectors", "preset"})
    return Rules(**plain, detectors=tuple(_set(detector, settings) for detector in _known(settings)))


def detector_settings(detector: Detector) -> dict[str, Any]:
    """What can be set of a detector, with its value."""
    assert is_dataclass(detector)
    return {field.name: getattr(detector, field.name) for field in fields(detector)}


def settings_of(rules: Rules) -> dict[str, Any]:
    """Everything that decides what is found, by dotted name as in a settings file, less the ``rules.``."""
    plain = {field.name: getattr(rules, field.name) for field in fields(rules) if field.name != "detectors"}
    of_detectors = {
        f"detectors.{detector.kind}.{name}": value
        for detector in rules.detectors
        for name, value in detector_settings(detector).items()
    }
    return plain | of_detectors


def _known(settings: RuleSettings) -> tuple[Detector, ...]:
    kinds = [detector.kind for detector in DETECTORS]
    for kind in settings.detectors:
        if kind not in kinds:
            raise SettingsFault(f"Setting rules.detectors.{kind}: no such detector; there are {', '.join(sorted(kinds))}")
    return DETECTORS


def _set(detector: Detector, settings: RuleSettings) -> Detector:
    assert is_dataclass(detector)
    given = settings.detectors.get(detector.kind, {})
    values = {name: _value(detector, name, value) for name, value in given.items()}
    try:
        return replace(detector, **values)
    except ValueError as error:
        raise SettingsFault(f"Setting rules.detectors.{detector.kind}: {error}") from None


def _value(detector: Detector, name: str, value: Any) -> Any:
    path = f"Setting rules.detectors.{detector.kind}.{name}"
    known = detector_settings(detector)
    if name not in known:
        raise SettingsFault(f"{path}: no such setting; there are {', '.join(known) or 'none'}")
    hint = get_type_hints(type(detector))[name]
    duration = timedelta in (hint, *getattr(hint, "__args__", ()))
    try:
        return TypeAdapter(Duration if duration else hint).validate_python(value)
    except ValidationError as error:
        raise SettingsFault(f"{path}: {error.errors()[0]['msg'].removeprefix('Value error, ')}") from None
