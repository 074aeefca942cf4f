"""The settings of one running FreeSWITCH: its directories, ports, accounts and secrets."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from switch.accounts import AgentAccount
from switch.media_timeout import MediaTimeout
from switch.peers import Peers
from switch.runfolder import RunFolder

TEMPLATES = Path(__file__).resolve().parents[3] / "freeswitch" / "conf"


@dataclass(frozen=True)
class FreeSwitchSettings(RunFolder):
    """One instance. Everything listens on loopback until told otherwise."""

    run_dir: Path
    event_socket_password: str = field(repr=False)
    name: str = "hotline"
    sip_address: str = "127.0.0.1"
    sip_port: int = 5060
    event_socket_address: str = "127.0.0.1"
    event_socket_port: int = 8021
    controllers: tuple[str, ...] = ("127.0.0.0/8",)  # who may connect to the event socket: addresses or networks
    call_sockets: tuple[str, ...] = ()  # controllers that are offered calls, as "10.0.0.5:8084"; none: calls are parked
    rtp_first: int = 23000
    rtp_last: int = 25999
    domain: str = "hotline"  # of the agents' accounts
    external_address: str | None = None  # what SIP and SDP name when phones reach this host under another address
    trunks: tuple[str, ...] = ("127.0.0.0/8",)  # who may call in: addresses or networks
    gateway: str | None = None  # where outgoing calls go, as "10.0.0.9:5060"
    accounts: tuple[AgentAccount, ...] = ()  # none: those that `upkeep.set_accounts` wrote last
    peers: Peers | None = None  # the other switches of the same controller; None: those that were written last
    codecs: tuple[str, ...] = ("PCMA", "PCMU", "G722", "OPUS")
    max_sessions: int = 2000
    sessions_per_second: int = 200
    qualify_s: int = 10
    media_timeout: MediaTimeout | None = None  # None: what `upkeep.set_accounts` wrote last, else the defaults
    web_socket_port: int | None = None  # agents in browsers: SIP over secure WebSocket; None for no such port
    web_phones_port: int | None = None  # browsers as phones by way of the controller: SIP over WebSocket, for it alone
    certificates_dir: Path | None = None  # wss.pem and dtls-srtp.pem for them
    spool_dir: Path | None = None  # holds recording/ and voicemail/; run_dir/spool unless given
    music_dir: Path | None = None  # a site's own music; a soft chime is made in run_dir/music unless given
    log_levels: str = "notice,warning,err,crit,alert"
    extra_dialplan: str = ""  # contexts beside ours
    templates: Path = TEMPLATES

    @property
    def keys_dir(self) -> Path:
        """Where it keeps its own keys, made at its first start, and those of the certificates that are given."""
        return self.certificates_dir or self.run_dir / "state"

    @property
    def log_file(self) -> Path:
        """The log of FreeSWITCH itself."""
        return self.run_dir / "log" / "freeswitch.log"
