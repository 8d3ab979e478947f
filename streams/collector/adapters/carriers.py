"""What those who follow parcels call a scan, and what we call it: one table for all of them.

A cell holds a sender's words, parted by blanks: a status, or ``*/detail`` for a finer word, which decides unless the parcel has
arrived or gone back. What stands in no cell says nothing of ours: ``unknown`` and ``cancelled`` of EasyPost, ``Pending`` and
``Expired`` of AfterShip (no news for 30 days since it was added, which is no delay), ``UNKNOWN`` of Shippo, ``NotFound`` and
``Expired`` of 17TRACK.

Sources: docs.easypost.com/docs/trackers; aftership.com/docs/tracking/2026-07/enum/delivery-sub-statuses;
docs.goshippo.com/docs/tracking/tracking; api.17track.net/en/doc (statuses and sub-statuses; for the numbers its version 1).
"""

from __future__ import annotations

from typing import NamedTuple


class Row(NamedTuple):
    """One of our types and, where it is an exception, which; then each sender's words for it."""

    type: str
    exception: str | None
    easypost: str
    aftership: str
    shippo: str
    track17: str


TABLE: tuple[Row, ...] = (
    Row("shipment_created", None, "pre_transit", "InfoReceived", "PRE_TRANSIT", "InfoReceived"),
    Row(
        "shipment_scanned",
        None,
        "in_transit",
        "InTransit */OutForDelivery_003 */OutForDelivery_004",
        "TRANSIT",
        "InTransit PickedUp Departure Arrival 10",
    ),
    Row("out_for_delivery", None, "out_for_delivery", "OutForDelivery", "*/out_for_delivery", "OutForDelivery"),
    Row(
        "ready_for_pickup",
        None,
        "available_for_pickup */arrived_at_pickup_location",
        "AvailableForPickup",
        "*/pickup_available",
        "AvailableForPickup 30",
    ),
    Row("delivered", None, "delivered", "Delivered", "DELIVERED", "Delivered 40"),
    Row(
        "delivery_attempt_failed",
        None,
        "",
        "AttemptFail",
        "*/delivery_attempted */notice_left */location_inaccessible",
        "DeliveryFailure 35",
    ),
    Row(
        "returned_to_sender",
        None,
        "return_to_sender",
        "*/Exception_010 */Exception_011",
        "RETURNED */return_to_sender",
        "*/Exception_Returning */Exception_Returned Returning Returned",
    ),
    Row(
        "delivery_exception",
        "damaged",
        "*/damaged",
        "*/Exception_012",
        "*/package_damaged */package_disposed",
        "*/Exception_Damage */Exception_Destroyed",
    ),
    Row("delivery_exception", "lost", "*/lost", "*/Exception_013", "*/package_lost", "*/Exception_Lost"),
    Row(
        "delivery_exception",
        "customs",
        "",
        "*/Exception_004 */Exception_018",
        "",
        "*/Exception_Security */InTransit_CustomsRequiringInformation",
    ),
    Row(
        "delivery_exception",
        "address",
        "*/address_correction",
        "*/Exception_002 */Exception_007",
        "*/address_issue",
        "*/Exception_NoBody",
    ),
    Row("delivery_exception", "refused", "*/refused", "*/Exception_003", "", "*/Exception_Rejected"),
    Row("delivery_exception", "weather", "*/weather_delay", "*/Exception_017", "", ""),
    Row(
        "delivery_exception",
        "other",
        "failure error */delayed */delivery_exception */held */transit_exception",
        "Exception",
        "FAILURE */delayed */package_held */contact_carrier",
        "Exception 50",
    ),
)

FINAL = ("delivered", "returned_to_sender")
SENDERS = {"easypost": "easypost", "aftership": "aftership", "shippo": "shippo", "17track": "track17"}
"""By the adapter's name its column."""

_MEANINGS: dict[tuple[str, str], Row] = {
    (sender, word): row for row in TABLE for sender, column in SENDERS.items() for word in getattr(row, column).split()
}


def meaning(sender: str, status: str | None, detail: str | None) -> Row | None:
    """What a status and its finer word mean. ``None``: nothing of ours."""
    coarse = _MEANINGS.get((sender, status or ""))
    if coarse is not None and coarse.type in FINAL:
        return coarse
    return _MEANINGS.get((sender, f"*/{detail}"), coarse)


def mapping(sender: str) -> tuple[tuple[str, str, str], ...]:
    """The sender's column, for the documentation."""
    told = [(getattr(row, SENDERS[sender]), row) for row in TABLE]
    return tuple(
        (_quoted(words), f"`{row.type}`", f"exception `{row.exception}`" if row.exception else "") for words, row in told if words
    )


def _quoted(words: str) -> str:
    return ", ".join(f"`{word.removeprefix('*/')}`" for word in words.split())
