"""Every table of the lake, declared once: a row is a struct, its Arrow schema is derived from it.

The core writes rows as JSON lines (``msgspec.json.encode``), the lake parses them in C++ with the schema below: there is no
third place where a column is named. Instants are integers of microseconds since 1970 (UTC) in the row and
``timestamp[us, UTC]`` in the lake. Money is an integer of minor units beside its ISO 4217 currency.

Rows that change are appended as versions: of the rows with one key, the one with the highest
(``log_epoch``, ``log_offset``, ``log_index``) is true, and where that one says ``withdrawn`` there is no row.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta, Struct

if TYPE_CHECKING:
    import pyarrow as pa

Instant = Annotated[int, Meta(description="µs since 1970-01-01 UTC", extra={"arrow": "instant"})]
Text = Annotated[str, Meta(description="JSON text", extra={"arrow": "text"})]


class Row(Struct, kw_only=True, omit_defaults=True, gc=False):
    """What every row carries: where in journey.log the entry stands that made it."""

    log_partition: int = 0
    log_epoch: int = 0
    """The log's incarnation: epoch milliseconds of its genesis."""
    log_offset: int = 0
    log_index: int = 0


class EventRow(Row, kw_only=True):
    """An accepted event as received, identifiers hashed; one row an event, late ones too."""

    event_id: str
    type: str
    occurred_at: Instant
    """On our clock: skew corrected where ``sent_at`` is known, never after ``received_at``."""
    produced_at: Instant
    """``occurred_at`` as the producer wrote it."""
    sent_at: Instant | None = None
    received_at: Instant
    late: bool = False
    """Older than the lateness window when received: kept here, in no journey, raises no signal."""
    source: str | None = None
    channel: str | None = None
    customer_id: str | None = None
    email: str | None = None
    phone: str | None = None
    anonymous_id: str | None = None
    order_id: str | None = None
    shipment_id: str | None = None
    ticket_id: str | None = None
    session_id: str | None = None
    cart_id: str | None = None
    checkout_id: str | None = None
    context: Text | None = None
    properties: Text | None = None
    extra: Text | None = None
    """Envelope fields that no schema knows yet, kept as sent."""
    subject: str
    """The strongest identifier it carries, ``kind:value``."""
    owner: str | None = None
    """Whose journey it was known to belong to when written; ``touchpoints`` has today's answer."""
    topic: str
    partition: int
    offset: int


class SessionRow(Row, kw_only=True):
    session_id: str
    first_event_id: str
    """The touchpoint that began it: a signal about the session has the key ``session:<first_event_id>``."""
    subject: str
    journey_id: str
    number: int
    """1 for the first session of the journey."""
    started_at: Instant
    ended_at: Instant
    """Its last touchpoint."""
    touchpoints: int
    """The customer's own touchpoints in it."""
    channel: str | None = None
    products_viewed: int = 0
    products_added: int = 0
    orders: int = 0
    withdrawn: bool = False


class JourneyRow(Row, kw_only=True):
    journey_id: str
    subject: str
    number: int
    """1 for the customer's first journey."""
    opened_at: Instant
    last_at: Instant
    closed_at: Instant | None = None
    outcome: str | None = None
    """converted, abandoned, browsed or served; of an open journey: as it stands."""
    touchpoints: int
    sessions: int
    channels: list[str] = []
    """In order of first use."""
    stages: Text | None = None
    """JSON object: stage to the instant (µs) it was reached."""
    carts: int = 0
    checkouts: int = 0
    orders: int = 0
    revenue: Text | None = None
    """JSON object: currency to minor units ordered, less what was cancelled or refunded."""
    promises_kept: int = 0
    promises_missed: int = 0
    tickets: int = 0
    replies: int = 0
    scores: Text | None = None
    """JSON list of [survey, score, scale]."""
    signals: int = 0
    """Episodes that were published for it and stand."""
    signals_open: int = 0
    friction: float = 0.0
    """Sum of the severities of its episodes: info 0, warning 1, error 2, critical 4."""
    withdrawn: bool = False


