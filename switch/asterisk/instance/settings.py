"""The settings of one running Asterisk: its directories, ports, applications, accounts and secrets."""

from __future__ import annotations

import base64
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from switch.accounts import AgentAccount
from switch.asterisk import call_records
from switch.asterisk.called import WAIT_S
from switch.asterisk.instance.installation import REPOSITORY
from switch.log_files import Turnover
from switch.media_timeout import MediaTimeout
from switch.peers import Peers
from switch.runfolder import RunFolder

TEMPLATES = REPOSITORY / "asterisk" / "conf"


@dataclass(frozen=True)
class AsteriskSettings(RunFolder):
    """One instance. Everything listens on loopback until told otherwise."""

    run_dir: Path
    ari_password: str = field(repr=False)
    application: str = "hotline"  # the Stasis application, one for each controller
    ari_user: str = "hotline"
    sip_address: str = "127.0.0.1"
    sip_port: int = 5060
    ari_address: str = "127.0.0.1"
    ari_port: int = 8088
    rtp_first: int = 20000  # even and odd ports alternate RTP and RTCP: two for each leg
    rtp_last: int = 22999
    external_address: str | None = None  # what SIP and SDP name when phones reach this host under another address
    local_networks: tuple[str, ...] = ()  # networks that see the real address all the same
    trunks: tuple[str, ...] = ("127.0.0.0/8",)  # who may call in: addresses or networks
    gateway: str | None = None  # SIP URI that outgoing calls go by, as "sip:10.0.0.9:5060"
    keep_withheld: bool = False  # where the law asks: numbers that callers withhold, in `withheld_log` and nowhere else
    call_records: bool = False  # Asterisk writes its own, in `call_record_file`: with whole numbers
    accounts: tuple[AgentAccount, ...] = ()  # none: those that `upkeep.set_accounts` wrote last
    peers: Peers | None = None  # the other switches of the same controller; None: those that were written last
    web_phones: bool = False  # browsers may be phones: SIP over WebSocket at /ws of ARI's port, and ICE
    phone_srtp: Literal["no", "offered", "required"] = "no"  # encrypted audio with agents' phones
    codecs: tuple[str, ...] = ("alaw", "ulaw", "g722", "opus")
    language: str = "en"
    answered_wait_s: float = WAIT_S  # who answers while no controller is there waits for one so long; 0: is hung up
    qualify_s: int = 5  # phones are asked so often; one whose network died is noticed in a talk within twice that
    media_timeout: MediaTimeout | None = None  # None: what `upkeep.set_accounts` wrote last, else the defaults
    log_turnover: Turnover = field(default_factory=Turnover)  # of its log, while a process of ours looks after it
    spool_dir: Path | None = None  # holds recording/ and voicemail/; run_dir/spool unless given
    music_dir: Path | None = None  # a site's own music; a soft chime is made in run_dir/music unless given
    extra_modules: tuple[str, ...] = ()  # loaded besides modules.conf, such as "app_queue.so"
    extra_dialplan: str = ""  # contexts beside ours
    extra_files: Mapping[str, str] = field(default_factory=dict)  # further configuration files by name
    templates: Path = TEMPLATES

    @property
    def log_file(self) -> Path:
        """The log of Asterisk itself."""
        return self.run_dir / "log" / "asterisk.log"

    @property
    def call_record_file(self) -> Path:
        """With `call_records` a line for each leg that has ended; `switch.asterisk.call_records` reads it."""
        return self.run_dir / call_records.PLACE

    @property
    def withheld_log(self) -> Path:
        """With `keep_withheld` a line for each call that asked for privacy: its id, when it came, its number."""
        return self.run_dir / "log" / "withheld.log"

    @property
    def ari_url(self) -> str:
        """Base of REST and, with /events, of the WebSocket, without credentials."""
        return f"http://{self.ari_address}:{self.ari_port}/ari"

    @property
    def web_phones_url(self) -> str:
        """Where phones in browsers speak SIP (RFC 7118). It is ARI's port, so nobody outside may reach it directly."""
        return f"ws://{self.ari_address}:{self.ari_port}/ws"

    @property
    def ari_headers(self) -> dict[str, str]:
        """Basic authentication for every request (RFC 7617)."""
        credentials = base64.b64encode(f"{self.ari_user}:{self.ari_password}".encode()).decode()
        return {"Authorization": f"Basic {credentials}"}


def port_is_free(address: str, port: int, kind: socket.SocketKind) -> bool:
    """Whether nobody listens there now (`SOCK_DGRAM` for SIP, `SOCK_STREAM` for ARI)."""
    with socket.socket(socket.AF_INET, kind) as probe:
        if kind is socket.SOCK_STREAM:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError:
            return False
    return True
