"""The other switches of a cell, from a command line or from settings."""

from argparse import ArgumentParser
from pathlib import Path

import pytest

from calls.errors import BadInput
from switch.asterisk import __main__ as asterisk
from switch.freeswitch import __main__ as freeswitch
from switch.peers import Peers, peer_user, peers_from

pytestmark = pytest.mark.unit

PARSERS = [asterisk._parser(), freeswitch._parser()]


@pytest.mark.parametrize("parser", PARSERS)
def test_from_the_command_line(parser: ArgumentParser, tmp_path: Path) -> None:
    words = ["--name", "a", "--peer", "b=10.0.0.2:5060", "--peer", "c=c.example.org:5070"]
    peers = peers_from(parser.parse_args([*words, "--peer-password-file", str(tmp_path / "peers")]))
    assert peers is not None
    assert (peers.name, peers.addresses) == ("a", {"b": "10.0.0.2:5060", "c": "c.example.org:5070"})
    assert peers.secret == (tmp_path / "peers").read_text()
    assert (tmp_path / "peers").stat().st_mode & 0o777 == 0o600
    assert peers_from(parser.parse_args([])) is None


@pytest.mark.parametrize(
    "words",
    [
        ["--peer", "b=10.0.0.2:5060"],
        ["--name", "a", "--peer", "b=10.0.0.2:5060"],
        ["--name", "a", "--peer", "b", "--peer-password-file", "p"],
        ["--name", "a", "--peer", "b=10.0.0.2", "--peer-password-file", "p"],
        ["--name", "a", "--peer", "a=10.0.0.2:5060", "--peer-password-file", "p"],
        ["--name", "a", "--peer", "B=10.0.0.2:5060", "--peer-password-file", "p"],
        ["--name", "a", "--peer", "b=x\ny:5060", "--peer-password-file", "p"],
        ["--name", "a", "--peer", "b=x:70000", "--peer-password-file", "p"],
    ],
)
def test_what_is_no_peer(words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(BadInput):
        peers_from(PARSERS[0].parse_args(words))


def test_no_agent_is_taken_for_a_switch() -> None:
    """Agents' SIP users begin with `agent-` (`switch.accounts`), whatever an account is called."""
    assert peer_user("a") == "switch-a"
    assert "s-1" not in repr(Peers("a", "s-1", {}))
