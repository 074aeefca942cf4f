"""A site: the folder that `hotline serve --site DIR` runs, every path in it, and the secrets that it keeps."""

import re
import secrets
import zoneinfo
from pathlib import Path

from calls.errors import BadInput
from calls.ids import NODE_NAME
from dsl.tree import SourceError, parse
from hotline.site.settings import Settings, is_zone, read_settings
from hotline.site.switches import CellSwitchSettings, SwitchSettings
from switch.peers import Peers

_HOUSE = "house"
"""The file in var/ with the house's name."""


class Site:
    """The folder with its settings, every path absolute."""

    def __init__(self, folder: Path, settings: Settings) -> None:
        self.folder = folder.resolve()
        self.settings = settings
        self.dialplans = self.folder / settings.dialplans
        self.prompts = self.folder / settings.prompts
        self.recordings = self.folder / settings.recordings
        self.state = self.folder / settings.state
        self.versions = self.state / "versions"
        self.sounds = self.state / "sounds"
        listed = settings.do_not_call
        self.do_not_call = None if listed is None else self.folder / listed
        self.override_pin = self.state / "secrets" / "override_pin"
        """The hash of the PIN of overrides by phone; `hotline.site.pin` reads it."""
        self.database = self.state / "hotline.db"
        self.wait_models = self.state / "wait_models"
        """The fits of the learned wait forecast; without one the closed form speaks."""
        several = settings.switches
        self.switches: dict[str, SwitchSettings] = (
            {switch.name: switch for switch in several} if several else {_node_of(settings.switch): settings.switch}
        )
        """By the name of its node, each switch; the first one is first."""

    @classmethod
    def open(cls, folder: Path) -> "Site":
        """Read `folder`; without hotline.yaml the defaults hold. Raises BadInput with the place of what is wrong."""
        return cls(folder, read_settings(folder))

    def with_ports(self, *, ari: int | None, event_socket: int | None, web: int | None) -> "Site":
        """The same site with ports that are given from outside; None: as hotline.yaml says.

        Raises BadInput for a port that several switches would have.
        """
        settings = self.settings
        if settings.switches:
            given = {"asterisk": ari, "freeswitch": event_socket}
            settings = settings.model_copy(
                update={"switches": tuple(_moved(switch, given, settings.switches) for switch in settings.switches)}
            )
        control = ari if settings.switch.kind == "asterisk" else event_socket
        if control is not None and not settings.switches:
            switch = settings.switch.model_copy(update={"port": control})
            settings = settings.model_copy(update={"switch": switch})
        if web is not None:
            settings = settings.model_copy(update={"web": settings.web.model_copy(update={"port": web})})
        return Site(self.folder, settings)

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        """The house's own zone: the setting, else that of the first entry of hours.yaml that has one, else UTC."""
        if self.settings.zone is not None:
            return zoneinfo.ZoneInfo(self.settings.zone)
        try:
            entries = parse((self.dialplans / "hours.yaml").read_text(encoding="utf-8"), "hours.yaml").items.values()
        except (OSError, UnicodeDecodeError, SourceError):  # lint says so
            entries = {}.values()
        for entry in entries:
            zone = entry.items["zone"].value if "zone" in entry.items else None
            if isinstance(zone, str) and is_zone(zone):
                return zoneinfo.ZoneInfo(zone)
        return zoneinfo.ZoneInfo("UTC")

    def prepare(self) -> None:
        """Make the folders that the server writes to: for this user only, since callers' data is in them."""
        for folder in (self.state, self.versions, self.sounds, self.recordings, self.state / "secrets"):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for node, switch in self.switches.items():
            if switch.run_dir is None:
                self.recordings_of(node).mkdir(exist_ok=True, mode=0o700)
        for folder in (self.state, self.recordings, self.state / "secrets"):
            folder.chmod(0o700)  # made by an earlier release, or by hand
        named = self.state / _HOUSE
        if self.settings.house is None and not named.exists():
            named.touch(mode=0o600)
            named.write_text(f"house-{secrets.token_hex(6)}\n", encoding="utf-8")

    @property
    def house(self) -> str:
        """The name by which a ledger that several houses share knows this one; empty before the first start."""
        if self.settings.house is not None:
            return self.settings.house
        try:
            return (self.state / _HOUSE).read_text(encoding="utf-8").strip()
        except FileNotFoundError:
            return ""

    @property
    def web_phones(self) -> Path:
        """The passwords of accounts that are lent to browsers."""
        return self.state / "secrets" / "web_phones.json"

    def recordings_of(self, node: str) -> Path:
        """The folder that this switch records into. No two share one: each finishes what stands in its own."""
        run_dir = self.switches[node].run_dir
        if run_dir is not None:
            return self.folder / run_dir / "spool" / "recording"
        return self.recordings / node if self.settings.switches else self.recordings

    def sound_folders(self) -> list[Path]:
        """Each folder in which a switch keeps what it recorded of callers: talks, messages, those of the fallback."""
        folders = [self.recordings, *(self.recordings_of(node) for node in self.switches)]
        spools = [self.folder / switch.run_dir / "spool" for switch in self.switches.values() if switch.run_dir]
        return list(dict.fromkeys([*folders, *(spool / "voicemail" for spool in spools)]))

    def secret(self, name: str) -> str:
        """The secret `name`, generated at first use, readable for this user only."""
        path = self.state / "secrets" / name
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)
            path.write_text(secrets.token_urlsafe(24))
        return path.read_text().strip()

    def known_secret(self, name: str) -> str | None:
        """The secret `name`, or None: only a server makes one, for others would write what it does not know.

        Raises OSError.
        """
        try:
            return (self.state / "secrets" / name).read_text().strip()
        except FileNotFoundError:
            return None

    def bus_password(self) -> str | None:
        """The broker's password; None where it asks for none. Raises BadInput when its file cannot be read."""
        path = self.settings.bus.password_file if self.settings.bus is not None else None
        if path is None:
            return None
        try:
            return (self.folder / path).read_text().strip()
        except OSError as error:
            raise BadInput(f"{path}: {error.strerror}; hotline.yaml, bus.password_file names it") from error

    def switch_password(self, node: str | None = None) -> str:
        """The password of a switch's control port; of the only one, or of the one of this name."""
        switch = self.settings.switch if node is None else self.switches[node]
        path = switch.password_file
        if path is None:
            return self.secret(f"switch-{switch.name}" if self.settings.switches else "switch")
        try:
            return (self.folder / path).read_text().strip()
        except OSError as error:
            raise BadInput(f"{path}: {error.strerror}; hotline.yaml, password_file of the switch names it") from error

    def peers_of(self, node: str) -> Peers | None:
        """The other switches, as this one has to know them; None where it is the only one."""
        others = {other.name: other.sip_address for other in self.settings.switches if other.name != node}
        return Peers(node, self.secret("peers"), others) if others else None


def _node_of(switch: SwitchSettings) -> str:
    """The only switch's node: its name, made one where it is none, for an earlier release took any."""
    if NODE_NAME.fullmatch(switch.name):
        return switch.name
    plain = re.sub(r"[^a-z0-9]+", "-", switch.name.lower()).strip("-")
    return f"s-{plain}"[:16].rstrip("-")


def _moved(
    switch: CellSwitchSettings, given: dict[str, int | None], among: tuple[CellSwitchSettings, ...]
) -> CellSwitchSettings:
    port = given[switch.kind]
    if port is None:
        return switch
    if sum(other.kind == switch.kind for other in among) > 1:
        raise BadInput(f"one port for several of kind {switch.kind}: set `port` of each in hotline.yaml, switches")
    return switch.model_copy(update={"port": port})
