"""From settings to a running collector, and its end in good order."""

from __future__ import annotations

import asyncio
import os
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web

from schemas.failures import Stop
from streams.collector.app import build_collector
from streams.collector.delivery import Delivery
from streams.collector.keys import FILE_NAME
from streams.collector.options import MIB, CollectorOptions
from streams.collector.spool import Spool
from streams.journey.rules import micros
from throughline.kafka import publishing
from throughline.local import COLLECTOR_ADDRESS
from throughline.settings import CollectorSettings, Settings, SettingsFault
from throughline.worker import client, identifier_hash

SPOOL_NAME = "spool"


def keys_file(settings: Settings) -> Path:
    return settings.collector.keys_file or settings.data_dir / FILE_NAME


def collector_options(settings: Settings) -> CollectorOptions:
    own = settings.collector
    return CollectorOptions(
        keys=keys_file(settings),
        spool=settings.data_dir / SPOOL_NAME,
        partitions=settings.partitions,
        hash_identifier=identifier_hash(settings),
        host=own.host,
        port=own.port,
        body_bytes=int(own.body_mib * MIB),
        batch_events=own.batch_events,
        in_hand_bytes=own.in_hand_mib * MIB,
        events_a_second=own.events_a_second,
        spool_bytes=own.spool_mib * MIB,
        spool_after=own.spool_after.total_seconds(),
        drain_within=settings.drain_within.total_seconds(),
        future=micros(settings.rules.future),
        origins=tuple(own.origins),
        tls=_tls(own),
    )


@asynccontextmanager
async def collecting(settings: Settings, brokers: str) -> AsyncIterator[str]:
    """Inside, a collector takes events at the URL that this gives. At the end it answers what it has in hand, and goes."""
    options = collector_options(settings)
    spool = Spool(options.spool, options.spool_bytes)
    where = client(settings, brokers)
    async with Delivery(lambda: publishing(where), spool, options.partitions, options.spool_after) as delivery:
        runner = web.AppRunner(
            build_collector(options, delivery, spool),
            access_log=None,
            auto_decompress=False,  # limits.py inflates, and stops where it is too much
            shutdown_timeout=options.drain_within,
        )
        await runner.setup()
        try:
            yield await _listening(runner, options)
        finally:
            await runner.cleanup()


async def _listening(runner: web.AppRunner, options: CollectorOptions) -> str:
    site = web.TCPSite(runner, options.host, options.port, ssl_context=options.tls)
    try:
        await site.start()
    except OSError as error:
        raise Stop(
            f"The collector cannot listen on {options.host}:{options.port}: {error.strerror}. "
            "THROUGHLINE_COLLECTOR__PORT names another port; 0 takes a free one."
        ) from error
    host, port = runner.addresses[0][:2]
    return f"{'https' if options.tls else 'http'}://{f'[{host}]' if ':' in host else host}:{port}"


async def collect(settings: Settings, brokers: str, stop: asyncio.Event) -> None:
    """Until ``stop``; other processes find its address in ``data_dir``."""
    note = settings.data_dir / COLLECTOR_ADDRESS
    async with collecting(settings, brokers) as url:
        _write_whole(note, url)
        try:
            await stop.wait()
        finally:
            note.unlink(missing_ok=True)


def _write_whole(note: Path, text: str) -> None:
    """Whoever finds it finds all of it."""
    draft = note.with_name(f"{note.name}.draft")
    draft.write_text(text)
    os.replace(draft, note)


def _tls(own: CollectorSettings) -> ssl.SSLContext | None:
    if own.cert_file is None:
        return None
    try:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(own.cert_file, own.key_file)
    except (OSError, ssl.SSLError) as error:
        raise SettingsFault(
            f"The certificate that THROUGHLINE_COLLECTOR__CERT_FILE and KEY_FILE name cannot be used: {error}"
        ) from error
    return context
