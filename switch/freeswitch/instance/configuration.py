"""The configuration of an instance is its run directory: the templates of `freeswitch/conf/` with settings filled in.

A template names a setting as `{{name}}`. A name without a value is an error before FreeSWITCH ever sees it. A value is
written as XML text, and may not hold `$`, which the switch would expand.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from pathlib import Path
from xml.sax.saxutils import escape

from calls.errors import BadInput
from switch.accounts import AgentAccount
from switch.freeswitch.instance.handover import handover, leg_variables
from switch.freeswitch.instance.settings import FreeSwitchSettings
from switch.freeswitch.instance.timezones import zones_file
from switch.holdmusic import write_hold_music
from switch.media_timeout import MediaTimeout
from switch.peers import peer_user
from switch.runfolder import write_private

_PLACEHOLDER = re.compile(r"\{\{(\w+)\}\}")
_FILES = (
    "freeswitch.xml",
    "switch.xml",
    "modules.xml",
    "acl.xml",
    "event_socket.xml",
    "sofia.xml",
    "local_stream.xml",
    "logfile.xml",
    "timezones.xml",
    "dialplan.xml",
    "directory.xml",
)
_PEER_GATEWAYS, _PEER_USERS = "peer_gateways.xml", "peer_users.xml"
_ACCOUNTS, _FALLBACK, _ZONES, _MEDIA = "agents.xml", "fallback.xml", "zones.xml", "media.xml"
_PUBLISHED = ("trunks.xml", "trunk_sources.xml", "trunk_tls.xml")
"""Written by `instance.trunks`."""
_AGENT_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,39}")


def render(template: str, values: dict[str, str]) -> str:
    """`template` with each `{{name}}` replaced. Raises BadInput for a name that has no value."""

    def value(match: re.Match[str]) -> str:
        if match[1] not in values:
            raise BadInput(f"the template names {match[0]}, which is no setting")
        return values[match[1]]

    return _PLACEHOLDER.sub(value, template)


def write_configuration(settings: FreeSwitchSettings) -> None:
    """Makes the run directory with all folders, and writes every file, readable by its owner only.

    What the controller has published stays in force: the fallback, accounts and peers unless the settings name some.
    """
    for name in ("etc", "log", "db", "run", "tmp", "state", "cache"):
        (settings.run_dir / name).mkdir(parents=True, exist_ok=True, mode=0o700)
    for folder in (settings.recording_dir, settings.voicemail_dir):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    music_dir = settings.music_dir or settings.run_dir / "music"
    if settings.music_dir is None:
        write_hold_music(music_dir, ".wav")
    values = _values(settings, music_dir)
    for name in _FILES:
        write_private(settings.etc_dir / name, render((settings.templates / name).read_text(), values))
    if settings.peers is not None or not (settings.etc_dir / _PEER_USERS).exists():
        write_peers(settings)
    if settings.media_timeout is not None or not (settings.etc_dir / _MEDIA).exists():
        _write_media(settings)
    for name in _PUBLISHED:
        if not (settings.etc_dir / name).exists():
            write_private(settings.etc_dir / name, "<include></include>\n")
    if settings.accounts or not (settings.etc_dir / _ACCOUNTS).exists():
        write_accounts(settings, settings.accounts)
    if not (settings.etc_dir / _FALLBACK).exists():
        write_fallback(settings, (settings.templates / _FALLBACK).read_text(), ())


def write_accounts(settings: FreeSwitchSettings, accounts: Iterable[AgentAccount]) -> None:
    """Writes the agents' accounts, all of them; takes effect at the next start or `reloadxml`.

    And the settings' media time-outs, where they name some.
    """
    if settings.media_timeout is not None:
        _write_media(settings)
    talking_ms = 1000 * (settings.media_timeout or MediaTimeout()).talking_s
    template = (settings.templates / "agent.xml").read_text()
    users = []
    for account in accounts:
        if not _AGENT_ID.fullmatch(account.agent):
            raise BadInput(
                f"agent id {account.agent!r}: use letters, digits, '.', '_' and '-', at most 40, for a SIP account"
            )
        values = {
            "user": account.user,
            "agent": account.agent,
            "secret": text(account.secret),
            "talking_ms": str(talking_ms),
        }
        users.append(render(template, values))
    write_private(settings.etc_dir / _ACCOUNTS, "<include>\n" + "".join(users) + "</include>\n")


def write_peers(settings: FreeSwitchSettings) -> None:
    """Writes the other switches of the cell: a gateway to each, and the user that each proves to be.

    Takes effect at the next start, or at `reloadxml` with `sofia profile hotline rescan`.
    """
    gateways, users = [], []
    if settings.peers is not None:
        own, secret = peer_user(settings.peers.name), text(settings.peers.secret)
        template = (settings.templates / "peer.xml").read_text()
        for node, address in settings.peers.addresses.items():
            user, proxy = peer_user(node), text(address)
            given = {
                "username": own,
                "from-user": own,
                "password": secret,
                "proxy": proxy,
                "realm": text(settings.domain),
                "register": "false",
                "caller-id-in-from": "false",
                "ping": str(settings.qualify_s),
            }
            gateways.append(gateway_xml(user, given))
            users.append(render(template, {"user": user, "secret": secret}))
    write_private(settings.etc_dir / _PEER_GATEWAYS, "<include>\n" + "".join(gateways) + "</include>\n")
    write_private(settings.etc_dir / _PEER_USERS, "<include>\n" + "".join(users) + "</include>\n")


def _write_media(settings: FreeSwitchSettings) -> None:
    """The global variables of legs that have none of their own: of callers."""
    timeout = settings.media_timeout or MediaTimeout()
    values = {"media_timeout": timeout.waiting_s, "media_hold_timeout": timeout.hold_s}
    lines = [f'  <X-PRE-PROCESS cmd="set" data="{name}={1000 * seconds}"/>' for name, seconds in values.items()]
    write_private(settings.etc_dir / _MEDIA, "\n".join(["<include>", *lines, "</include>\n"]))


def write_fallback(settings: FreeSwitchSettings, dialplan: str, zones: Iterable[str]) -> None:
    """Writes a compiled fallback and the zones that its hours are in; takes effect at the next start or `reloadxml`."""
    write_private(settings.etc_dir / _ZONES, zones_file(zones))
    write_private(settings.etc_dir / _FALLBACK, dialplan)


def _values(settings: FreeSwitchSettings, music_dir: Path) -> dict[str, str]:
    plain = {
        "switch_name": settings.name,
        "core_db": settings.run_dir / "db" / "core.db",
        "max_sessions": settings.max_sessions,
        "sessions_per_second": settings.sessions_per_second,
        "rtp_first": settings.rtp_first,
        "rtp_last": settings.rtp_last,
        "sip_address": settings.sip_address,
        "sip_port": settings.sip_port,
        "event_socket_address": settings.event_socket_address,
        "event_socket_port": settings.event_socket_port,
        "event_socket_password": settings.event_socket_password,
        "domain": settings.domain,
        "codecs": ",".join(settings.codecs),
        "qualify_s": settings.qualify_s,
        "music_dir": music_dir,
        "log_file": settings.log_file,
        "log_levels": settings.log_levels,
        "fallback_log": settings.fallback_log,
    }
    values = {name: text(str(value)) for name, value in plain.items()}
    values["trunk_nodes"] = nodes(settings.trunks)
    values["controller_nodes"] = nodes(settings.controllers)
    values["gateway"] = _gateway(settings)
    values["external_address"] = ""
    if settings.external_address is not None:
        address = text(settings.external_address)
        values["external_address"] = params({"ext-sip-ip": address, "ext-rtp-ip": address})
    values["web_sockets"] = _web_sockets(settings)
    opus = any(codec.upper().startswith("OPUS") for codec in settings.codecs)
    values["optional_modules"] = (
        '      <load module="mod_opus"/>          <!-- browsers and soft phones -->' if opus else ""
    )
    values["caller_handover"] = handover("caller", settings.call_sockets)
    values["agent_handover"] = handover("agent", settings.call_sockets)
    values["leg_variables"] = leg_variables()
    values["extra_dialplan"] = settings.extra_dialplan
    return values


def nodes(networks: Iterable[str]) -> str:
    """An access list's lines for these addresses or networks. Raises ValueError for what is none."""
    found = [ipaddress.ip_network(network) for network in networks]
    return "\n".join(f'        <node type="allow" cidr="{node}"/>' for node in found)


