"""The configuration of an instance is its run directory: the templates of `asterisk/conf/` with its settings filled in.

A template names a setting as `{{name}}`. A name without a value, and a value that would begin a line of its own, is an
error before Asterisk ever sees it.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
from pathlib import Path

from switch.accounts import AgentAccount
from switch.asterisk import called, versions
from switch.asterisk.instance.installation import Installation
from switch.asterisk.instance.settings import AsteriskSettings
from switch.fallback import PHONES_AT_ONCE
from switch.holdmusic import write_hold_music
from switch.media_timeout import MediaTimeout
from switch.peers import peer_user
from switch.runfolder import write_private

_PLACEHOLDER = re.compile(r"\{\{(\w+)\}\}")
_WHOLE_FILES = (
    "asterisk.conf",
    "modules.conf",
    "pjsip.conf",
    "rtp.conf",
    "http.conf",
    "ari.conf",
    "extensions.conf",
    "musiconhold.conf",
    "confbridge.conf",
    "logger.conf",
    "cdr.conf",
    "cdr_custom.conf",
    "cel.conf",
    "manager.conf",
    "features.conf",
    "stasis.conf",
    "indications.conf",
    "acl.conf",
    "amd.conf",
    "ccss.conf",
    "pjproject.conf",
    "udptl.conf",
    "websocket_client.conf",
)
# Asterisk keeps the path of its control socket in sockaddr_un.sun_path: 108 bytes with the final zero.
_LONGEST_SOCKET_PATH = 107
_CALLERS_MEDIA = "callers_media.conf"
_INDISPENSABLE = (
    "pbx_config.so",
    "res_pjsip.so",
    "chan_pjsip.so",
    "res_rtp_asterisk.so",
    "res_ari.so",
    "app_stasis.so",
)
_LOAD = re.compile(r"load = (\S+\.so)")
_TRUNKS = ("trunks.conf", "trunk_exceptions.conf")
"""Written by `instance.trunks`."""
_STANDING = "endpoints.json"
_PHONE_SRTP = {
    "no": "media_encryption = no",
    "offered": "media_encryption = sdes\nmedia_encryption_optimistic = yes",
    "required": "media_encryption = sdes",
}
_WEB_PHONE = "webrtc = yes"
"""ICE, RTP/SAVPF, rtcp-mux, and DTLS-SRTP with a certificate that Asterisk makes by itself."""
_WEB_TRANSPORT = """[transport-ws]
type = transport
protocol = ws
bind = {address}"""
WEB_PHONES = "web_phones"
"""The standing value that says whether the running instance takes browsers as phones."""
_CALL_RECORD_MODULES = """load = func_cdr.so                               ; CDR() of cdr_custom.conf
load = res_cdrel_custom.so                       ; needed by the next one from 22.8 on
load = cdr_custom.so"""
_NO_PHONE_TRANSFERS = "allow_transfer = no"
_PHONE_TRANSFERS = (
    "allow_transfer = yes\nset_var = PJSIP_TRANSFER_HANDLING()=ari-only\nset_var = TRANSFER_CONTEXT=hotline-nowhere"
)
"""REFER of an agent's phone is told to the controller. An Asterisk that would carry it out itself answers 603."""
_AGENT_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,39}")


class ConfigurationError(ValueError):
    """A setting that cannot be written into Asterisk's configuration."""


def render(template: str, values: dict[str, str]) -> str:
    """`template` with each `{{name}}` replaced; raises ConfigurationError for a name that has no value."""

    def value(match: re.Match[str]) -> str:
        if match[1] not in values:
            raise ConfigurationError(f"the template names {match[0]}, which is no setting")
        return values[match[1]]

    return _PLACEHOLDER.sub(value, template)


