"""Amounts become minor units exactly, or say why not."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.events.fields import MAX_INTEGER
from streams.collector.adapters.money import DECIMALS, currency_of, minor_units

FEW = st.integers(0, 10**11)


@pytest.mark.parametrize(
    ("amount", "currency", "units"),
    [
        (19.99, "EUR", 1999),
        ("19.99", "EUR", 1999),
        (" 19.9 ", "EUR", 1990),
        (19, "USD", 1900),
        (1.1, "USD", 110),
        (35.980000000000004, "USD", 3598),
        (1234, "JPY", 1234),
        ("1234.00", "JPY", 1234),
        ("1.234", "KWD", 1234),
        (0.5, "BHD", 500),
        ("0.0001", "UYW", 1),
        (0, "EUR", 0),
        ("-0.00", "EUR", 0),
        ("90071992547409.91", "EUR", MAX_INTEGER),
    ],
)
def test_an_amount_is_exact(amount: Any, currency: str, units: int) -> None:
    assert minor_units(amount, currency) == (units, "")


@pytest.mark.parametrize(
    ("amount", "currency", "units"), [("0.005", "EUR", 1), ("0.0049", "EUR", 0), (19.995, "EUR", 2000), ("0.5", "JPY", 1)]
)
def test_more_decimals_than_the_currency_has_are_rounded_and_said(amount: Any, currency: str, units: int) -> None:
    assert minor_units(amount, currency)[0] == units
    assert minor_units(amount, currency)[1].startswith("rounded to the ")


@pytest.mark.parametrize(
    "amount",
    [None, True, "", "abc", "1,234.56", "€5", "1e3", "NaN", "٣", float("inf"), float("nan"), 1e300, 10**400, [], {}, "1" * 30],
)
def test_what_is_no_amount_says_so(amount: Any) -> None:
    assert minor_units(amount, "EUR") == (None, "is no amount: a number, or plain decimal text like 19.99")


@pytest.mark.parametrize(
    ("amount", "words"),
    [(-1, "is below zero"), ("-0.01", "is below zero"), ("90071992547409.92", "is more than can be held exactly")],
)
def test_what_no_event_can_hold_says_so(amount: Any, words: str) -> None:
    assert minor_units(amount, "EUR") == (None, words)


@pytest.mark.parametrize("currency", [None, "", "EURO", "XYZ"])
def test_without_a_currency_there_are_no_minor_units(currency: str | None) -> None:
    assert minor_units(5, currency) == (None, "an amount needs a currency of ISO 4217")


@given(FEW, st.sampled_from(sorted(DECIMALS)))
def test_a_float_and_its_text_are_the_same_money(units: int, currency: str) -> None:
    text = str(Decimal(units).scaleb(-DECIMALS[currency]))
    assert minor_units(format(Decimal(text), "f"), currency) == (units, "")
    assert minor_units(float(text), currency) == (units, "")


def test_currencies_are_read_in_any_case() -> None:
    assert [currency_of(value) for value in ("eur", " USD ", "euro", 978, None)] == ["EUR", "USD", None, None, None]
