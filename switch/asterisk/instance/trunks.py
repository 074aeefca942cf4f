"""Trunks of an instance: their part of Asterisk's configuration, and what Asterisk says of each.

`trunks.conf` has transports for TCP and TLS where a trunk needs them, and for each trunk an endpoint with its gateway's
address, credentials and registration. ARI knows no registrations, so they are asked by Asterisk's own command line,
over the control socket in the run directory.
"""

from __future__ import annotations

import asyncio
import ipaddress
import re
from collections.abc import Mapping
from pathlib import Path

from calls.trunks import Tls, Trunk
from switch.asterisk.instance.configuration import control_dir, one_line, render, standing_values
from switch.asterisk.instance.settings import AsteriskSettings
from switch.asterisk.instance.upkeep import reload
from switch.runfolder import write_private
from switch.trunk_lines import ENDPOINT, Seen

_FILE, _EXCEPTIONS = "trunks.conf", "trunk_exceptions.conf"
_RETRY_S = 20
_EXPIRES_S = 300
_REGISTRATION_RETRIES = 1_000_000
_DEADLINE_S = 2.0
_CONTACT = re.compile(r"Contact:\s+(\S+?)/\S+\s+\S+\s+(\w+)")
_REGISTRATION = re.compile(r"^\s*(\S+?)/sips?:\S*\s+\S+\s+(\w+)", re.MULTILINE)


async def set_trunks(
    settings: AsteriskSettings, trunks: Mapping[str, Trunk], passwords: Mapping[str, str], tls: Tls | None
) -> None:
    """Replaces all trunks while calls go on. `passwords` by trunk. Nothing is reloaded where nothing has changed.

    Raises ConfigurationError, OSError, and what `upkeep.reload` raises.
    """
    if not await asyncio.to_thread(write_trunks, settings, trunks, passwords, tls):
        return
    await reload(settings, "res_pjsip.so")
    await reload(settings, "res_pjsip_outbound_registration.so")
    if any(trunk.register for trunk in trunks.values()):
        # a registration that stands is not made anew for another password, before it expires
        await _command(settings, "pjsip send register *all")


def write_trunks(
    settings: AsteriskSettings, trunks: Mapping[str, Trunk], passwords: Mapping[str, str], tls: Tls | None
) -> bool:
    """Writes `trunks.conf`; takes effect at the next start or reload. Says whether anything is new in it."""
    values = standing_values(settings)
    template = (settings.templates / "trunk.conf").read_text()
    used = {trunk.transport for trunk in trunks.values()}
    blocks = [_transport(kind, values, tls) for kind in ("tcp", "tls") if kind in used or tls is not None]
    blocks += [
        render(template, values | _trunk_values(name, trunk, passwords.get(name, ""), values))
        for name, trunk in trunks.items()
    ]
    texts = {_FILE: "\n".join(blocks) or "; no trunks\n", _EXCEPTIONS: _exceptions(trunks)}
    changed = {name: text for name, text in texts.items() if _read(settings.etc_dir / name) != text}
    for name, text in changed.items():
        write_private(settings.etc_dir / name, text)
    return bool(changed)


async def seen_trunks(settings: AsteriskSettings, trunks: Mapping[str, Trunk]) -> dict[str, Seen]:
    """What Asterisk says of each gateway now; raises OSError or TimeoutError when it does not answer."""
    contacts = await _command(settings, "pjsip show contacts")
    registrations = await _command(settings, "pjsip show registrations")
    return seen_in(trunks, contacts, registrations)


def seen_in(trunks: Mapping[str, Trunk], contacts: str, registrations: str) -> dict[str, Seen]:
    """The same of what the two commands print."""
    reached = {name: word for name, word in _CONTACT.findall(contacts)}
    registered = {name: word for name, word in _REGISTRATION.findall(registrations)}
    seen = {}
    for name, trunk in trunks.items():
        contact = reached.get(ENDPOINT + name, "")
        reachable = {"Avail": True, "Unavail": False}.get(contact)
        state = registered.get(ENDPOINT + name, "") if trunk.register else ""
        detail = ""
        if state == "Rejected":
            detail = f"its gateway refuses user {trunk.user} and the password of var/secrets/{trunk.secret}"
        if reachable is False:
            detail = "its gateway does not answer"
        # "Unregistered" is one that has just begun
        seen[name] = Seen(reachable, {"Registered": True, "Rejected": False, "Stopped": False}.get(state), detail)
    return seen


