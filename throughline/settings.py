"""The one reader of the environment: every setting by name, with its type, its unit and its default.

A setting comes from, the first that names it: the command line, ``THROUGHLINE_…`` in the environment (``__`` goes one level down:
``THROUGHLINE_RULES__SESSION_GAP``), a TOML file (``THROUGHLINE_CONFIG``, else ``throughline.toml`` where it is run), the preset
that ``rules.preset`` names, the default. Everything behind this door takes plain arguments.
"""

from __future__ import annotations

import difflib
import os
from datetime import timedelta
from pathlib import Path
from tomllib import TOMLDecodeError
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from throughline import presets
from throughline.durations import Duration

PREFIX = "THROUGHLINE_"
CONFIG = "THROUGHLINE_CONFIG"
DEFAULT_CONFIG = Path("throughline.toml")


class SettingsFault(Exception):
    """A setting that cannot be; the message names it, says what is wrong and what would do."""


class RuleSettings(BaseModel):
    """What a shop may set about its journeys and signals; the sources of the defaults stand in ``streams/journey/rules.py``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    preset: str | None = Field(None, description="another system's published thresholds, below every other setting")
    session_gap: Duration = Field(timedelta(minutes=30), description="the longest pause within a session")
    journey_quiet: Duration = Field(timedelta(days=30), description="a journey closes after so long with nothing open")
    lateness: Duration = Field(timedelta(days=30), description="an event older than this when received goes to the lake only")
    future: Duration = Field(timedelta(hours=24), description="an event further ahead of its receipt is refused")
    order_waits: Duration = Field(timedelta(days=365), description="an order nobody delivers holds its journey open for so long")
    hold_at_most: Duration = Field(timedelta(hours=6), description="a source further behind than this no longer holds the clock")
    levels: int = Field(5, ge=2, le=8, description="clock levels: one more than the links a chain of identifiers may have")
    touchpoints_max: int = Field(1_000, ge=10, description="touchpoints kept of one journey before the oldest are summarised")
    store_timezone: str = Field("UTC", description="IANA zone where a promised day ends if nobody says where the parcel goes")
    holdout_share: float = Field(0.0, ge=0, le=1, description="share of keys signalled but marked not to be acted on")
    detectors: dict[str, dict[str, Any]] = Field({}, description="settings of single detectors: rules.detectors.<kind>.<setting>")

    @field_validator("preset")
    @classmethod
    def _known_preset(cls, name: str | None) -> str | None:
        if name is not None and name not in presets.names():
            raise ValueError(f"there is no preset {name!r}; there are {', '.join(presets.names())}")
        return name

    @field_validator("store_timezone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (KeyError, ValueError, OSError) as error:
            raise ValueError("no such time zone; use an IANA name such as 'Europe/Berlin'") from error
        return name


class KafkaSettings(BaseModel):
    """How to speak to a broker that asks who we are; nothing is needed for the embedded one."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    security: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = Field(
        "PLAINTEXT", description="Kafka's security.protocol"
    )
    sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = Field("SCRAM-SHA-512", description="used with SASL_*")
    username: str | None = Field(None, description="SASL user")
    password: SecretStr | None = Field(None, description="SASL password; never logged")
    ca_file: Path | None = Field(
        None, description="PEM of the authority that signed the broker's certificate; default: the system's"
    )
    cert_file: Path | None = Field(None, description="PEM of our own certificate, for mutual TLS")
    key_file: Path | None = Field(None, description="PEM of its key")
    replication: int | None = Field(
        None, ge=1, description="replicas of each topic we create; default: 3, or as many as there are brokers"
    )
    session_timeout: Duration = Field(timedelta(seconds=6), description="a silent worker's partitions are given away after this")
    standby_replicas: int = Field(0, ge=0, description="warm copies of the state on other workers")


