"""The key with which e-mails and phones are hashed: named in the settings, or made once for a run on this machine.

Losing the key means that nobody's e-mail can be joined with their past any more; that is why a shared broker demands one.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from throughline.settings import Settings, SettingsFault

KEY_NAME = "identity.key"
_LOOPBACK = ("127.", "localhost", "[::1]")


def identity_key(settings: Settings) -> bytes:
    """The key's bytes. Without one in the settings a run on loopback makes one in ``data_dir``, readable by its owner only."""
    if settings.identity_key is not None:
        return settings.identity_key.get_secret_value().encode()
    if not is_local(settings.brokers):
        raise SettingsFault(
            "THROUGHLINE_IDENTITY_KEY is not set: workers of a shared broker must hash e-mails with one key. "
            "Make one with `openssl rand -hex 32` and give it to each."
        )
    return _kept(settings.data_dir / KEY_NAME)


def is_local(brokers: str | None) -> bool:
    """Whether all brokers are on this machine; the embedded one (None) is."""
    return brokers is None or all(broker.strip().startswith(_LOOPBACK) for broker in brokers.split(","))


def _kept(path: Path) -> bytes:
    """The key in the file, made if there is none. Two processes at once end with the same key."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        _make(path)
    return path.read_bytes()


def _make(path: Path) -> None:
    """Whole or not at all: written beside, then linked into place; who comes second keeps the first one's."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(secrets.token_hex(32))
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
