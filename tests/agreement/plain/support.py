"""Where the customer speaks: tickets and scores."""

from __future__ import annotations

from datetime import datetime, timedelta

from tests.agreement.plain.lives import Episode, Life, Touchpoint, expiring, groups, said, told, when

REPLY_WITHIN = timedelta(hours=4)
WEEK = timedelta(days=7)


def support_episodes(life: Life, as_of: datetime) -> list[Episode]:
    found = repeated_contacts(life, as_of) + bad_scores(life)
    for ticket in dict.fromkeys(event["ticket_id"] for event in life if "ticket_id" in event):
        words = [event for event in life if event.get("ticket_id") == ticket]
        found += late_replies(ticket, words, as_of) + reopenings(ticket, words)
    return found


def late_replies(ticket: str, words: Life, as_of: datetime) -> list[Episode]:
    found: list[Episode] = []
    waiting: Touchpoint | None = None
    for word in [*words, None]:
        answer = word is not None and (
            word["type"] == "ticket_solved" or (word["type"] == "agent_replied" and said(word, "by") == "human")
        )
        if waiting is not None and (answer or word is None):
            due = when(waiting) + REPLY_WITHIN
            end = when(word) if word is not None else None
            if due < as_of and (end is None or due < end):
                found.append(told("reply_late", f"ticket:{ticket}", waiting["event_id"], due, end))
        if answer:
            waiting = None
        elif waiting is None and word is not None and word["type"] in ("ticket_opened", "customer_replied", "ticket_reopened"):
            waiting = word
    return found


def reopenings(ticket: str, words: Life) -> list[Episode]:
    found: list[Episode] = []
    is_open = False
    for number, word in enumerate(words):
        if word["type"] == "ticket_solved":
            is_open = False
        if word["type"] == "ticket_reopened" and not is_open:
            is_open = True
            solved = next((when(later) for later in words[number:] if later["type"] == "ticket_solved"), None)
            found.append(told("ticket_reopened", f"ticket:{ticket}", word["event_id"], when(word), solved))
    return found


def repeated_contacts(life: Life, as_of: datetime) -> list[Episode]:
    found: list[Episode] = []
    earlier: Life = []
    for event in life:
        if event["type"] != "ticket_opened" or any(one["ticket_id"] == event["ticket_id"] for one in earlier):
            continue
        same_order = [one for one in earlier if "order_id" in event and one.get("order_id") == event["order_id"]]
        recent = [one for one in earlier if when(one) >= when(event) - WEEK]
        if same_order or len(recent) >= 2:
            at = when(event)
            found.append(expiring("repeat_contact", f"ticket:{event['ticket_id']}", "", at, None, at + WEEK, as_of))
        earlier.append(event)
    return found


def bad_scores(life: Life) -> list[Episode]:
    found: list[Episode] = []
    for group in groups(life):
        for event in group:
            if event["type"] in ("survey_answered", "review_posted") and is_bad(event):
                key = f"session:{group[0]['event_id']}"
                key = f"ticket:{event['ticket_id']}" if "ticket_id" in event else key
                key = f"order:{event['order_id']}" if "order_id" in event else key
                found.append(told("bad_score", key, event["event_id"], when(event), None))
    return found


def is_bad(event: Touchpoint) -> bool:
    score = said(event, "score")
    match said(event, "survey"):
        case "nps":
            return bool(score * 10 <= 6 * said(event, "scale_max", 10))
        case "ces":
            return bool(score * 7 <= 2 * said(event, "scale_max", 7))
        case _:
            return bool(score * 5 <= 2 * said(event, "scale_max", 5))
