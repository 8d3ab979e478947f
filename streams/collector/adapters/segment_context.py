"""Segment's ``context`` in our words: device, system, language, campaign, page, consent; no addresses and no fingerprints."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from streams.collector.adapters.adapted import Loss, What
from streams.collector.adapters.money import currency_of
from streams.collector.adapters.translating import NOTHING, text_of, unread

Part = dict[str, Any]
Reader = Callable[[Any, Part, str, list[Loss]], None]
"""Puts what a part of the context says into ours; the path is the part's own."""

_COUNTRY = re.compile(r"[A-Z]{2}", re.ASCII)
TRACE = re.compile(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}", re.ASCII)
_AGENTS = (
    ("bot", "bot", None),
    ("facebookexternalhit", "bot", None),
    ("ipad", "tablet", "iOS"),
    ("iphone", "mobile", "iOS"),
    ("android", "mobile", "Android"),
    ("windows", "desktop", "Windows"),
    ("macintosh", "desktop", "macOS"),
    ("cros", "desktop", "ChromeOS"),
    ("linux", "desktop", "Linux"),
)
"""What a user agent contains, and what that makes of it."""


def context_of(sent: Mapping[str, Any], at: str, lost: list[Loss]) -> Part:
    """Ours, of what stands at the path ``at``. What customers are (``traits``) is the caller's to read."""
    made: Part = {}
    for name, value in sent.items():
        if not value and value in NOTHING:
            continue
        reader = _READERS.get(name)
        if reader is not None:
            reader(value, made, f"{at}.{name}", lost)
        elif name not in _ELSEWHERE:
            lost.append(Loss(f"{at}.{name}", *_LEFT_OUT.get(name, _UNMAPPED)))
    return made


_UNMAPPED: tuple[What, str] = ("unmapped", "our context has no place for it")
_LEFT_OUT: dict[str, tuple[What, str]] = {
    "ip": ("left out", "an address names a person"),
    "library": ("left out", "of the client that sent it only the channel is kept"),
    "userAgentData": ("left out", "of the browser only device and system are kept"),
}
_ELSEWHERE = frozenset({"traits", "externalIds", "sessionId"})


def channel_of(message: Mapping[str, Any], context: Mapping[str, Any]) -> str | None:
    """Where the customer was; nothing where a server speaks of something that may have happened anywhere."""
    said = _CHANNELS.get(message.get("channel")) if isinstance(message.get("channel"), str) else None
    if said is not None:
        return said
    device = context.get("device")
    kind = device.get("type") if isinstance(device, dict) else None
    if isinstance(kind, str) and kind.lower() in ("ios", "android"):
        return "app"
    library = context.get("library")
    name = library.get("name") if isinstance(library, dict) else None
    if isinstance(name, str) and name.lower() in _WEB:
        return "web"
    page = context.get("page")
    return "web" if isinstance(page, dict) and page.get("url") else None


_CHANNELS: dict[Any, str] = {"browser": "web", "web": "web", "mobile": "app"}
_WEB = frozenset({"analytics.js", "@segment/analytics-next", "rudderlabs javascript sdk"})


def _word(ours: str) -> Reader:
    def read(value: Any, made: Part, at: str, lost: list[Loss]) -> None:
        said = text_of(value)
        if said is None:
            lost.append(Loss(at, "unmapped", "is no text"))
        else:
            made[ours] = said

    return read


def _page(value: Any, made: Part, at: str, lost: list[Loss]) -> None:
    if not isinstance(value, dict):
        return _word("page")(value, made, at, lost)
    page = {name: said for name in ("url", "path", "title", "referrer") if (said := text_of(value.get(name))) is not None}
    if page:
        made["page"] = page
    if "referrer" in page:
        made["referrer"] = page["referrer"]
    if len(page) < len(value):
        unread(value, page, at, "of a page its address, title and referrer are kept", lost)
    return None


def _referrer(value: Any, made: Part, at: str, lost: list[Loss]) -> None:
    address = text_of(value.get("url")) if isinstance(value, dict) else text_of(value)
    if address is None:
        lost.append(Loss(at, "unmapped", "names no address"))
        return
    made["referrer"] = address
    if isinstance(value, dict):
        unread(value, ("url",), at, "of a referrer its address is kept", lost)


def _campaign(value: Any, made: Part, at: str, lost: list[Loss]) -> None:
    if not isinstance(value, dict):
        return _word("campaign")(value, made, at, lost)
    names = ("id", "name", "source", "medium", "term", "content")
    campaign = {name: said for name in names if (said := text_of(value.get(name))) is not None}
    if campaign:
        made["campaign"] = campaign
    return unread(value, campaign, at, "is none of the utm parameters", lost)


