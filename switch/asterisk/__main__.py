"""`python -m switch.asterisk`: one Asterisk in the foreground, for operators, containers and trying things out.

Installs it first where there is none. Prints one line with its addresses once it answers; ends on Ctrl-C or SIGTERM.
"""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from pathlib import Path

from switch.accounts import AgentAccount, SecretStore, password_in
from switch.asterisk import upkeep
from switch.asterisk.configuration import ConfigurationError
from switch.asterisk.installation import AsteriskNotFoundError, locate_or_install
from switch.asterisk.process import AsteriskProcess, AsteriskStartError
from switch.asterisk.settings import AsteriskSettings


def settings_from(arguments: argparse.Namespace) -> AsteriskSettings:
    """The settings of a command line; secrets are made at the first start and kept in the run directory."""
    run_dir = arguments.run_dir.resolve()
    secrets = SecretStore(run_dir / "secrets.json")
    agents = [agent for agent in (arguments.agents or "").split(",") if agent]
    return AsteriskSettings(
        run_dir=run_dir,
        ari_password=password_in(arguments.password_file) if arguments.password_file else secrets.get("ari"),
        application=arguments.application,
        sip_address=arguments.sip_address,
        sip_port=arguments.sip_port,
        ari_address=arguments.ari_address,
        ari_port=arguments.ari_port,
        rtp_first=arguments.rtp[0],
        rtp_last=arguments.rtp[1],
        external_address=arguments.external_address,
        trunks=tuple(arguments.trunk or ("127.0.0.0/8",)),
        accounts=tuple(AgentAccount(agent, secrets.get(f"agent-{agent}")) for agent in agents),
    )


def _rtp_range(text: str) -> tuple[int, int]:
    first, _, last = text.partition("-")
    if not (first.isdigit() and last.isdigit() and 1024 <= int(first) < int(last) <= 65535):
        raise argparse.ArgumentTypeError(f"{text!r} is no range of ports, such as 20000-22999")
    return int(first), int(last)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m switch.asterisk", description="One Asterisk in the foreground.")
    parser.add_argument("--run-dir", type=Path, default=Path(".local/run/asterisk"), help="configuration, logs, spool")
    parser.add_argument("--application", default="hotline", help="Stasis application of the controller")
    parser.add_argument("--sip-address", default="127.0.0.1")
    parser.add_argument("--sip-port", type=int, default=5060)
    parser.add_argument("--ari-address", default="127.0.0.1")
    parser.add_argument("--ari-port", type=int, default=8088)
    parser.add_argument("--rtp", type=_rtp_range, default=(20000, 22999), metavar="FIRST-LAST")
    parser.add_argument("--external-address", help="what phones reach this host under, behind address translation")
    parser.add_argument("--trunk", action="append", metavar="NETWORK", help="who may call in (default: loopback)")
    parser.add_argument("--password-file", type=Path, help="ARI password, made when missing (default: in secrets.json)")
    parser.add_argument("--agents", metavar="ID,ID", help="agents' accounts, with secrets in secrets.json")
    parser.add_argument("--check", action="store_true", help="only ask whether it answers: exit code 0 or 1")
    return parser


async def _run(settings: AsteriskSettings) -> int:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    installation = await asyncio.to_thread(locate_or_install)
    asterisk = AsteriskProcess(settings, installation)
    await asterisk.start()
    print(
        f"Asterisk {installation.version} answers: SIP {settings.sip_address}:{settings.sip_port},"
        f" ARI {settings.ari_url} (user {settings.ari_user}),"
        f" log {settings.log_file}",
        flush=True,
    )
    waiters = [asyncio.ensure_future(stopped.wait()), asyncio.ensure_future(asterisk.ended())]
    await asyncio.wait(waiters, return_when=asyncio.FIRST_COMPLETED)
    for waiter in waiters:
        waiter.cancel()
    if not stopped.is_set():
        print(f"Asterisk ended by itself: its log is {settings.log_file}", file=sys.stderr)
        return 1
    await asterisk.stop()
    return 0


def main() -> int:
    """Entry point; 0 after an orderly stop, 1 otherwise."""
    try:
        arguments = _parser().parse_args()
        settings = settings_from(arguments)
        if arguments.check:
            return 0 if asyncio.run(upkeep.answers(settings)) else 1
        return asyncio.run(_run(settings))
    except (AsteriskNotFoundError, AsteriskStartError, ConfigurationError, PermissionError) as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
