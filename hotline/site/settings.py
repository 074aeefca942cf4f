"""The settings of a site, hotline.yaml: what they may be, and how they are read.

Everything has a default that is safe on one machine: loopback, generated secrets, the folders beside the file.
"""

import contextlib
import difflib
import re
import urllib.parse
import zoneinfo
from datetime import time
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin

import pydantic

from calls.errors import BadInput
from calls.numbers import REGION, REGIONS, nearest_region
from dsl.spelling import nearest_hint
from dsl.tree import SourceError, parse
from hotline.site.gate import GateSettings
from hotline.site.keeping import KeepSettings, LogSettings, Strict
from hotline.site.mail import MailSettings
from hotline.site.mailbox import MailboxSettings
from hotline.site.oidc import OidcSettings
from hotline.site.reports import ReportSettings
from hotline.site.sharing import SharingSettings
from hotline.site.sources import SourceSettings, check_names
from hotline.site.switches import CellSwitchSettings, SwitchSettings
from hotline.site.transcripts import TranscriptSettings
from hotline.site.web import ConsoleSettings, WebSettings
from hotline.site.webhooks import WebhookSettings

_SETTINGS = "hotline.yaml"


class VoiceSettings(Strict):
    """The voice for text that nobody has recorded.

    `auto` is Kokoro where the extra `voice` is installed, else espeak-ng. It and `kokoro` use the sounds of
    prompts/ready/; `kokoro` speaks Mandarin and English only.
    """

    kind: Literal["auto", "kokoro", "espeak", "http"] = "auto"
    url: str = ""
    name: str = "http"
    """The name of the service's voice: another name builds all prompts anew."""


class SpeechSettings(Strict):
    """The recogniser of callers' speech in a `listen` step.

    `auto` is whisper where the extra `speech` is installed, else none: callers press keys.
    """

    engine: Literal["auto", "whisper", "scripted", "none"] = "auto"
    phrases: tuple[str, ...] = ()
    """Of the scripted engine: in each call the first utterance is the first phrase, and so on."""
    deadline_s: Annotated[float, pydantic.Field(gt=0, le=30)] = 3.0
    """Of whisper: seconds from an utterance to its words; who is not heard by then goes on with keys."""
    address: str = "127.0.0.1"
    """An IPv4 address of this machine that Asterisk reaches: it sends callers' sound here. FreeSWITCH needs none."""


class BusSettings(Strict):
    """The MQTT 5 broker that events for other systems go to, and agents' commands come from.

    Access rights there are the broker's: a client that may write `agents/+/commands` acts for the agents.
    """

    host: str = "127.0.0.1"
    port: int = 1883
    prefix: str = "hotline"
    site: str = ""
    """The site's name in topics; default: the name of its folder."""
    user: str | None = None
    password_file: Path | None = None
    """A file with the password and nothing else."""
    tls: bool = False


_THE_SWITCH = SwitchSettings()


