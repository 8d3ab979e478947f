"""One name for a parcel whoever speaks of it: the shop that sent it, or any of the services that follow it.

A code alone is no name: two carriers may use the same one. A carrier uses its own again, after months: then the name is another
parcel's from the time on at which another order claims it, for links hold from a time on (``streams/journey/identity.py``).
"""

from __future__ import annotations

SAME = {
    "dhl": "dhlexpress",
    "fedexdefault": "fedex",
    "fedexus": "fedex",
    "unitedparcelservice": "ups",
    "unitedstatespostalservice": "usps",
    "upsdap": "ups",
    "upsus": "ups",
}
"""Carriers by several names, as letters and digits alone. ``dhl`` is DHL Express, as AfterShip has it."""


def shipment_id(carrier: str | None, code: str) -> str:
    """``usps:9400100104262210342375``, whether they write ``USPS`` or ``usps``, with spaces in the code or none."""
    return f"{carrier_key(carrier)}:{''.join(code.split()).upper()}"


def carrier_key(carrier: str | None) -> str:
    """``DHL Express``, ``dhl_express`` and ``DHLExpress`` are one; without any it is ``unknown``."""
    letters = "".join(sign for sign in (carrier or "").lower() if sign.isalnum())
    return SAME.get(letters, letters) or "unknown"