def _os(value: Any, made: Part, at: str, lost: list[Loss]) -> None:
    parts = [text_of(value.get(name)) for name in ("name", "version")] if isinstance(value, dict) else [text_of(value), None]
    said = " ".join(part for part in parts if part)
    if said:
        made["os"] = said
    unread(
        value if isinstance(value, dict) else {},
        [n for n, part in zip(("name", "version"), parts, strict=True) if part],
        at,
        "of a system its name and version are kept",
        lost,
    )
    if not said and not isinstance(value, dict):
        lost.append(Loss(at, "unmapped", "is no text"))


def _device(value: Any, made: Part, at: str, lost: list[Loss]) -> None:
    said = text_of(value.get("type")) if isinstance(value, dict) else text_of(value)
    if said is not None:
        made["device"] = said
    elif not isinstance(value, dict):
        lost.append(Loss(at, "unmapped", "is no text"))
    if isinstance(value, dict):
        unread(value, ("type",) if said is not None else (), at, "of a device its kind is kept", lost)


def _agent(value: Any, made: Part, at: str, lost: list[Loss]) -> None:
    """What the device and the system are called, unless the context says that itself."""
    lost.append(Loss(at, "left out", "of the browser only device and system are kept"))
    device, system = _of_agent(value) if isinstance(value, str) else (None, None)
    if device is not None:
        made.setdefault("device", device)
    if system is not None:
        made.setdefault("os", system)


@lru_cache(maxsize=4_096)
def _of_agent(agent: str) -> tuple[str | None, str | None]:
    lower = agent.lower()
    return next(((device, system) for word, device, system in _AGENTS if word in lower), (None, None))


def _currency(value: Any, made: Part, at: str, lost: list[Loss]) -> None:
    _checked("currency", currency_of(value), "is no currency of ISO 4217", made, at, lost)


def _location(value: Any, made: Part, at: str, lost: list[Loss]) -> None:
    country = value.get("country") if isinstance(value, dict) else None
    if isinstance(country, str) and _COUNTRY.fullmatch(country):
        made["country"] = country
        unread(value, ("country",), at, "of a place only the country is kept", lost)
    else:
        lost.append(Loss(at, "left out", "of a place only the country is kept, by its two letters"))


def _trace(value: Any, made: Part, at: str, lost: list[Loss]) -> None:
    said = value if isinstance(value, str) and TRACE.fullmatch(value) else None
    _checked("traceparent", said, "is no W3C trace context", made, at, lost)


def _checked(ours: str, said: str | None, words: str, made: Part, at: str, lost: list[Loss]) -> None:
    if said is None:
        lost.append(Loss(at, "unmapped", words))
    else:
        made[ours] = said


def _consent(value: Any, made: Part, at: str, lost: list[Loss]) -> None:
    """Segment's ``categoryPreferences``."""
    given = value.get("categoryPreferences") if isinstance(value, dict) else None
    if isinstance(given, dict) and all(isinstance(answer, bool) for answer in given.values()):
        made["consent"] = made.get("consent", {}) | given
        unread(value, ("categoryPreferences",), at, "of consent the answers by purpose are kept", lost)
    else:
        lost.append(Loss(at, "unmapped", "names no categoryPreferences, purpose to yes or no"))


def _consent_ids(value: Any, made: Part, at: str, lost: list[Loss]) -> None:
    """RudderStack's lists of what was allowed and what denied."""
    lists = value if isinstance(value, dict) else {}
    read = []
    for name, answer in (("allowedConsentIds", True), ("deniedConsentIds", False)):
        purposes = lists.get(name)
        if isinstance(purposes, list) and purposes and all(isinstance(purpose, str) for purpose in purposes):
            made["consent"] = made.get("consent", {}) | dict.fromkeys(purposes, answer)
            read.append(name)
    if isinstance(value, dict):
        unread(value, read, at, "of consent the answers by purpose are kept", lost)
    else:
        lost.append(Loss(at, "unmapped", "names no purposes"))


_READERS: dict[str, Reader] = {
    "page": _page,
    "campaign": _campaign,
    "referrer": _referrer,
    "os": _os,
    "device": _device,
    "userAgent": _agent,
    "user-agent": _agent,
    "locale": _word("locale"),
    "timezone": _word("timezone"),
    "currency": _currency,
    "location": _location,
    "traceparent": _trace,
    "consent": _consent,
    "consentManagement": _consent_ids,
}