class Settings(Strict):
    """All of hotline.yaml. Relative paths are relative to the site's folder."""

    dialplans: Path = Path("dialplans")
    prompts: Path = Path("prompts")
    recordings: Path = Path("var/recordings")
    """The folder of recordings of a switch without `run_dir`; of several, each has one of its name in it. A switch with
    `run_dir` puts them below RUN_DIR/spool."""
    state: Path = Path("var")
    languages: tuple[str, ...] = ("zh-CN", "en")
    do_not_call: Path | None = None
    """A file with one number a line that must not be called, by callbacks too. Unreadable, it forbids all."""
    sharing: SharingSettings | None = None
    """Do-not-call entries are shared with other sites of a group; left out: with nobody."""
    region: str = REGION
    """ISO 3166: how numbers without a country code are read."""
    zone: str | None = None
    """IANA, such as Asia/Shanghai: the house's own day and clock. Left out: that of the first entry of hours.yaml."""
    keep: KeepSettings = KeepSettings()
    journal_days: int | None = pydantic.Field(None, ge=1)
    """The earlier name of `keep.journal`."""
    refit_at: time | None = time(3, 30)
    """The time in the house's zone of each night's new fit of the wait forecast; null: never, but by `hotline fit`."""
    switch: SwitchSettings = _THE_SWITCH
    """The only one, or:"""
    switches: tuple[CellSwitchSettings, ...] = ()
    """Several. Calls with an id from before there were several belong to the first one."""
    web: WebSettings = WebSettings()
    console: ConsoleSettings = ConsoleSettings()
    oidc: OidcSettings | None = None
    """The directory by which people may sign in to the pages. Left out: by links and passwords alone."""
    voice: VoiceSettings = VoiceSettings()
    speech: SpeechSettings = SpeechSettings()
    transcripts: TranscriptSettings = TranscriptSettings()
    log: LogSettings = LogSettings()
    failed_registrations_alert: int | None = pydantic.Field(20, ge=1)
    """So many from one address in a minute are told to the operator; null: never."""
    bus: BusSettings | None = None
    """Left out: everything stays inside, and nothing needs a broker."""
    mail: MailSettings | None = None
    """Notices of cases by e-mail."""
    mailboxes: tuple[MailboxSettings, ...] = ()
    """Mailboxes whose messages are cases."""
    reports: ReportSettings | None = None
    """Reports that the server makes by itself. Left out: `hotline report` makes them."""
    webhooks: tuple[WebhookSettings, ...] = ()
    """Receivers that are told of events by HTTP."""
    ledger: str | None = None
    """The place where outgoing calls are reserved and counted: `postgresql://USER@HOST/DATABASE` when several
    controllers share it, or `sqlite:///PATH`. Default: DIR/var/ledger.db."""
    house: str | None = pydantic.Field(None, pattern=r"^[a-z0-9][a-z0-9._-]{0,31}$")
    """The house's name in a ledger that several houses share, another one for each; left out: DIR/var/house has one
    that was made at the first start."""
    gate: GateSettings | None = None
    """The SIP gate before other systems' trunks. Left out: there is none."""
    sources: Annotated[dict[str, SourceSettings], pydantic.AfterValidator(check_names)] = pydantic.Field(
        default_factory=dict
    )
    """Other systems whose calls are counted here: by their call records, or by watching them."""

    @pydantic.field_validator("ledger")
    @classmethod
    def _a_place(cls, ledger: str | None) -> str | None:
        if ledger is None or re.fullmatch(r"sqlite:///.+", ledger):
            return ledger
        parts = urllib.parse.urlsplit(ledger)
        if parts.scheme not in ("postgresql", "postgres") or not parts.path.strip("/"):
            raise ValueError("write sqlite:///PATH, or postgresql://USER@HOST/DATABASE")
        if parts.password is not None:
            raise ValueError(
                "no password here: put it into a file as libpq reads it, and ?passfile=FILE behind the database"
            )
        return ledger

    @pydantic.model_validator(mode="after")
    def _journal_by_one_name(self) -> "Settings":
        if self.journal_days is not None and "journal" in self.keep.model_fields_set:
            raise ValueError("journal_days and keep.journal are the same: write keep.journal alone")
        return self

    @property
    def days_kept(self) -> dict[str, int | None]:
        """Days by kind (`hotline.store.retention.KINDS`), by whichever name they were set; None: for ever."""
        return {**self.keep.model_dump(), **({} if self.journal_days is None else {"journal": self.journal_days})}

    @pydantic.field_validator("switches")
    @classmethod
    def _different_switches(
        cls, switches: tuple[CellSwitchSettings, ...], info: pydantic.ValidationInfo
    ) -> tuple[CellSwitchSettings, ...]:
        if info.data.get("switch") is not _THE_SWITCH:
            raise ValueError("there is `switch`, too: move it into this list, with its name")
        if not switches:
            raise ValueError("an empty list: name the switches, or leave the line out")
        for what, values in (
            ("name", [switch.name for switch in switches]),
            ("sip", [switch.sip_address for switch in switches]),
            ("run_dir", [str(switch.run_dir) for switch in switches if switch.run_dir is not None]),
            ("port", [f"{switch.host}:{switch.port}" for switch in switches]),
        ):
            twice = next((value for place, value in enumerate(values) if value in values[:place]), None)
            if twice is not None:
                raise ValueError(f"two switches have the {what} {twice}: each needs one of its own")
        return switches

    @pydantic.field_validator("webhooks")
    @classmethod
    def _different_webhooks(cls, webhooks: tuple[WebhookSettings, ...]) -> tuple[WebhookSettings, ...]:
        names = [webhook.name for webhook in webhooks]
        if twice := next((name for place, name in enumerate(names) if name in names[:place]), None):
            raise ValueError(f"two webhooks have the name {twice}: each needs one of its own")
        return webhooks

    @pydantic.field_validator("mailboxes")
    @classmethod
    def _different_mailboxes(cls, mailboxes: tuple[MailboxSettings, ...]) -> tuple[MailboxSettings, ...]:
        names = [mailbox.name for mailbox in mailboxes]
        if twice := next((name for place, name in enumerate(names) if name in names[:place]), None):
            raise ValueError(f"two mailboxes have the name {twice}: each needs one of its own")
        return mailboxes

    @pydantic.field_validator("zone")
    @classmethod
    def _one_that_is_known(cls, zone: str | None) -> str | None:
        if zone is None or is_zone(zone):
            return zone
        close = difflib.get_close_matches(zone, sorted(zoneinfo.available_timezones()), n=1, cutoff=0.5)
        raise ValueError(
            f"{zone!r} is no time zone, such as Asia/Shanghai{f'; did you mean {close[0]}?' if close else ''}"
        )

    @pydantic.field_validator("region", mode="before")
    @classmethod
    def _one_whose_numbers_can_be_read(cls, region: object) -> object:
        if region is False:  # YAML reads the code of Norway so
            return "NO"
        if isinstance(region, str) and region not in REGIONS:
            near = nearest_region(region)
            hint = f"; did you mean {near}?" if near else ""
            raise ValueError(f"{region!r} is no region: two letters of ISO 3166, as DE for Germany{hint}")
        return region