def params(given: dict[str, str]) -> str:
    """The lines of settings; the values are safe already."""
    return "\n".join(f'          <param name="{name}" value="{value}"/>' for name, value in given.items())


def _gateway(settings: FreeSwitchSettings) -> str:
    if settings.gateway is None:
        return ""
    proxy = text(settings.gateway)
    return gateway_xml("trunk", {"proxy": proxy, "realm": proxy, "register": "false", "caller-id-in-from": "true"})


def gateway_xml(name: str, given: dict[str, str]) -> str:
    """One gateway of the profile."""
    return f'          <gateway name="{name}">\n{params(given)}\n          </gateway>\n'


_WEB_PHONES = "ws-binding"


def _web_sockets(settings: FreeSwitchSettings) -> str:
    """The profile's own one for browsers that come by TLS, and that of the controller, who looks at what pages say."""
    given = {}
    if settings.web_phones_port is not None:
        given[_WEB_PHONES] = f"{text(settings.event_socket_address)}:{settings.web_phones_port}"
    if settings.web_socket_port is not None:
        if settings.certificates_dir is None:
            raise BadInput("web_socket_port needs certificates_dir: browsers speak SIP over TLS only")
        given["wss-binding"] = f"{text(settings.sip_address)}:{settings.web_socket_port}"
        given["tls-cert-dir"] = text(str(settings.certificates_dir))
    if given:
        given["apply-candidate-acl"] = "any_v4.auto"  # a browser is anywhere: keys and password say whose it is
    return params(given)


def standing_web_phones(settings: FreeSwitchSettings) -> str:
    """Where the switch of this run directory takes browsers' phones from the controller, as HOST:PORT; empty where it
    does not."""
    try:
        written = (settings.etc_dir / "sofia.xml").read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""
    found = re.search(rf'<param name="{_WEB_PHONES}" value="([0-9.:a-z]+)"/>', written)
    return found[1] if found else ""


def text(value: str) -> str:
    """A value that stays a value in XML and in the switch's own preprocessor. Raises BadInput for another one."""
    if not value or "$" in value or not value.isprintable():
        raise BadInput(f"{value!r} cannot be written into a configuration file of FreeSWITCH")
    return escape(value, {'"': "&quot;"})