class CollectorSettings(BaseModel):
    """Events over HTTP."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    enabled: bool = Field(True, description="whether `up` starts a collector")
    host: str = Field("127.0.0.1", description="where it listens; loopback unless you say otherwise")
    port: int = Field(6067, ge=0, le=65_535, description="its port; 0 takes a free one")
    cert_file: Path | None = Field(None, description="PEM of its certificate and the chain behind it: with it, it speaks TLS")
    key_file: Path | None = Field(None, description="PEM of the certificate's key, if that is a file of its own")
    keys_file: Path | None = Field(None, description="write keys and webhook secrets; default: `collector.keys` in data_dir")
    origins: list[str] = Field(["*"], description="from whose pages browsers may send: `https://shop.example`, or `*`")
    body_mib: float = Field(4.0, gt=0, le=64, description="MiB of a body, also once it is inflated; more is 413")
    batch_events: int = Field(5_000, ge=1, description="events of one request; more is 413")
    in_hand_mib: int = Field(64, ge=1, description="MiB of bodies read and not yet answered; above it is 503")
    events_a_second: float = Field(50_000.0, gt=0, description="of one source; above it is 429")
    spool_mib: int = Field(1_024, ge=1, description="MiB on disk while the broker is away; above it is 503")
    spool_after: Duration = Field(timedelta(seconds=2), description="events go to disk when the broker is silent for so long")


class Settings(BaseSettings):
    """Everything that can be set. Secrets are `SecretStr`: they print as asterisks."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter="__", extra="forbid", frozen=True, nested_model_default_partial_update=True
    )

    data_dir: Path = Field(Path(".throughline"), description="the broker's log, the worker's files, the generated identity key")
    lake_dir: Path | None = Field(None, description="the Delta lake; default: `lake` in data_dir")
    state: Literal["memory", "rocksdb"] = Field("memory", description="where a running worker keeps the state of open journeys")
    state_dir: Path | None = Field(None, description="folder of `rocksdb`; default: `state` in data_dir")
    brokers: str | None = Field(None, description="host:port, several separated by commas; default: an embedded broker")
    partitions: int = Field(4, ge=1, le=1_024, description="of each topic; cannot change once topics exist")
    clock: Literal["wall", "log"] = Field(
        "wall", description="where time comes from: the leader's ticks, or only ticks in the log"
    )
    group: str = Field("throughline", min_length=1, description="consumer group: workers with the same one share the work")
    commit_interval: Duration = Field(timedelta(seconds=5), description="how often results become durable and offsets move")
    drain_within: Duration = Field(
        timedelta(seconds=20), description="how long a stopping worker may take to finish what it holds"
    )
    stalled_after: Duration = Field(timedelta(minutes=1), description="a partition behind and unmoved for so long is unhealthy")
    identity_key: SecretStr | None = Field(
        None, description="key of the hash of e-mails and phones, 16 characters or more; never logged"
    )
    web_host: str = Field(
        "127.0.0.1", description="where the worker's health and metrics listen; loopback unless you say otherwise"
    )
    web_port: int = Field(6066, ge=1, le=65_535, description="port of health and metrics")
    collector: CollectorSettings = CollectorSettings()
    kafka: KafkaSettings = KafkaSettings()
    rules: RuleSettings = RuleSettings()

    @field_validator("identity_key")
    @classmethod
    def _long_enough(cls, key: SecretStr | None) -> SecretStr | None:
        if key is not None and len(key.get_secret_value()) < 16:
            raise ValueError("needs at least 16 characters, for example from `openssl rand -hex 32`")
        return key

    @property
    def states(self) -> Path:
        return self.state_dir if self.state_dir is not None else self.data_dir / "state"

    @property
    def lake(self) -> Path:
        return self.lake_dir if self.lake_dir is not None else self.data_dir / "lake"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        file = TomlConfigSettingsSource(settings_cls, toml_file=settings_cls.model_config.get("toml_file") or settings_file())
        return init_settings, env_settings, file, _PresetSource(settings_cls)


class _PresetSource(PydanticBaseSettingsSource):
    """The rules of the preset that a source before this one names."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        return self().get(field_name), field_name, False

    def __call__(self) -> dict[str, Any]:
        rules = self.current_state.get("rules")
        name = rules.get("preset") if isinstance(rules, dict) else None
        return {"rules": presets.preset(name).rules} if name in presets.names() else {}


def load(*, file: Path | None = None, preset: str | None = None, collector_port: int | None = None, **given: Any) -> Settings:
    """The settings, where ``given`` (the command line; None is not given) comes first. Raises ``SettingsFault``.

    ``file`` stands in the place of the settings file that would be read. ``preset`` says which, not how much it counts: it stands
    below the file.
    """
    _refuse_unknown_names()
    _refuse_missing_file()
    if preset is not None:
        given["rules"] = {"preset": preset}
    if collector_port is not None:
        given["collector"] = {"port": collector_port}
    try:
        return _settings(file)(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        raise SettingsFault("\n".join(_fault(item) for item in error.errors(include_url=False))) from None
    except TOMLDecodeError as error:
        raise SettingsFault(f"{file or settings_file()} is not TOML: {error}") from None


def settings_file() -> Path:
    """The file that settings are read from, if it is there."""
    return Path(os.environ.get(CONFIG, DEFAULT_CONFIG))


def _settings(file: Path | None) -> type[Settings]:
    if file is None:
        return Settings

    class SettingsOfAnotherFile(Settings):
        model_config = SettingsConfigDict(toml_file=file)

    return SettingsOfAnotherFile


def _refuse_unknown_names() -> None:
    """A misspelt variable would otherwise be silence, and silence looks like the default."""
    known = [PREFIX + name.upper() for name in Settings.model_fields] + [CONFIG]
    for name in os.environ:
        if name.startswith(PREFIX) and name.partition("__")[0] not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise SettingsFault(f"{name} in the environment is no setting{hint}")


def _refuse_missing_file() -> None:
    named = os.environ.get(CONFIG)
    if named and not Path(named).is_file():
        raise SettingsFault(f"{CONFIG} names {named}, where there is no file")


def _fault(error: Any) -> str:
    """One sentence; the value is left out, since it may be a secret."""
    path = [str(part) for part in error["loc"]]
    words = error["msg"].removeprefix("Value error, ").removeprefix("Input ")
    return f"Setting {'.'.join(path)} ({PREFIX}{'__'.join(path).upper()}) {words[:1].lower()}{words[1:]}"