async def _command(settings: AsteriskSettings, command: str) -> str:
    """What Asterisk's own command line prints."""
    async with asyncio.timeout(_DEADLINE_S):
        reader, writer = await asyncio.open_unix_connection(str(control_dir(settings) / "asterisk.ctl"))
        try:
            writer.write(f"cli quit after {command}\0".encode())
            await writer.drain()
            return (await reader.read(-1)).decode("utf-8", "replace")
        finally:
            writer.close()


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except FileNotFoundError:
        return ""


def _exceptions(trunks: Mapping[str, Trunk]) -> str:
    """Lines that take the trunks' addresses from those of all other callers: of two that match, either is taken."""
    lines = []
    for trunk in trunks.values():
        for source in trunk.callers:
            try:
                lines.append(f"match = !{ipaddress.ip_network(source, strict=False)}")
            except ValueError:
                continue  # the name of a host
    return "\n".join(lines) + "\n"


def _transport(kind: str, values: Mapping[str, str], tls: Tls | None) -> str:
    lines = [f"[transport-{kind}]", "type = transport", f"protocol = {kind}"]
    if kind == "tcp":
        lines.append(f"bind = {values['sip_address']}:{values['sip_port']}")
    else:
        tls = tls or Tls()
        lines += [f"bind = {values['sip_address']}:{tls.port}", "method = tlsv1_2"]
        if tls.certificate:
            lines += [f"cert_file = {one_line(tls.certificate)}", f"priv_key_file = {one_line(tls.key)}"]
        if tls.authorities:
            lines.append(f"ca_list_file = {one_line(tls.authorities)}")
        lines.append(f"verify_server = {'yes' if tls.verify else 'no'}")
    return "\n".join([*lines, values["transport_options"], ""])


def _trunk_values(name: str, trunk: Trunk, password: str, standing: Mapping[str, str]) -> dict[str, str]:
    endpoint = ENDPOINT + name
    uri = f"sip:{one_line(trunk.address)}" + (f"\\;transport={trunk.transport}" if trunk.transport != "udp" else "")
    credentials = [f"outbound_auth = {endpoint}"] if trunk.user else []
    if trunk.user:
        credentials.append(f"from_domain = {one_line(trunk.host)}")
    if trunk.from_user:
        credentials.append(f"from_user = {one_line(trunk.from_user)}")
    return {
        "trunk": name,
        "endpoint": endpoint,
        "transport": f"transport-{trunk.transport}",
        "outbound_auth": "\n".join(credentials),
        "codecs": ",".join(trunk.codecs) or standing["codecs"],
        "media_encryption": "sdes" if trunk.srtp else "no",
        "uri": uri,
        "probe_s": str(trunk.probe_s),
        "matches": "\n".join(f"match = {one_line(source)}" for source in trunk.callers),
        "registration": _credentials(endpoint, trunk, password, uri),
    }


def _credentials(endpoint: str, trunk: Trunk, password: str, uri: str) -> str:
    if not trunk.user:
        return ""
    user = one_line(trunk.user)
    auth = [f"[{endpoint}]", "type = auth", "auth_type = userpass", f"username = {user}"]
    lines = ["", *auth, f"password = {one_line(password)}"]
    if trunk.register:
        lines += [
            "",
            f"[{endpoint}]",
            "type = registration",
            f"transport = transport-{trunk.transport}",
            f"outbound_auth = {endpoint}",
            f"server_uri = {uri}",
            f"client_uri = sip:{user}@{one_line(trunk.address)}",
            f"contact_user = {user}",
            f"endpoint = {endpoint}",
            "line = yes",
            f"expiration = {_EXPIRES_S}",
            f"retry_interval = {_RETRY_S}",
            # a password that was wrong may be right tomorrow
            f"forbidden_retry_interval = {_RETRY_S}",
            f"fatal_retry_interval = {_RETRY_S}",
            f"max_retries = {_REGISTRATION_RETRIES}",
            "auth_rejection_permanent = no",
        ]
    return "\n".join([*lines, ""])