def write_configuration(settings: AsteriskSettings, installation: Installation) -> None:
    """Makes the run directory with all folders, and writes every file, readable by its owner only.

    `fallback.conf` and `trunks.conf` are written only where there are none, `agents.conf` likewise when the settings
    name no accounts, and `peers.conf` when they name no peers: what the controller has published stays in force.
    """
    if absent := [name for name in _INDISPENSABLE if not (installation.modules_dir / name).exists()]:
        raise ConfigurationError(
            f"{installation.modules_dir} lacks {', '.join(absent)}: install all modules of this Asterisk,"
            " or set HOTLINE_ASTERISK=unpacked to have another one beside it"
        )
    control = control_dir(settings)
    for directory in (
        settings.run_dir,
        settings.etc_dir,
        settings.run_dir / "state",
        settings.log_file.parent,
        settings.call_record_file.parent,
        settings.recording_dir,
        settings.voicemail_dir,
        control,
    ):
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    music_dir = settings.music_dir
    if music_dir is None:
        music_dir = settings.run_dir / "music"
        write_hold_music(music_dir, ".sln", ".ulaw", ".alaw")
    values = _values(settings, installation, control, music_dir)
    write_private(settings.etc_dir / _STANDING, json.dumps(_endpoint_values(settings) | _transfers(installation)))
    for name in _WHOLE_FILES:
        write_private(settings.etc_dir / name, render((settings.templates / name).read_text(), values))
    modules = settings.etc_dir / "modules.conf"
    write_private(modules, _those_there_are(modules.read_text(), installation.modules_dir))
    for name, text in settings.extra_files.items():
        write_private(settings.etc_dir / name, text)
    if settings.peers is not None or not (settings.etc_dir / "peers.conf").exists():
        write_peers(settings)
    if settings.media_timeout is not None or not (settings.etc_dir / _CALLERS_MEDIA).exists():
        _write_callers_media(settings)
    if settings.accounts or not (settings.etc_dir / "agents.conf").exists():
        write_accounts(settings, settings.accounts)
    for name in _TRUNKS:
        if not (settings.etc_dir / name).exists():
            write_private(settings.etc_dir / name, "; no trunks yet\n")
    fallback = settings.etc_dir / "fallback.conf"
    if not fallback.exists():
        write_private(fallback, (settings.templates / "fallback.conf").read_text())


def write_accounts(settings: AsteriskSettings, accounts: tuple[AgentAccount, ...]) -> None:
    """Writes the agents' SIP accounts, all of them; takes effect at the next start or reload of `res_pjsip.so`.

    And the settings' media time-outs, where they name some.
    """
    if settings.media_timeout is not None:
        _write_callers_media(settings)
    template = (settings.templates / "agent.conf").read_text()
    blocks = []
    for account in accounts:
        if not _AGENT_ID.fullmatch(account.agent):
            raise ConfigurationError(
                f"agent id {account.agent!r}: use letters, digits, '.', '_' and '-', at most 40, for a SIP account"
            )
        values = {"endpoint": account.user, "agent": account.agent, "secret": one_line(account.secret)}
        values["phone_srtp"] = _WEB_PHONE if account.web else _PHONE_SRTP[settings.phone_srtp]
        values["rtp_timeout_s"] = str(_phones_timeout(settings))
        blocks.append(render(template, standing_values(settings) | values))
    write_private(settings.etc_dir / "agents.conf", "\n".join(blocks) or "; no agents yet\n")


def _phones_timeout(settings: AsteriskSettings) -> int:
    """Whole seconds after which Asterisk itself ends a phone's call without audio, and asks nobody.

    `silent_phones` ends it sooner, and asks. It does not see the phones of callers of another switch of the cell: with
    other switches the time is that of talking.
    """
    timeout = settings.media_timeout or MediaTimeout()
    return timeout.talking_s if settings.peers is not None and settings.peers.addresses else timeout.muted_s