def read_settings(folder: Path) -> Settings:
    """Read the hotline.yaml of `folder`; without it the defaults hold. Raises BadInput with the place of what is
    wrong."""
    path = folder / _SETTINGS
    if not folder.is_dir():
        raise BadInput(f"{folder}: no such folder. Name a site with --site, or make one with `hotline init {folder}`.")
    if not path.exists() and (stray := _misspelt(folder)) is not None:
        raise BadInput(f"{stray}: nobody reads it. Rename it to {_SETTINGS}")
    try:
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        return Settings.model_validate(parse(text, str(path)).plain() or {})
    except OSError as error:
        raise BadInput(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise BadInput(f"{path}: not UTF-8; save the file as UTF-8") from error
    except SourceError as error:  # also a key that stands twice: by its place it would win or be lost, silently
        raise BadInput(str(error)) from error
    except pydantic.ValidationError as error:
        raise BadInput("\n".join(_told(path, text, problem) for problem in error.errors())) from error


def _misspelt(folder: Path) -> Path | None:
    """A file that was most probably meant to be the settings: without it the defaults would hold, silently."""
    names = [path.name for path in sorted(folder.glob("*.y*ml"))]
    close = difflib.get_close_matches(_SETTINGS, names, n=1, cutoff=0.8)
    return folder / close[0] if close else None


def _told(path: Path, text: str, problem: Any) -> str:
    """One setting that is wrong: its place, its name, what is wrong with it, the nearest right word."""
    place, known = "", list(Settings.model_fields)
    model: type[pydantic.BaseModel] = Settings
    with contextlib.suppress(SourceError):
        node = parse(text, path.name)
        for part in problem["loc"]:
            entries = node.children if node.is_sequence else ()
            inner = entries[part] if isinstance(part, int) and part < len(entries) else node.items.get(str(part))
            if inner is None:
                break
            mark = inner.key_mark if problem["type"] == "extra_forbidden" and inner.key_mark else inner.mark
            node, place = inner, f":{mark.line}:{mark.column}"
    for part in problem["loc"][:-1]:
        if isinstance(part, int):
            continue  # in a list: the model of its entries
        field = model.model_fields.get(str(part))
        inside = None if field is None else field.annotation
        if get_origin(inside) is tuple:
            inside = get_args(inside)[0]
        if not (isinstance(inside, type) and issubclass(inside, pydantic.BaseModel)):
            known = []
            break
        model, known = inside, list(inside.model_fields)
    name = ".".join(map(str, problem["loc"])) or "the file"
    if problem["type"] == "extra_forbidden":
        return f"{path}{place}: {name} is no setting{nearest_hint(str(problem['loc'][-1]), known)}"
    words = re.findall(r"'([^']+)'", str(problem.get("ctx", {}).get("expected", "")))
    hint = nearest_hint(str(problem["input"]), words) if words else ""
    return f"{path}{place}: {name}: {problem['msg']}{hint}"


def is_zone(name: str) -> bool:
    """Whether IANA knows a time zone of this name."""
    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):  # an absolute path, a folder
        return False
    return True
