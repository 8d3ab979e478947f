"""Mutants of the keepers, of the clock, and of the order in which things become durable."""

from __future__ import annotations

from tests.mutants.mutant import Mutant, of

MUTANTS = (
    *of(
        "keeper.py",
        (
            "elif held.retract_after is not None and moment.firing > held.retract_after:",
            "elif held.retract_after is not None and moment.firing >= held.retract_after:",
            "retracted before the clock has passed",
        ),
        (
            "elif held.retract_after is not None and moment.firing > held.retract_after:",
            "elif held.retract_after is not None:",
            "retracted at once",
        ),
        (
            'if held.published_of is not None and published is not None and held.status != "retracted":',
            "if False:",
            "never retracted",
        ),
        ("_shown(sender, claim) != _shown(held.published_of, published)", "True", "what shows nothing new is said again"),
        ("        if known is not None and entry.version <= known[0]:\n            return\n", "", "older claims are heard"),
        (
            "        if entry.clock + self._kept < moment.firing:\n            return\n",
            "",
            "a repeated claim brings back what is forgotten",
        ),
        (
            "fresh = steps[len(told) :] if _told(claim)[: len(told)] == told else steps[-1:]",
            "fresh = steps",
            "what was told is told again",
        ),
        (
            "if _is_over(held) and moment.firing > held.changed_at + self._kept:",
            "if _is_over(held) and moment.firing >= held.changed_at + self._kept:",
            "forgotten at the end of the window, not after it",
        ),
        (
            "return min(claims)[2] if claims else None",
            "return max(claims)[2] if claims else None",
            "of two who claim it the last is told",
        ),
        (
            "    if published is not None and not KINDS[published.kind].lasting:\n        return True\n",
            "",
            "what nothing can end is remembered for ever",
        ),
    ),
    *of(
        "clock.py",
        ("        if moved <= self.state.sent[level]:\n            return None\n", "", "a tick that is no news counts"),
        (" or tick.at <= at:\n", ":\n", "time goes back"),
        (
            "        if len(seen) < len(self._expected[level]):\n            return NEVER\n",
            "",
            "time is known before all have spoken",
        ),
        (
            "self._note(level, channel, tick) for channel in tick.channels]",
            "self._note(level, channel, tick) for channel in tick.channels[:1]]",
            "of many channels only the first speaks",
        ),
        ("if at >= waited_for or count >= missed)", "if at >= waited_for)", "a replay's leap shuts a channel out"),
        (
            "return min(at for at, count in seen.values() if at >= waited_for or count >= missed)",
            "return min(at for at, count in seen.values())",
            "a silent channel holds time for ever",
        ),
    ),
    *of(
        "stitch.py",
        (
            "state = clock_decoder.decode(known) if known is not None else ClockState()",
            "state = ClockState()",
            "after a restart it is the beginning of time",
        ),
        (
            "        self._settle(subjects, keys, out)\n        self.moment.index = index\n"
            "        subjects.clear()\n        keys.clear()\n",
            "        self.moment.index = index\n",
            "a tick overtakes what stands before it",
        ),
        ("        self._save(self._clock_name, encoder.encode(self.clock.state), out)\n", "", "the clock is not saved"),
    ),
    Mutant(
        "throughline/driver.py",
        "        self.sink.flush({",
        "        self.committed = list(self.read)\n        self.sink.flush({",
        "offsets are committed before the lake is written",
    ),
    Mutant(
        "throughline/memory_sink.py",
        "if watermark < offset <= through]",
        "if offset <= through]",
        "rows below the watermark are written again",
    ),
)
