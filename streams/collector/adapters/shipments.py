"""What a parcel is called: by its carrier and its tracking code, the same whoever speaks of it.

A tracking code alone names no parcel: codes are unique neither among carriers nor for ever. Senders write a carrier's name as
they like (``DHL Express``, ``dhl-express``, ``DHLExpress``), so it is reduced to its letters and digits. A code that a carrier
gives out again, months later, is another parcel's from the time on at which another order claims it: links hold from a time on
(``streams/journey/identity.py``).
"""

from __future__ import annotations

import re

CARRIERS = {
    "dhl": "dhlexpress",
    "fedexdefault": "fedex",
    "fedexground": "fedex",
    "unitedparcelservice": "ups",
    "unitedstatespostalservice": "usps",
    "upsdap": "ups",
}
"""Other names of carriers that senders use: AfterShip's ``dhl`` is DHL Express, EasyPost's ``UPSDAP`` is UPS."""

_NO_NAME = re.compile(r"[^a-z0-9]+")
_NO_CODE = re.compile(r"[\s-]+")


def shipment_id(carrier: object, code: object) -> str | None:
    """``ups:1Z827WK74630``; ``None`` where either is missing: then nobody can say which parcel it is."""
    if not isinstance(carrier, str) or not isinstance(code, str):
        return None
    name, number = _NO_NAME.sub("", carrier.casefold()), _NO_CODE.sub("", code).upper()
    return f"{CARRIERS.get(name, name)}:{number}" if name and number else None
