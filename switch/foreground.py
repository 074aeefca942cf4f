"""A switch runs in the foreground for operators and containers: the same for each kind of switch."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from pathlib import Path
from typing import Protocol


class SwitchProcess(Protocol):
    """A switch of ours, started."""

    async def ended(self) -> int:
        """Its exit code, once it has ended."""
        ...

    async def stop(self) -> None:
        """End it in order."""
        ...


async def until_stopped(process: SwitchProcess, name: str, log_file: Path, stopped: asyncio.Event) -> int:
    """Return once `stopped` is set and the switch has been ended (0), or it has ended by itself (1)."""
    waiters = [asyncio.ensure_future(stopped.wait()), asyncio.ensure_future(process.ended())]
    await asyncio.wait(waiters, return_when=asyncio.FIRST_COMPLETED)
    for waiter in waiters:
        waiter.cancel()
    if not stopped.is_set():
        print(f"{name} ended by itself: its log is {log_file}", file=sys.stderr)
        return 1
    await process.stop()
    return 0


def stop_signal() -> asyncio.Event:
    """Set by Ctrl-C or SIGTERM from now on."""
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    return stopped


def add_sip_options(parser: argparse.ArgumentParser, first_rtp: int, last_rtp: int) -> None:
    """Where phones and trunks reach the switch."""
    parser.add_argument("--sip-address", default="127.0.0.1")
    parser.add_argument("--sip-port", type=int, default=5060)
    parser.add_argument("--rtp", type=_range_of_ports, default=(first_rtp, last_rtp), metavar="FIRST-LAST")
    parser.add_argument("--external-address", help="what phones reach this host under, behind address translation")
    parser.add_argument("--trunk", action="append", metavar="NETWORK", help="who may call in (default: loopback)")
    parser.add_argument(
        "--gateway", metavar="HOST:PORT", help="where outgoing calls go in a site without dialplans/trunks.yaml"
    )


def _range_of_ports(text: str) -> tuple[int, int]:
    first, _, last = text.partition("-")
    if not (first.isdigit() and last.isdigit() and 1024 <= int(first) < int(last) <= 65535):
        raise argparse.ArgumentTypeError(f"{text!r} is no range of ports, such as 20000-22999")
    return int(first), int(last)