def write_peers(settings: AsteriskSettings) -> None:
    """Writes the other switches of the cell; takes effect at the next start or reload of `res_pjsip.so`."""
    template = (settings.templates / "peer.conf").read_text()
    blocks = []
    if settings.peers is not None:
        for node, address in settings.peers.addresses.items():
            values = {
                "peer": node,
                "endpoint": peer_user(node),
                "own_endpoint": peer_user(settings.peers.name),
                "secret": one_line(settings.peers.secret),
                "address": one_line(address),
            }
            blocks.append(render(template, values | standing_values(settings)))
    write_private(settings.etc_dir / "peers.conf", "\n".join(blocks) or "; no other switches\n")


def _write_callers_media(settings: AsteriskSettings) -> None:
    """Lines of the endpoints of callers. Of a file of their own, so that the controller can set them, too."""
    timeout = settings.media_timeout or MediaTimeout()
    lines = f"rtp_timeout = {timeout.waiting_s}\nrtp_timeout_hold = {timeout.hold_s}\n"
    write_private(settings.etc_dir / _CALLERS_MEDIA, lines)


def write_fallback(settings: AsteriskSettings, dialplan: str) -> None:
    """Publishes a fallback (see `instance.fallback`); takes effect at the next reload of `pbx_config.so`."""
    if "[hotline-fallback]" not in dialplan:
        raise ConfigurationError("a fallback must define the context hotline-fallback, or new calls would meet nothing")
    write_private(settings.etc_dir / "fallback.conf", dialplan)


def _values(settings: AsteriskSettings, installation: Installation, control: Path, music_dir: Path) -> dict[str, str]:
    single = {
        "etc_dir": settings.etc_dir,
        "modules_dir": installation.modules_dir,
        "data_dir": installation.data_dir,
        "state_dir": settings.run_dir / "state",
        "spool_dir": settings.spool,
        "control_dir": control,
        "log_dir": settings.log_file.parent,
        "music_dir": music_dir,
        "fallback_log": settings.fallback_log,
        "system_name": settings.application,
        "application": settings.application,
        "language": settings.language,
        "max_files": _open_files(),
        "sip_address": settings.sip_address,
        "sip_port": settings.sip_port,
        "ari_address": settings.ari_address,
        "ari_port": settings.ari_port,
        "ari_user": settings.ari_user,
        "ari_password": settings.ari_password,
        "rtp_first": settings.rtp_first,
        "rtp_last": settings.rtp_last,
    }
    values = {name: one_line(str(value)) for name, value in single.items()}
    values |= _endpoint_values(settings)
    values["keep_withheld"] = _keep_withheld(settings)
    values["trunk_matches"] = "\n".join(f"match = {one_line(trunk)}" for trunk in settings.trunks)
    values["gateway"] = _gateway(settings)
    values["extra_modules"] = "\n".join(f"load = {one_line(module)}" for module in settings.extra_modules)
    values["extra_dialplan"] = settings.extra_dialplan
    values["answered_tries"] = str(called.tries(settings.answered_wait_s))
    values["answered_pause_s"] = str(called.PAUSE_S)
    web = settings.web_phones
    values["web_modules"] = "load = res_pjsip_transport_websocket.so" if web else "; no phones in browsers"
    values["web_transport"] = _WEB_TRANSPORT.format(address=values["ari_address"]) if web else "; none"
    values["ice"] = "yes" if web else "no"
    values["call_records"] = "yes" if settings.call_records else "no"
    values["call_record_modules"] = _CALL_RECORD_MODULES if settings.call_records else "; none"
    values["phones_at_once"] = str(PHONES_AT_ONCE)
    return values


def _keep_withheld(settings: AsteriskSettings) -> str:
    if not settings.keep_withheld:
        return "; not kept"
    line = "id=${URIENCODE(${CHANNEL(uniqueid)})} at=${EPOCH} from=${URIENCODE(${CALLERID(num)})}"
    return f" same => n,Set(FILE({one_line(str(settings.withheld_log))},,,al,u)={line})"


def _those_there_are(modules: str, modules_dir: Path) -> str:
    """Without the `load` lines of modules that this version has not got: each would be an error in the log."""

    def there(line: str) -> bool:
        loads = _LOAD.match(line)
        return loads is None or (modules_dir / loads[1]).exists()

    return "\n".join(line for line in modules.splitlines() if there(line)) + "\n"