class OrderRow(Row, kw_only=True):
    order_id: str
    subject: str
    journey_id: str
    ordered_at: Instant | None = None
    total_minor: int | None = None
    currency: str | None = None
    cart_id: str | None = None
    checkout_id: str | None = None
    cancelled_at: Instant | None = None
    refunded_at: Instant | None = None
    refunded_minor: int | None = None
    dispatch_by: Instant | None = None
    dispatched_at: Instant | None = None
    promised_at: Instant | None = None
    """The original promise; a promised day ends at 23:59:59 where the parcel goes."""
    promised_timezone: str | None = None
    estimated_at: Instant | None = None
    first_attempt_at: Instant | None = None
    """The first of attempted, ready for pickup and delivered; of several parcels, the last one's first."""
    delivered_at: Instant | None = None
    on_time: bool | None = None
    """First attempt at or before the promise; null while nobody can know."""
    days_late: int | None = None
    """Calendar days, in the promise's time zone, from the promise to the delivery; negative is early."""
    shipments: int = 0
    return_requested_at: Instant | None = None
    return_received_at: Instant | None = None
    withdrawn: bool = False


class SignalRow(Row, kw_only=True):
    """One change of an episode, as it went out on friction.signals."""

    signal_id: str
    kind: str
    status: str
    severity: str
    key: str
    journey_id: str
    subject: str
    opened_at: Instant
    due_at: Instant
    ended_at: Instant | None = None
    changed_at: Instant
    """Log time: the firing clock at which it became known."""
    reason: str
    evidence: Text
    """JSON list of {event_id, topic, partition, offset}."""
    value_minor: int | None = None
    currency: str | None = None
    detector: str
    detector_version: int
    settings_digest: str
    action: str
    holdout: bool = False
    replay: bool = False


class IdentityLinkRow(Row, kw_only=True):
    identifier: str
    target: str
    linked_at: Instant
    event_id: str
    revoked: bool = False


class DeadLetterRow(Row, kw_only=True):
    dead_letter_id: str
    reason: str
    faults: Text | None = None
    """JSON list of {path, rule, value}."""
    topic: str
    partition: int
    offset: int
    received_at: Instant
    size: int
    """Bytes of the whole record; ``value`` keeps the first 64 KiB."""
    value: str
    """Base64; e-mail and phone of readable records are hashed in it, and of a part of another sender's message that became no
    event only ids, times, statuses, types and amounts stand in clear."""
    event_id: str | None = None
    retried_as: str | None = None
    """Set on the version that says what it became when sent again."""


class ProgressRow(Row, kw_only=True):
    """How far a partition of journey.log has come, written after the rows it speaks of."""

    partitions: int
    """Of the log: the lake is complete through the least of that many."""
    arrived_through: Instant | None = None
    """The arrival clock: everything received up to then is in ``events``, ``identity_links`` and ``dead_letters``."""
    decided_through: Instant | None = None
    """The firing clock: journeys hold what was forwarded up to then, and every deadline up to then has been decided."""


@dataclass(frozen=True)
class Table:
    """A table of the lake: its rows, and the columns that make two rows versions of one."""

    name: str
    row: type[Row]
    key: tuple[str, ...]
    sort: str

    @property
    def schema(self) -> pa.Schema:
        """The Arrow schema, in the order of the struct's fields."""
        from schemas.arrow import schema_of  # 37 MB that a worker, which only makes rows, does without

        return schema_of(self.row)


EVENTS = Table("events", EventRow, ("event_id",), "occurred_at")
SESSIONS = Table("sessions", SessionRow, ("session_id",), "started_at")
JOURNEYS = Table("journeys", JourneyRow, ("journey_id",), "opened_at")
ORDERS = Table("orders", OrderRow, ("subject", "order_id"), "ordered_at")
SIGNALS = Table("signals", SignalRow, ("signal_id",), "changed_at")
IDENTITY_LINKS = Table("identity_links", IdentityLinkRow, ("identifier", "target", "linked_at", "revoked"), "linked_at")
DEAD_LETTERS = Table("dead_letters", DeadLetterRow, ("dead_letter_id",), "received_at")
PROGRESS = Table("progress", ProgressRow, ("log_partition",), "log_offset")

TABLES: tuple[Table, ...] = (EVENTS, SESSIONS, JOURNEYS, ORDERS, SIGNALS, IDENTITY_LINKS, DEAD_LETTERS, PROGRESS)
