"""What stops people at the checkout: payments that fail, forms that do not take what is entered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from throughline.simulator.drafts import Draft
from throughline.simulator.ledgers.book import Book

FAILURES = 2
FORM_ERRORS = 3

Field = tuple[str, str, str | None]
"""Checkout, field, step (None: not said)."""


class Checkouts:
    def __init__(self, book: Book) -> None:
        self._book = book
        self._failures: Counter[str] = Counter()
        self._errors: Counter[Field] = Counter()
        self._vexing: dict[Field, str] = {}
        """Field to the event that its open trouble began with."""

    def see(self, act: Draft, checkouts: Iterable[str]) -> None:
        """``checkouts``: those that ``act`` belongs to, or, an order, ends."""
        for key in checkouts:
            if act.type == "order_completed":
                self._book.end("payment_trouble", key, act.at)
                self._done(key, act.at)
            elif act.type == "checkout_step_completed":
                self._done(key, act.at, str(act.properties["step"]))
            elif act.type == "form_error_shown":
                self._misread(key, act)
            elif self._unpaid(key, act) and not self._book.stands("payment_trouble", key, act.at):
                self._book.end("payment_trouble", key, act.at)
                self._book.open("payment_trouble", key, act.event_id, act.at)

    def _unpaid(self, key: str, act: Draft) -> bool:
        if act.type == "payment_failed":
            self._failures[key] += 1
            return self._failures[key] >= FAILURES or act.properties["decline"] == "hard"
        return act.type == "payment_method_unavailable"

    def _misread(self, key: str, act: Draft) -> None:
        step = act.properties.get("step")
        field = (key, str(act.properties["field"]), None if step is None else str(step))
        self._errors[field] += 1
        if self._errors[field] == FORM_ERRORS:
            self._vexing[field] = act.event_id
            self._book.open("form_trouble", key, act.event_id, act.at)

    def _done(self, key: str, at: int, step: str | None = None) -> None:
        """The step is done, or the whole checkout; an error that names no step may have been in any."""
        for field in [one for one in self._errors if one[0] == key and (step is None or one[2] in (None, step))]:
            del self._errors[field]
            if field in self._vexing:
                self._book.end("form_trouble", key, at, self._vexing.pop(field))
