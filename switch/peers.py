"""The other switches of a cell, as one of them knows them: where a phone is that is registered with another.

Each is a SIP peer with the user name `switch-NODE`. All know one secret, and each call between two proves it by digest:
on one machine trunk, phones and switches share an address, so that an address proves nothing. What a peer may reach is
a phone by its account, and nothing else.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from calls.errors import BadInput
from calls.ids import NODE_NAME
from switch.accounts import password_in

_ADDRESS = re.compile(r"([A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\]):([0-9]{1,5})")
DIALLED = "*"
"""What stands before the account in a call between two switches: so that no account is a special extension."""


def peer_user(node: str) -> str:
    """The SIP user name of a switch among its peers; agents' begin with `agent-`."""
    return f"switch-{node}"


@dataclass(frozen=True)
class Peers:
    """`name` is this switch's own node; `addresses` has HOST:PORT of each other one's SIP. Raises BadInput."""

    name: str
    secret: str = field(repr=False)
    addresses: Mapping[str, str]

    def __post_init__(self) -> None:
        for node in (self.name, *self.addresses):
            if not NODE_NAME.fullmatch(node):
                raise BadInput(f"switch {node!r}: use a small letter, then small letters, digits and '-', at most 16")
        if self.name in self.addresses:
            raise BadInput(f"switch {self.name} is its own peer; name the others only")
        for node, address in self.addresses.items():
            if not is_address(address):
                raise BadInput(f"switch {node}: {address!r} is no host and port, such as 10.0.0.9:5060")


def is_address(text: str) -> bool:
    """Whether this is HOST:PORT."""
    found = _ADDRESS.fullmatch(text)
    return found is not None and 0 < int(found[2]) < 65536


def add_peer_options(parser: argparse.ArgumentParser) -> None:
    """For a switch in the foreground whose controller does not write its configuration."""
    parser.add_argument("--name", metavar="NODE", help="what hotline.yaml calls this switch, where there are several")
    parser.add_argument(
        "--peer",
        action="append",
        metavar="NODE=HOST:PORT",
        help="another switch of the same controller, whose phones are called by SIP; once for each",
    )
    parser.add_argument("--peer-password-file", type=Path, help="the password among them, the same file for all")


def peers_from(arguments: argparse.Namespace) -> Peers | None:
    """The peers of a command line; None where it names none. Raises BadInput."""
    if not arguments.peer:
        return None
    if arguments.name is None or arguments.peer_password_file is None:
        raise BadInput("--peer needs --name and --peer-password-file")
    addresses = dict(peer.split("=", 1) if "=" in peer else (peer, "") for peer in arguments.peer)
    return Peers(arguments.name, password_in(arguments.peer_password_file), addresses)
