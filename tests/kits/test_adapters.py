"""The kit that every adapter passes: it never falls over, keeps accounts of every leaf, and makes the same of the same."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.codec import Event, Rejected
from streams.collector.adapters.adapted import Adapter
from streams.collector.adapters.registry import ADAPTERS, by_name, recognised
from tests.contract.adapters.payloads import AT, EVERYTHING, EXAMPLES, Payload
from tests.kits.adapters import judged, messages, odd_ones, unaccounted, with_ours

LATER = 60_000_000
EACH = pytest.mark.parametrize("adapter", ADAPTERS, ids=lambda adapter: adapter.name)
EACH_MESSAGE = pytest.mark.parametrize("payload", EVERYTHING, ids=lambda payload: f"{payload.adapter}-{payload.name}")


def adapter_of(payload: Payload) -> Adapter:
    adapter = by_name(payload.adapter)
    assert adapter is not None
    return adapter


@EACH
def test_it_has_examples_and_says_what_it_does(adapter: Adapter) -> None:
    assert [payload for payload in EXAMPLES if payload.adapter == adapter.name], f"none in examples/{adapter.name}"
    assert adapter.mapping
    assert adapter.words.endswith(".")


@EACH
@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_whatever_comes_becomes_events_losses_and_refusals_with_words(adapter: Adapter, data: st.DataObject) -> None:
    message, received = data.draw(messages(adapter))
    adapted = adapter.adapt(deepcopy(message), received)
    assert adapter.recognise(message, received.headers) in range(4)
    assert adapted == adapter.adapt(deepcopy(message), received), "it makes the same of the same"
    for verdict in judged(adapted):
        assert isinstance(verdict, Event) or all(fault.rule for fault in verdict.faults)
    assert all(loss.note for loss in adapted.lost)
    assert adapted.made or adapted.lost or not message


@EACH
@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_no_leaf_of_a_disturbed_message_is_passed_over(adapter: Adapter, data: st.DataObject) -> None:
    message, received = data.draw(messages(adapter))
    assert unaccounted(adapter, message, received) == []


@pytest.mark.parametrize("turn", range(len(EVERYTHING)), ids=lambda turn: f"{EVERYTHING[turn].adapter}-{EVERYTHING[turn].name}")
def test_under_names_of_ours_may_stand_anything(turn: int) -> None:
    payload = EVERYTHING[turn]
    for ours in odd_ones(turn):
        adapted = adapter_of(payload).adapt(with_ours(payload.message, ours), payload.received())
        assert len(judged(adapted)) == len(adapted.made)


@EACH_MESSAGE
def test_no_leaf_is_passed_over(payload: Payload) -> None:
    assert unaccounted(adapter_of(payload), payload.message, payload.received()) == []


@EACH_MESSAGE
def test_nothing_of_the_message_is_changed(payload: Payload) -> None:
    before = deepcopy(payload.message)
    adapter_of(payload).adapt(payload.message, payload.received())
    assert payload.message == before


@EACH_MESSAGE
def test_the_same_message_again_is_the_same_events(payload: Payload) -> None:
    """Where a sender gives no time, the time of arrival is the event's: then it is another event."""
    first, again = (adapter_of(payload).adapt(payload.message, payload.received(at)).made for at in (AT, AT + LATER))
    same = [(one.event, other.event) for one, other in zip(first, again, strict=True) if dated_alike(one.event, other.event)]
    assert [one["event_id"] for one, _ in same] == [other["event_id"] for _, other in same]


@EACH_MESSAGE
def test_no_two_events_of_a_message_have_one_id(payload: Payload) -> None:
    ids = [made.event["event_id"] for made in adapter_of(payload).adapt(payload.message, payload.received()).made]
    assert len(ids) == len(set(ids))


@EACH_MESSAGE
def test_it_is_recognised_as_its_senders(payload: Payload) -> None:
    guesses = recognised(payload.message, payload.headers)
    assert guesses, "nobody knows it"
    assert payload.adapter in {adapter.name for sureness, adapter in guesses if sureness == guesses[0][0]}


@pytest.mark.parametrize("payload", EXAMPLES, ids=lambda payload: f"{payload.adapter}-{payload.name}")
def test_what_is_made_of_an_example_is_accepted(payload: Payload) -> None:
    verdicts = judged(adapter_of(payload).adapt(payload.message, payload.received()))
    assert [verdict.faults for verdict in verdicts if isinstance(verdict, Rejected)] == []
    assert verdicts


def dated_alike(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return bool(one["occurred_at"] == other["occurred_at"])
