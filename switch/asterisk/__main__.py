"""`python -m switch.asterisk` runs one Asterisk in the foreground, for operators, containers and trying things out.

Installs it first where there is none. Prints one line with its addresses once it answers; ends on Ctrl-C or SIGTERM.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path

from calls.errors import BadInput
from switch.accounts import AgentAccount, SecretStore, password_in
from switch.asterisk.called import LONGEST_WAIT_S, WAIT_S
from switch.asterisk.instance import upkeep
from switch.asterisk.instance.configuration import ConfigurationError
from switch.asterisk.instance.installation import AsteriskNotFoundError, locate_or_install
from switch.asterisk.instance.process import AsteriskProcess, AsteriskStartError
from switch.asterisk.instance.settings import AsteriskSettings
from switch.foreground import add_sip_options, stop_signal, until_stopped
from switch.log_files import Turnover
from switch.media_timeout import add_media_timeout_options, media_timeout_of
from switch.peers import add_peer_options, peers_from


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
        keep_withheld=arguments.keep_withheld,
        call_records=arguments.call_records,
        answered_wait_s=arguments.answered_wait,
        trunks=tuple(arguments.trunk or ("127.0.0.0/8",)),
        peers=peers_from(arguments),
        media_timeout=media_timeout_of(arguments),
        log_turnover=Turnover(arguments.log_max_mb * 1_000_000, keep_days=arguments.log_keep_days),
        gateway=f"sip:{arguments.gateway}" if arguments.gateway else None,
        web_phones=arguments.web_phones,
        accounts=tuple(AgentAccount(agent, secrets.get(f"agent-{agent}")) for agent in agents),
    )


def _wait(text: str) -> float:
    seconds = float(text)
    if not 0.0 <= seconds <= LONGEST_WAIT_S:
        raise argparse.ArgumentTypeError(f"{text}: give 0 to {LONGEST_WAIT_S:g} seconds")
    return seconds


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m switch.asterisk", description="One Asterisk in the foreground.")
    parser.add_argument("--run-dir", type=Path, default=Path(".local/run/asterisk"), help="configuration, logs, spool")
    parser.add_argument("--application", default="hotline", help="Stasis application of the controller")
    parser.add_argument("--ari-address", default="127.0.0.1")
    parser.add_argument("--ari-port", type=int, default=8088)
    add_sip_options(parser, 20000, 22999)
    add_peer_options(parser)
    add_media_timeout_options(parser, with_accounts=True)
    parser.add_argument("--password-file", type=Path, help="ARI password, made when missing (default: in secrets.json)")
    parser.add_argument(
        "--keep-withheld",
        action="store_true",
        help="keep the numbers of callers who withhold them, in log/withheld.log: only where the law asks for it",
    )
    parser.add_argument(
        "--call-records",
        action="store_true",
        help="Asterisk writes call records of its own, with whole numbers, in log/cdr-custom/calls.csv: an auditor may"
        " lay them beside the call log. Put aside and deleted as its log is",
    )
    parser.add_argument(
        "--answered-wait",
        type=_wait,
        default=WAIT_S,
        metavar="SECONDS",
        help="whom the house calls and who answers while no controller is there waits for one so long, with music"
        f" (0 to {LONGEST_WAIT_S:g}, default: {WAIT_S:g})",
    )
    parser.add_argument("--log-max-mb", type=int, default=50, help="its log is put aside at this size, or after a day")
    parser.add_argument("--log-keep-days", type=int, default=30, help="what was put aside is kept so long, gzipped")
    parser.add_argument(
        "--web-phones",
        action="store_true",
        help="agents' desks in a browser are phones, too: SIP over WebSocket at /ws of the ARI port, which only the "
        "controller may reach, and ICE",
    )
    parser.add_argument("--agents", metavar="ID,ID", help="agents' accounts, with secrets in secrets.json")
    parser.add_argument("--check", action="store_true", help="only ask whether it answers: exit code 0 or 1")
    return parser


async def _run(settings: AsteriskSettings) -> int:
    stopped = stop_signal()
    installation = await asyncio.to_thread(locate_or_install)
    asterisk = AsteriskProcess(settings, installation)
    await asterisk.start()
    print(
        f"Asterisk {installation.version} answers: SIP {settings.sip_address}:{settings.sip_port},"
        f" ARI {settings.ari_url} (user {settings.ari_user}),"
        f" log {settings.log_file}",
        flush=True,
    )
    return await until_stopped(asterisk, "Asterisk", settings.log_file, stopped)


def main() -> int:
    """Entry point; 0 after an orderly stop, 1 otherwise."""
    try:
        arguments = _parser().parse_args()
        settings = settings_from(arguments)
        if arguments.check:
            return 0 if asyncio.run(upkeep.answers(settings)) else 1
        return asyncio.run(_run(settings))
    except (AsteriskNotFoundError, AsteriskStartError, ConfigurationError, BadInput, PermissionError) as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
