"""Trunks of an instance: their part of FreeSWITCH's configuration, and what FreeSWITCH says of each.

Each trunk is a gateway of the profile, and its addresses are in the list of those who may call in. The settings of TLS
are the profile's own: they take effect at the switch's next start.
"""

from __future__ import annotations

import asyncio
import ipaddress
import re
from collections.abc import Mapping
from pathlib import Path
from xml.etree import ElementTree

from calls.errors import SwitchError
from calls.trunks import Tls, Trunk
from switch.freeswitch.instance.configuration import gateway_xml, nodes, params, text
from switch.freeswitch.instance.settings import FreeSwitchSettings
from switch.freeswitch.instance.upkeep import ask
from switch.freeswitch.wire import Api
from switch.runfolder import write_private
from switch.trunk_lines import ENDPOINT, Seen

GATEWAYS, SOURCES, TLS = "trunks.xml", "trunk_sources.xml", "trunk_tls.xml"
_EXPIRES_S = 300
_RETRY_S = 20
_CODECS = {"alaw": "PCMA", "ulaw": "PCMU", "g722": "G722", "opus": "OPUS"}
_NAMED = re.compile(r'<gateway name="([^"]+)">')
_PROFILE = "profile hotline"


async def set_trunks(
    settings: FreeSwitchSettings, trunks: Mapping[str, Trunk], passwords: Mapping[str, str], tls: Tls | None
) -> None:
    """Replaces all trunks while calls go on. `passwords` by trunk. Nothing is reloaded where nothing has changed.

    Raises BadInput, OSError, and what `upkeep.ask` raises.
    """
    before = await asyncio.to_thread(_read, settings.etc_dir / GATEWAYS)
    if not await asyncio.to_thread(write_trunks, settings, trunks, passwords, tls):
        return
    await ask(settings, Api("reloadxml", ""))
    await ask(settings, Api("reloadacl", ""))
    for gateway in _NAMED.findall(before):  # one that is there keeps its settings at a rescan
        await ask(settings, Api("sofia", f"{_PROFILE} killgw {gateway}"))
    await ask(settings, Api("sofia", f"{_PROFILE} rescan"))


def write_trunks(
    settings: FreeSwitchSettings, trunks: Mapping[str, Trunk], passwords: Mapping[str, str], tls: Tls | None
) -> bool:
    """Writes the three files of trunks; takes effect at the next start, or as above. Says whether anything is new."""
    gateways = [_gateway(name, trunk, passwords.get(name, "")) for name, trunk in trunks.items()]
    sources = [source for trunk in trunks.values() for source in trunk.callers if _is_network(source)]
    files = {
        GATEWAYS: "<include>\n" + "".join(gateways) + "</include>\n",
        SOURCES: f"<include>\n{nodes(sources)}\n</include>\n",
        TLS: f"<include>\n{_tls(settings, tls)}\n</include>\n",
    }
    changed = {name: content for name, content in files.items() if _read(settings.etc_dir / name) != content}
    if TLS in changed and tls is not None and tls.certificate:
        _write_certificates(settings, tls)
    for name, content in changed.items():
        write_private(settings.etc_dir / name, content)
    return bool(changed)


async def seen_trunks(settings: FreeSwitchSettings, trunks: Mapping[str, Trunk]) -> dict[str, Seen]:
    """What FreeSWITCH says of each gateway now. Raises what `upkeep.ask` raises."""
    return {name: seen_in(trunk, await _status(settings, name)) for name, trunk in trunks.items()}


def seen_in(trunk: Trunk, status: str) -> Seen:
    """The same of what `sofia xmlstatus gateway` says."""
    try:
        root = ElementTree.fromstring(status)
    except ElementTree.ParseError:
        return Seen(registered=False if trunk.register else None, detail="FreeSWITCH does not know it")
    state, up = root.findtext("state", ""), root.findtext("status", "")
    reachable = {"UP": True, "DOWN": False}.get(up) if trunk.probe_s else None
    if not trunk.register:
        return Seen(reachable, None, "its gateway does not answer" if reachable is False else "")
    detail = "" if state == "REGED" else f"it is not registered ({state or 'unknown to FreeSWITCH'})"
    if state in ("FAIL_WAIT", "FAILED"):
        # Its status is DOWN by that, whatever the gateway has said, and it is not asked before it is registered again.
        detail = f"its gateway refuses user {trunk.user} and the password of var/secrets/{trunk.secret}, or is away"
        reachable = None
    return Seen(reachable, state == "REGED", detail)


async def _status(settings: FreeSwitchSettings, name: str) -> str:
    try:
        return await ask(settings, Api("sofia", f"xmlstatus gateway {ENDPOINT}{name}"))
    except SwitchError:
        return ""


def _gateway(name: str, trunk: Trunk, password: str) -> str:
    proxy = text(trunk.address) + (f";transport={trunk.transport}" if trunk.transport != "udp" else "")
    given = {"proxy": proxy, "realm": text(trunk.host), "register": "true" if trunk.register else "false"}
    if trunk.user:
        given |= {"username": text(trunk.user), "password": text(password), "extension": text(trunk.user)}
        given |= {"expire-seconds": str(_EXPIRES_S), "retry-seconds": str(_RETRY_S)}
        given["register-transport"] = trunk.transport
    if trunk.from_user:
        given["from-user"] = text(trunk.from_user)
    given["caller-id-in-from"] = "false" if trunk.from_user else "true"
    if trunk.probe_s:
        given["ping"] = str(max(trunk.probe_s, 5))  # the switch takes no shorter one
    if trunk.codecs:
        given["codec-prefs"] = ",".join(_CODECS[codec] for codec in trunk.codecs)
    return gateway_xml(ENDPOINT + name, given)


def _tls(settings: FreeSwitchSettings, tls: Tls | None) -> str:
    if tls is None:
        return ""
    given = {
        "tls": "true",
        "tls-only": "false",
        "tls-sip-port": str(tls.port),
        "tls-version": "tlsv1.2",
        "tls-verify-policy": "out" if tls.verify else "none",
        "tls-verify-date": "true",
    }
    if tls.certificate:
        given["tls-cert-dir"] = text(str(_certificates(settings)))
    return params(given)


def _certificates(settings: FreeSwitchSettings) -> Path:
    return settings.etc_dir / "tls"


def _write_certificates(settings: FreeSwitchSettings, tls: Tls) -> None:
    """FreeSWITCH wants certificate and key in one file of a folder, and the authorities beside it."""
    folder = _certificates(settings)
    folder.mkdir(mode=0o700, exist_ok=True)
    write_private(folder / "agent.pem", Path(tls.certificate).read_text() + "\n" + Path(tls.key).read_text())
    if tls.authorities:
        write_private(folder / "cafile.pem", Path(tls.authorities).read_text())


def _is_network(source: str) -> bool:
    """The list of addresses takes no names: a trunk that is one by name needs `sources`."""
    try:
        ipaddress.ip_network(source)
    except ValueError:
        return False
    return True


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except FileNotFoundError:
        return ""
