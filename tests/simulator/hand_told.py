"""Short lives told by hand, and what the ledgers make of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from schemas.events import CATALOGUE
from throughline.simulator.drafts import Draft
from throughline.simulator.ledgers import NOBODY, settle
from throughline.simulator.truth import Episode

IDS = frozenset(("order_id", "shipment_id", "ticket_id", "cart_id", "checkout_id"))


def said(at: int, type: str, name: str = "", **fields: Any) -> Draft:
    """An event at ``at``, named ``name`` or after its type; fields that identify something are ids, the others properties."""
    ids = {field: value for field, value in fields.items() if field in IDS}
    properties = {field: value for field, value in fields.items() if field not in IDS}
    return Draft(at, type, name or f"{type}@{at}", ids, properties, own=CATALOGUE[type].actor == "customer")


def episodes(kind: str, *acts: Draft, order_of: Mapping[str, str] = NOBODY) -> list[Episode]:
    """Of one kind."""
    return [one for one in settle(acts, order_of).episodes if one.kind == kind]


def ends(found: list[Episode]) -> list[tuple[int, int | None, str | None]]:
    """When each was opened and ended, and how."""
    return [(one.opened_at, one.ended_at, one.how) for one in found]


def names(found: list[Episode]) -> list[tuple[str, str]]:
    return [(one.key, one.anchor) for one in found]
