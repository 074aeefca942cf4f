"""`python -m switch.freeswitch` runs one FreeSWITCH in the foreground, or only writes its configuration.

Prints one line with its addresses once it answers; ends on Ctrl-C or SIGTERM. With --write the run directory is written
and nothing is started: the image of docker-compose.yml runs its own program over it.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path

from calls.errors import HotlineError
from switch.accounts import password_in
from switch.foreground import add_sip_options, stop_signal, until_stopped
from switch.freeswitch.instance import upkeep
from switch.freeswitch.instance.configuration import write_configuration
from switch.freeswitch.instance.installation import required, version_of
from switch.freeswitch.instance.process import FreeSwitchProcess
from switch.freeswitch.instance.settings import FreeSwitchSettings
from switch.media_timeout import add_media_timeout_options, media_timeout_of
from switch.peers import add_peer_options, peers_from


def settings_from(arguments: argparse.Namespace) -> FreeSwitchSettings:
    """The settings of a command line; the password is made at the first start."""
    run_dir = arguments.run_dir.resolve()
    return FreeSwitchSettings(
        run_dir=run_dir,
        event_socket_password=password_in(arguments.password_file or run_dir / "password"),
        event_socket_address=arguments.event_socket_address,
        event_socket_port=arguments.event_socket_port,
        sip_address=arguments.sip_address,
        sip_port=arguments.sip_port,
        call_sockets=tuple(arguments.call_socket or ()),
        rtp_first=arguments.rtp[0],
        rtp_last=arguments.rtp[1],
        external_address=arguments.external_address,
        trunks=tuple(arguments.trunk or ("127.0.0.0/8",)),
        media_timeout=media_timeout_of(arguments),
        gateway=arguments.gateway or None,
        peers=peers_from(arguments),
        codecs=tuple(arguments.codecs.split(",")),
        web_socket_port=arguments.web_socket_port,
        web_phones_port=arguments.web_phones_port,
        certificates_dir=arguments.certificates_dir,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m switch.freeswitch", description="One FreeSWITCH in the foreground."
    )
    parser.add_argument(
        "--run-dir", type=Path, default=Path(".local/run/freeswitch"), help="configuration, logs, spool"
    )
    parser.add_argument("--password-file", type=Path, help="event socket password, made when missing")
    parser.add_argument("--event-socket-address", default="127.0.0.1")
    parser.add_argument("--event-socket-port", type=int, default=8021)
    parser.add_argument(
        "--call-socket",
        action="append",
        metavar="HOST:PORT",
        help="offer calls to this controller by an outbound socket; once for each (default: calls are parked for one)",
    )
    add_sip_options(parser, 23000, 25999)
    add_peer_options(parser)
    add_media_timeout_options(parser, with_accounts=False)
    parser.add_argument("--codecs", default=",".join(FreeSwitchSettings.codecs), help="in order of preference")
    parser.add_argument("--web-socket-port", type=int, help="SIP over secure WebSocket for agents in browsers")
    parser.add_argument(
        "--web-phones-port", type=int, help="browsers may be phones: SIP over WebSocket for the controller alone"
    )
    parser.add_argument("--certificates-dir", type=Path, help="wss.pem and dtls-srtp.pem for them")
    only = parser.add_mutually_exclusive_group()
    only.add_argument("--write", action="store_true", help="only write the configuration")
    only.add_argument("--which", action="store_true", help="only print which FreeSWITCH would be run, and its version")
    only.add_argument("--check", action="store_true", help="only ask whether it answers: exit code 0 or 1")
    return parser


async def _run(settings: FreeSwitchSettings) -> int:
    program = await asyncio.to_thread(required)
    stopped = stop_signal()
    freeswitch = FreeSwitchProcess(settings, program)
    await freeswitch.start()
    print(
        f"FreeSWITCH answers: SIP {settings.sip_address}:{settings.sip_port},"
        f" event socket {settings.event_socket_address}:{settings.event_socket_port}, log {settings.log_file}",
        flush=True,
    )
    return await until_stopped(freeswitch, "FreeSWITCH", settings.log_file, stopped)


def main() -> int:
    """Entry point; 0 after an orderly stop, 1 otherwise."""
    try:
        arguments = _parser().parse_args()
        if arguments.which:
            program = required()
            print(program, version_of(program))
            return 0
        settings = settings_from(arguments)
        if arguments.write:
            write_configuration(settings)
            return 0
        if arguments.check:
            return 0 if asyncio.run(upkeep.answers(settings)) else 1
        return asyncio.run(_run(settings))
    except HotlineError as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