def standing_values(settings: AsteriskSettings) -> dict[str, str]:
    """What all endpoints have in common, as the instance in the run directory was started.

    Who publishes accounts and trunks knows where the run directory is, and not by which addresses it was started.
    """
    try:
        standing: dict[str, str] = json.loads((settings.etc_dir / _STANDING).read_text())
    except FileNotFoundError:
        return _endpoint_values(settings)
    standing.setdefault("phone_transfers", _NO_PHONE_TRANSFERS)  # started by an earlier release
    standing.setdefault(WEB_PHONES, "no")
    if settings.media_timeout is not None:  # what the site says counts, whatever the instance was started with
        own = _endpoint_values(settings)
        standing |= {name: own[name] for name in ("rtp_timeout_s", "rtp_timeout_hold_s")}
    return standing


def _transfers(installation: Installation) -> dict[str, str]:
    told = versions.hands_transfers_over(installation.version)
    return {"phone_transfers": _PHONE_TRANSFERS if told else _NO_PHONE_TRANSFERS}


def _transport_options(settings: AsteriskSettings) -> str:
    lines = [f"local_net = {one_line(network)}" for network in settings.local_networks]
    if settings.external_address:
        address = one_line(settings.external_address)
        lines += [f"external_signaling_address = {address}", f"external_media_address = {address}"]
    return "\n".join(lines)


def _endpoint_values(settings: AsteriskSettings) -> dict[str, str]:
    timeout = settings.media_timeout or MediaTimeout()
    media = ""
    if settings.sip_address != "0.0.0.0":
        media = f"media_address = {one_line(settings.sip_address)}\nbind_rtp_to_media_address = yes"
    return {
        "codecs": ",".join(one_line(codec) for codec in settings.codecs),
        "media_options": media,
        "rtp_timeout_s": str(timeout.waiting_s),
        "rtp_timeout_hold_s": str(timeout.hold_s),
        "qualify_s": str(settings.qualify_s),
        "sip_address": one_line(settings.sip_address),
        "sip_port": str(settings.sip_port),
        "transport_options": _transport_options(settings),
        "phone_transfers": _NO_PHONE_TRANSFERS,
        WEB_PHONES: "yes" if settings.web_phones else "no",
    }


def _gateway(settings: AsteriskSettings) -> str:
    if settings.gateway is None:
        return "; none"
    values = _endpoint_values(settings) | {"contact": one_line(settings.gateway)}
    return render((settings.templates / "gateway.conf").read_text(), values)


def one_line(value: str) -> str:
    """A value that stays a value: no line of its own, and no comment that swallows what follows.

    Raises ConfigurationError for another one.
    """
    if not value or any(character in value for character in "\r\n;") or not value.isprintable():
        raise ConfigurationError(f"{value!r} cannot be written into a configuration file of Asterisk")
    return value


def control_socket(settings: AsteriskSettings) -> Path:
    """The socket of the running Asterisk's console, once its configuration is written."""
    return control_dir(settings) / "asterisk.ctl"


def control_dir(settings: AsteriskSettings) -> Path:
    """Where `asterisk.ctl` goes: the run directory, or a short private one when that path is too long for a socket."""
    directory = settings.run_dir / "control"
    if len(os.fsencode(directory / "asterisk.ctl")) <= _LONGEST_SOCKET_PATH:
        return directory
    remembered = settings.run_dir / "control.path"
    if remembered.exists() and (short := Path(remembered.read_text())).is_dir():
        return short
    settings.run_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    short = Path(tempfile.mkdtemp(prefix="hotline-"))
    remembered.write_text(str(short))
    return short


def _open_files() -> int:
    """A call needs about six descriptors; as many as the system lets this user have, within reason."""
    import resource

    return min(resource.getrlimit(resource.RLIMIT_NOFILE)[1], 65_536)
