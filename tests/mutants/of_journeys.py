"""Mutants of the fold, of what it tells, and of what a subject remembers."""

from __future__ import annotations

from tests.mutants.mutant import of

MUTANTS = (
    *of(
        "fold.py",
        (
            "while fold.next_due is not None and fold.next_due < before:",
            "while fold.next_due is not None and fold.next_due <= before:",
            "deadlines fall at the clock, not before it",
        ),
        (
            "at - session.ended_at > self._gap",
            "at - session.ended_at >= self._gap",
            "a session ends at a pause of exactly 30 minutes",
        ),
        (
            "        if fold.through == place:\n            return  # it came by two ways, and counts once\n",
            "",
            "a touchpoint that came by two ways counts twice",
        ),
        (
            "if not episode.open or episode.key in fold.past_orders:",
            "if not episode.open or episode.journey != journey.id:",
            "a later journey ends no episode of an earlier one",
        ),
        (
            "                    if isinstance(thing, Order):\n                        outcome.orders[thing.key] = None\n",
            "",
            "an order's row is not written when it becomes late",
        ),
        ("        if fold.orders > 1:\n", "        if False:\n", "the stage repeat is never reached"),
        (
            "if journey.tickets and any(ticket.open for ticket in journey.tickets.values()):",
            "if False:",
            "an open ticket holds no journey open",
        ),
        ("            if changed is not None:\n", "            if False:\n", "orders and tickets have no deadlines"),
        ("thing.next_due = min((due", "thing.next_due = max((due", "of an order's deadlines the last counts"),
        ("if fold.journey is None or not episode.open:", "if True:", "nothing expires"),
        ("        journey.tickets = fold.tickets\n", "", "a ticket is forgotten with its journey"),
        (
            "            if episode.open and KINDS[episode.kind].lasting:\n",
            "            if False:\n",
            "who is forgotten is still in trouble",
        ),
        (
            "        fold.tickets, fold.past_orders, fold.orders = {}, {}, 0\n",
            "",
            "who is forgotten is remembered by their orders",
        ),
        (
            "standing = [episode for episode in fold.episodes if episode.open and KINDS[episode.kind].lasting]",
            "standing = [episode for episode in fold.episodes if episode.open]",
            "what nothing can end is open",
        ),
    ),
    *of(
        "telling.py",
        (" and first.at > fold.fired and ", " and ", "what comes behind a deadline that has fallen is folded on, not anew"),
        (
            "            if follow(fold, touchpoints[: mark.count], touchpoints[mark.count :]):",
            "            if True:",
            "a mark that has seen too much is gone on from",
        ),
        ("dict(mark.rows), dict(mark.claims)", "dict(mark.rows), {}", "what was claimed before a mark is taken back"),
        (
            "        write_open(live.name, live.state.fold, live.outcome, list(live.outcome.orders))\n",
            "",
            "what waits for a commit is not said before a refold",
        ),
        (
            "            if identity not in rows:\n",
            "            if False:\n",
            "rows that no longer stand are not withdrawn",
        ),
        (
            "        lasts = episode.key in fold.past_orders or (now is not None and episode.key in now.orders)\n",
            "        lasts = now is not None and episode.key in now.orders\n",
            "an order's open episode is dropped with its journey",
        ),
        (
            "            if identity not in now:\n                self._claim(name, identity, None, moment, out)\n",
            "            pass\n",
            "a claim that no longer holds is not taken back",
        ),
        ("            if visible > episode.claimed:\n", "            if True:\n", "what was told is claimed again"),
        (
            "            if was.get(identity) != claim:\n",
            "            if identity not in was:\n",
            "what has become of an episode is not told when it is folded again",
        ),
    ),
    *of(
        "subjects.py",
        ("if state.applied >= (moment.epoch, version[1] - moment.index):", "if False:", "the applied guard is dropped"),
        (
            "if entry.version <= state.contributors.get(entry.sender, (-1, -1)):",
            "if entry.version < state.contributors.get(entry.sender, (-1, -1)):",
            "a contribution of the same version is taken again",
        ),
        (
            "        if entry.version <= state.contributors.get(entry.sender, (-1, -1)):\n            return kept\n",
            "",
            "older contributions are taken",
        ),
        ("if one.via != via or _order(one) <= entry.gone]", "if one.via != via]", "a device takes back what it had let go of"),
        (
            "        elif len(state.touchpoints) > self._most:\n            state.gone",
            "        elif False:\n            state.gone",
            "a linked device remembers everything",
        ),
        (
            "entry.revoked or len(state.links) == known or live",
            "entry.revoked or live",
            "a link that takes another's place changes nothing",
        ),
        (
            '_order = attrgetter("at", "event_id")',
            '_order = attrgetter("at", "type")',
            "of one moment, the order of ids is not kept",
        ),
        (
            "(known.via != via and not came_by(via, touchpoint, *held))",
            "False",
            "a touchpoint is kept for the first who brought it only",
        ),
        (
            "            state.late[touchpoint.event_id] = (touchpoint.digest, touchpoint.source, came)\n",
            "",
            "a late event is not remembered",
        ),
        (
            "                state.seen[_short(touchpoint.event_id)] = touchpoint.at\n            live",
            "                pass\n            live",
            "what is summarised is forgotten to have come",
        ),
        (
            "    elif digest == entry.touchpoint.digest:\n",
            '    else:\n        out.counts["duplicates"] += 1\n    if False:\n',
            "a conflict passes for a duplicate",
        ),
    ),
    *of(
        "identity.py",
        (
            "if (known.at, known.event_id) <= (link.at, link.event_id):",
            "if (known.at, known.event_id) >= (link.at, link.event_id):",
            "of one minute the latest link is kept",
        ),
        ("max(at, self._times[0])) - 1]", "at) - 1]", "a link counts only after its moment"),
        (
            "return self._links[bisect_right(self._times, max(at, self._times[0])) - 1].target",
            "return self._links[-1].target",
            "the last login claims everything",
        ),
        ("if rank == min(ranks)]", "if rank >= min(ranks)]", "who looks at an order has bought it"),
        (
            "> MOST_TARGETS.get(kind_of(identifier), 0)",
            ">= MOST_TARGETS.get(kind_of(identifier), 0)",
            "quarantined one target too early",
        ),
        (
            "link.target == to and link.at <= at",
            "link.target == to and link.at < at",
            "a revocation does not reach its own moment",
        ),
        (
            "return not text or text in _PLACEHOLDERS or _ZEROS.match(text) is not None",
            "return not text",
            "everybody who is null is one person",
        ),
    ),
    *of(
        "routing.py",
        ("late = received - at > self._lateness", "late = received - at >= self._lateness", "thirty days old is late"),
        ("if known is not None and known <= at:", "if known is not None:", "only the first link of a minute is sent"),
    ),
    *of(
        "reading.py",
        (
            "_skew_removed(event, received) - received > future",
            "_skew_removed(event, received) - received >= future",
            "a day ahead is refused",
        ),
        (
            "return min(_skew_removed(event, received), received)",
            "return _skew_removed(event, received)",
            "what occurs after its receipt stays there",
        ),
        ("if event.sent_at is None else event.occurred_at + received - event.sent_at", "", "a wrong clock is believed"),
        (
            'address = facts.get("url") or facts.get("path")',
            'address = facts.get("path") or facts.get("url")',
            "a page is known by its path",
        ),
        ('placed = {"at": end_of_day(day, zone)', 'placed = {"at": end_of_day(day, "UTC")', "a promised day ends in Greenwich"),
    ),
    *of("rules.py", ("    levels: int = 5\n", "    levels: int = 1\n", "one level of ticks")),
)
