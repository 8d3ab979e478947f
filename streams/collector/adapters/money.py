"""Amounts as senders write them, in minor units: exactly, or not at all.

How many decimals a currency has is ISO 4217's word (list one, of 2026-01; some withdrawn codes stay for histories). A float is
the decimal number that it is the nearest to with that many decimals; noise of sums of floats (35.980000000000004) is none.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal

from schemas.events.fields import MAX_INTEGER

_NONE = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF BYR"
_THREE = "BHD IQD JOD KWD LYD OMR TND"
_FOUR = "CLF UYW"
_TWO = """
AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW CNY COP COU
CRC CUC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HRK HTG HUF IDR ILS INR IRR JMD KES
KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL LTL LVL EEK MAD MDL MGA MKD MMK MNT MOP MRO MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO
NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SLL SOS SRD SSP STD STN SVC SYP SZL THB TJS
TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VEF VES WST XAD XCD XCG YER ZAR ZMK ZMW ZWG ZWL
"""
DECIMALS: dict[str, int] = {
    code: decimals for decimals, codes in ((0, _NONE), (2, _TWO), (3, _THREE), (4, _FOUR)) for code in codes.split()
}
"""Decimals of the minor unit by currency."""

_SCALE = (1, 10, 100, 1_000, 10_000)
_PLAIN = re.compile(r"[+-]?(\d{1,20}(\.\d{0,20})?|\.\d{1,20})", re.ASCII)
_NOISE = Decimal("0.000001")
"""Of a minor unit: less than this beside a whole one is the sender's floating point, not an amount."""


def currency_of(value: object) -> str | None:
    """The ISO 4217 code in capitals; ``None`` where it is none that we know."""
    if type(value) is not str:
        return None
    code = value if value in DECIMALS else value.strip().upper()
    return code if code in DECIMALS else None


def units_of(said: Mapping[str, object], name: str) -> int | None:
    """What stands under our name for an amount, if it can be reckoned with: senders may write anything under it."""
    units = said.get(f"{name}_minor")
    return units if type(units) is int and 0 <= units <= MAX_INTEGER else None


def minor_units(amount: object, currency: str | None) -> tuple[int | None, str]:
    """A number or plain decimal text in minor units of ``currency`` (as ``currency_of`` gives it), and what to say of it.

    ``(1999, "")``: exactly that. ``(2000, "…")``: rounded half up, the words say so. ``(None, "…")``: none, the words say why.
    """
    decimals = DECIMALS.get(currency) if currency is not None else None
    if decimals is None:
        return None, "an amount needs a currency of ISO 4217"
    if type(amount) is int and 0 <= amount < 1_000_000_000:
        return amount * _SCALE[decimals], ""
    if type(amount) is float and 0 <= amount < 1e9:
        scale = _SCALE[decimals]
        units = round(amount * scale)
        if units / scale == amount:
            return units, ""
    read = _decimal(amount)
    if read is None:
        return None, "is no amount: a number, or plain decimal text like 19.99"
    return _whole(read.scaleb(decimals), f"rounded to the {decimals} decimals of {currency}")


def _decimal(amount: object) -> Decimal | None:
    if isinstance(amount, bool) or not isinstance(amount, int | float | str):
        return None
    text = amount.strip() if isinstance(amount, str) else format(Decimal(repr(amount)), "f") if _short(amount) else ""
    return Decimal(text) if _PLAIN.fullmatch(text) else None


def _short(amount: int | float) -> bool:
    """Whether it can be an amount of money at all: neither infinite nor of hundreds of digits."""
    return abs(amount) < 1e18


def _whole(units: Decimal, rounded: str) -> tuple[int | None, str]:
    whole = units.quantize(Decimal(1), ROUND_HALF_UP)
    if not 0 <= whole <= MAX_INTEGER:
        return None, "is below zero" if whole < 0 else "is more than can be held exactly"
    return int(whole), "" if abs(units - whole) < _NOISE else rounded
