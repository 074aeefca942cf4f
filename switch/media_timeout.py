"""The time without audio after which a call counts as dead: the same settings for each switch."""

from __future__ import annotations

import argparse
from dataclasses import dataclass


@dataclass(frozen=True)
class MediaTimeout:
    """Whole seconds."""

    waiting_s: int = 60
    """Of callers, who wait and press keys, and of whom we call by a trunk: some send nothing while they are silent."""
    talking_s: int = 8
    """Of agents' phones, which are up only in a talk or just before it. On Asterisk they are asked by SIP first: see
    `muted_s`. On FreeSWITCH a phone that sends nothing while it is muted needs more than it may be muted for."""
    hold_s: int = 300
    """Of everybody while they have put the other side on hold."""
    muted_s: int = 3_600
    """Of agents' phones that send nothing and answer SIP, on Asterisk: a muted phone is there for at least so long."""


def add_media_timeout_options(parser: argparse.ArgumentParser, *, with_accounts: bool) -> None:
    """Options for a switch without a controller that writes into its run directory.

    `with_accounts`: the command line also names agents, so that their phones' time is its business, too.
    """
    default = MediaTimeout()
    options = [
        ("waiting", "callers", default.waiting_s),
        ("hold", "whoever has put the other side on hold", default.hold_s),
    ]
    if with_accounts:
        options.append(("muted", "the phones of --agents", default.muted_s))
    for name, text, seconds in options:
        parser.add_argument(
            f"--media-timeout-{name}",
            type=_seconds,
            metavar="SECONDS",
            help=f"without audio of {text} a call ends after this time"
            f" (default: what the controller wrote last, by hotline.yaml, else {seconds})",
        )


def media_timeout_of(arguments: argparse.Namespace) -> MediaTimeout | None:
    """The settings of a command line; None where it names none."""
    named = {name: getattr(arguments, f"media_timeout_{name}", None) for name in ("waiting", "muted", "hold")}
    given = {f"{name}_s": seconds for name, seconds in named.items() if seconds is not None}
    return MediaTimeout(**given) if given else None


def _seconds(text: str) -> int:
    if not text.isdecimal() or not 2 <= int(text) <= 86_400:
        raise argparse.ArgumentTypeError(f"{text!r}: use whole seconds, 2 to 86400")
    return int(text)
