"""Mutants of what is found in tickets and scores."""

from __future__ import annotations

from tests.mutants.mutant import of

MUTANTS = (
    *of(
        "detectors/reply_late.py",
        ("if ticket.late_for == ticket.waiting_by[0]:", "if ticket.late_for is not None:", "a ticket is late once"),
        (
            "ticket.waiting_by is None or ticket.waiting_by[0] != episode.anchor",
            "touchpoint.type == 'agent_replied'",
            "only a reply ends it, a bot's too",
        ),
        ('"solved" if touchpoint.type == "ticket_solved" else "answered"', '"answered"', "nothing is said to be solved"),
    ),
    *of(
        "detectors/ticket_reopened.py",
        ("if self.stands(key, fold.episodes):", "if False:", "taken up twice it is two troubles"),
        (" and episode.key == f\"ticket:{touchpoint.refs.get('ticket')}\"", "", "another ticket's solution ends it"),
    ),
    *of(
        "detectors/repeat_contact.py",
        (
            "(other.opened_at or 0) >= touchpoint.at - micros(self.window)",
            "(other.opened_at or 0) > touchpoint.at - micros(self.window)",
            "seven days exactly are too long",
        ),
        ("elif len(recent) + 1 >= self.contacts:", "elif len(recent) >= self.contacts:", "the fourth is the third"),
        (
            "if ticket.order is not None and other.order == ticket.order]",
            "if other.order == ticket.order]",
            "two about nothing are about one thing",
        ),
        ("        if ticket.opened_by != evidence_of(touchpoint):\n", "        if False:\n", "a ticket opened twice asks twice"),
        (
            "if other.opened_at is not None and other is not ticket]",
            "if other.opened_at is not None]",
            "a ticket is its own predecessor",
        ),
    ),
    *of(
        "detectors/bad_score.py",
        ("if score * of > most * scale:", "if score * of >= most * scale:", "a score at the limit is none"),
        ("if score * of > most * scale:", "if score > most:", "every scale is the usual one"),
        ('"nps": (6, 10)', '"nps": (7, 10)', "a passive is a detractor"),
        ('"ces": (2, 7)', '"ces": (2, 5)', "an effort is measured to five"),
        ('for kind in ("order", "ticket") if', 'for kind in ("ticket", "order") if', "a ticket stands before its order"),
        ("key = about or journey.session.key", "key = journey.session.key", "a score is about the visit"),
    ),
    *of(
        "tickets.py",
        ('and touchpoint.facts.get("by") == "human"', "", "a bot answers"),
        ("    if ticket.waiting_by is None:\n", "    if True:\n", "asking again starts the clock anew"),
        ('elif by_person or kind == "ticket_solved":', "elif by_person:", "a solved ticket waits"),
        ('elif by_person or kind == "ticket_solved":', 'elif kind == "ticket_solved":', "an answer is none"),
        (
            'touchpoint.type == "ticket_opened" and ticket.opened_at is None',
            'touchpoint.type == "ticket_opened"',
            "a ticket is opened anew",
        ),
    ),
)
