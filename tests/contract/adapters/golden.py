"""What every message became when somebody last looked at it: ``python -m tests.contract.adapters.golden`` writes it anew.

Read the difference before committing it: these files are the only place where a mapping is seen whole.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec

from schemas.codec import Rejected, decode
from streams.collector.adapters.adapted import Made
from streams.collector.adapters.registry import by_name
from tests.contract.adapters.payloads import EXAMPLES, HERE, Payload, real

GOLDEN = HERE / "golden"


def outcome(payload: Payload) -> dict[str, Any]:
    """The events, why the contract refuses those that it does, and what was lost."""
    adapter = by_name(payload.adapter)
    assert adapter is not None
    adapted = adapter.adapt(payload.message, payload.received())
    lost = [f"{loss.path or 'all of it'}: {loss.what}: {loss.note}" for loss in adapted.lost]
    return {"made": [_made(made) for made in adapted.made], "lost": lost}


def _made(made: Made) -> dict[str, Any]:
    judged = decode(msgspec.json.encode(made.event))
    faults = [f"{fault.path}: {fault.rule}" for fault in judged.faults] if isinstance(judged, Rejected) else []
    return {"of": made.of, "event": made.event} | ({"refused": faults} if faults else {})


def file_of(payload: Payload) -> Path:
    """Real ones stand under their folder, examples under ``examples/<adapter>``."""
    return (
        GOLDEN / f"{payload.name}.json" if "/" in payload.name else GOLDEN / "examples" / payload.adapter / f"{payload.name}.json"
    )


def main() -> None:
    for payload in [*real(), *EXAMPLES]:
        file = file_of(payload)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(outcome(payload), indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
