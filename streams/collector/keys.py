"""Who may send: a source's write keys, kept as hashes, and the secrets with which its webhooks are signed.

A write key is 32 random bytes: nobody finds it by trying, so that SHA-256 keeps it as well as a slow hash would, and may be taken
of every request. A webhook's secret must be known in clear, since the sender's signature is made with it. Both stand in one
file that its owner alone may read; a running collector reads it again when it has changed.
"""

from __future__ import annotations

import logging
import os
import re
import secrets
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from time import monotonic, time

import msgspec
from msgspec import Struct, field

from schemas.failures import Stop

logger = logging.getLogger(__name__)

FILE_NAME = "collector.keys"
"""In ``data_dir``."""
LOOK_EVERY = 1.0
"""Seconds between two looks at whether the file has changed."""
SOURCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
PREFIX = "wk_"


class WriteKey(Struct, frozen=True):
    source: str
    sha256: str
    made_at: int
    """Seconds since 1970."""

    @property
    def id(self) -> str:
        """By which it is listed and revoked."""
        return self.sha256[:8]


class Secret(Struct, frozen=True):
    source: str
    sender: str
    secret: str
    made_at: int

    @property
    def id(self) -> str:
        return sha256(f"{self.sender}/{self.source}/{self.secret}".encode()).hexdigest()[:8]

    def __repr__(self) -> str:
        return f"Secret({self.sender}/{self.source})"


class Keys(Struct, frozen=True):
    """What the file holds."""

    keys: tuple[WriteKey, ...] = ()
    secrets: tuple[Secret, ...] = field(default_factory=tuple)


class Keyring:
    """A collector's view of the file."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._stamp: tuple[int, ...] | None = None
        self._looked_at = -LOOK_EVERY
        self._sources: dict[str, str] = {}
        self._secrets: dict[tuple[str, str], tuple[str, ...]] = {}

    def source_of(self, key: str) -> str | None:
        """Whose write key this is. It is looked up by its hash, so how long that takes tells nothing of any key."""
        self._refresh()
        return self._sources.get(_hash(key))

    def secrets_of(self, sender: str, source: str) -> tuple[str, ...]:
        self._refresh()
        return self._secrets.get((sender, source), ())

    def look_again(self) -> None:
        """At the next question, however short ago it was looked at."""
        self._looked_at = -LOOK_EVERY

    def _refresh(self) -> None:
        if monotonic() - self._looked_at < LOOK_EVERY:
            return
        self._looked_at = monotonic()
        try:
            status = self._file.stat()
            stamp = (status.st_mtime_ns, status.st_ino, status.st_size)
            if stamp != self._stamp:
                self._take(read(self._file))
                self._stamp = stamp
        except FileNotFoundError:
            self._take(Keys())
            self._stamp = None
        except (OSError, Stop) as error:
            logger.error("The keys stay as they were: %s", error)

    def _take(self, keys: Keys) -> None:
        self._sources = {key.sha256: key.source for key in keys.keys}
        found: dict[tuple[str, str], tuple[str, ...]] = {}
        for one in keys.secrets:
            place = one.sender, one.source
            found[place] = (*found.get(place, ()), one.secret)
        self._secrets = found


def read(file: Path) -> Keys:
    """Raises ``Stop`` where the file is not ours to read."""
    try:
        return msgspec.json.decode(file.read_bytes(), type=Keys)
    except FileNotFoundError:
        return Keys()
    except msgspec.MsgspecError as error:
        raise Stop(f"{file} does not hold keys: {error}. Move it away and make new ones.") from error


def add_key(file: Path, source: str) -> str:
    """A new write key of the source. It is told here and never again."""
    key = PREFIX + secrets.token_urlsafe(32)
    entry = WriteKey(_named(source), _hash(key), int(time()))
    _change(file, lambda held: Keys((*held.keys, entry), held.secrets))
    return key


def add_secret(file: Path, source: str, sender: str, secret: str) -> Secret:
    """One more secret by which the sender's webhooks for the source are known."""
    entry = Secret(_named(source), sender, secret, int(time()))
    _change(file, lambda held: Keys(held.keys, (*(one for one in held.secrets if one.id != entry.id), entry)))
    return entry


def revoke(file: Path, name: str) -> int:
    """Removes what has this id, or all that this source has; how many there were."""
    held = read(file)
    left = Keys(
        tuple(key for key in held.keys if name not in (key.id, key.source)),
        tuple(one for one in held.secrets if name not in (one.id, one.source)),
    )
    _change(file, lambda _: left)
    return len(held.keys) + len(held.secrets) - len(left.keys) - len(left.secrets)


def _named(source: str) -> str:
    if not SOURCE.fullmatch(source):
        raise Stop(f"{source!r} is no name for a source: letters, digits, dots, dashes and underscores, at most 64.")
    return source


def _hash(key: str) -> str:
    return sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def _change(file: Path, change: Callable[[Keys], Keys]) -> None:
    """Whole or not at all, readable by its owner only."""
    changed = change(read(file))
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f"{file.name}.{os.getpid()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as written:
        written.write(msgspec.json.format(msgspec.json.encode(changed), indent=2) + b"\n")
    os.replace(draft, file)
