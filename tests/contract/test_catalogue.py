"""The catalogue is SPEC's, and topics and signals are what the other rooms were told."""

from __future__ import annotations

import uuid
from hashlib import sha256

import pytest

from schemas.events import CATALOGUE, CHANNELS, NUMBERED
from schemas.signals import KINDS, NAMESPACE, Signal, signal_id
from schemas.tables import SIGNALS
from schemas.topics import FRICTION_OPEN, JOURNEY_LOG, JOURNEYS, SOURCE_TOPICS, TOPICS

SPECIFIED = {
    "storefront.events": """page_viewed products_searched product_list_viewed product_viewed product_added product_removed
        cart_viewed coupon_applied coupon_denied wishlist_added promotion_viewed promotion_clicked feature_used
        click_frustrated error_shown experiment_viewed identified logged_out consent_changed loyalty_changed""",
    "checkout.events": """checkout_started checkout_step_viewed checkout_step_completed form_error_shown payment_info_entered
        payment_failed payment_method_unavailable order_completed order_updated order_cancelled order_refunded""",
    "delivery.events": """delivery_promised shipment_created shipment_dispatched shipment_scanned estimate_updated
        out_for_delivery delivery_attempt_failed ready_for_pickup delivered delivery_exception returned_to_sender
        return_requested return_received""",
    "support.events": """ticket_opened agent_replied customer_replied ticket_handed_over ticket_solved ticket_reopened
        article_viewed survey_answered review_posted complaint_raised privacy_requested""",
}
NOT_THE_CUSTOMER_S_DOING = """experiment_viewed loyalty_changed order_updated order_cancelled
    order_refunded delivery_promised shipment_created shipment_dispatched shipment_scanned estimate_updated out_for_delivery
    delivery_attempt_failed ready_for_pickup delivered delivery_exception returned_to_sender return_received agent_replied
    ticket_handed_over ticket_solved"""


def test_every_event_of_the_specification_is_there_on_its_topic_and_no_other() -> None:
    assert {topic: [e.name for e in CATALOGUE.values() if e.topic == topic] for topic in SOURCE_TOPICS} == {
        topic: names.split() for topic, names in SPECIFIED.items()
    }


def test_every_event_has_a_number_and_those_given_once_stay_as_they_are() -> None:
    assert sorted(NUMBERED) == sorted(CATALOGUE)
    assert sha256(" ".join(NUMBERED[:55]).encode()).hexdigest()[:16] == "b9f8c4e4167820f2"


def test_channels_stay_at_their_places() -> None:
    assert CHANNELS[:11] == ("web", "app", "store", "phone", "chat", "email", "sms", "social", "marketplace", "carrier", "other")


def test_only_what_customers_do_themselves_is_their_own() -> None:
    assert [name for name, listed in CATALOGUE.items() if not listed.own] == NOT_THE_CUSTOMER_S_DOING.split()


@pytest.mark.parametrize("listed", CATALOGUE.values(), ids=list(CATALOGUE))
def test_every_event_says_in_a_sentence_what_it_means(listed: object) -> None:
    words = getattr(listed, "words", "")
    assert words.endswith((".", "?"))
    assert len(words) > 15


def test_stages_are_reached_by_the_events_that_stand_for_them() -> None:
    reached = {stage: {e.name for e in CATALOGUE.values() if e.stage == stage} for stage in {e.stage for e in CATALOGUE.values()}}
    assert set(reached) == {
        None,
        "discover",
        "consider",
        "cart",
        "checkout",
        "order",
        "dispatch",
        "delivery",
        "support",
        "return",
    }
    assert reached["order"] == {"order_completed"}
    assert reached["dispatch"] == {"shipment_dispatched"}
    assert reached["delivery"] == {"delivered"}
    assert reached["return"] == {"return_requested", "return_received"}


def test_topics_are_declared_once_and_the_latest_states_are_compacted() -> None:
    names = [topic.name for topic in TOPICS]
    assert len(names) == len(set(names))
    assert tuple(names[:4]) == SOURCE_TOPICS
    assert {topic.name for topic in TOPICS if topic.cleanup == "compact"} == {FRICTION_OPEN, JOURNEYS}
    assert len({topic.partitions for topic in TOPICS if topic.name in (*SOURCE_TOPICS, JOURNEY_LOG)}) == 1


def test_a_topic_s_configuration_is_in_kafka_s_words() -> None:
    config = {topic.name: topic.config for topic in TOPICS}
    assert config[SOURCE_TOPICS[0]] == {"cleanup.policy": "delete", "retention.ms": str(30 * 86_400_000)}
    assert config[JOURNEYS] == {"cleanup.policy": "compact", "retention.ms": "-1"}


def test_a_signal_s_id_is_a_function_of_what_it_is_about() -> None:
    assert uuid.uuid5(uuid.NAMESPACE_URL, "https://throughline.dev/") == NAMESPACE
    assert signal_id("cart_abandoned", "cart:42", "e-1") == str(uuid.uuid5(NAMESPACE, "cart_abandoned/cart:42/e-1"))
    assert len({signal_id(kind, "order:7", anchor) for kind in KINDS for anchor in ("", "e-1")}) == 2 * len(KINDS)


def test_kinds_say_what_they_are_about_and_what_to_do() -> None:
    assert len(KINDS) == 20
    assert all(kind.words and kind.action for kind in KINDS.values())


def test_a_signal_on_kafka_and_its_row_in_the_lake_have_the_same_fields() -> None:
    assert {field for field in SIGNALS.row.__struct_fields__ if not field.startswith("log_")} == set(Signal.model_fields)
