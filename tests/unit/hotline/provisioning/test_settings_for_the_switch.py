"""What hotline.yaml says of the switch's own behaviour is what is written for it."""

from pathlib import Path

import pytest

from calls.errors import BadInput
from hotline.provisioning.asterisk import AsteriskHouse
from hotline.provisioning.freeswitch import FreeSwitchHouse
from hotline.site.site import Site
from switch.accounts import SecretStore
from switch.media_timeout import MediaTimeout

pytestmark = pytest.mark.unit


def site(folder: Path, switch: str) -> Site:
    (folder / "hotline.yaml").write_text(f"switch: {{run_dir: var/switch, {switch}}}\n")
    return Site.open(folder)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("port: 9000", MediaTimeout()),
        ("media_timeout: {talking_s: 20}", MediaTimeout(talking_s=20)),
        ("media_timeout: {waiting_s: 90, hold_s: 600}", MediaTimeout(waiting_s=90, hold_s=600)),
    ],
)
def test_the_time_without_audio(tmp_path: Path, written: str, meant: MediaTimeout) -> None:
    accounts = SecretStore(tmp_path / "accounts.json")
    for house, kind in ((AsteriskHouse, "asterisk"), (FreeSwitchHouse, "freeswitch")):
        opened = site(tmp_path, f"kind: {kind}, {written}")
        assert house(opened, next(iter(opened.switches)), accounts)._switch.media_timeout == meant


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("media_timeout: {talking_s: 0}", r"switch\.media_timeout\.talking_s"),
        ("media_timeout: {talking: 8}", r"talking is no setting \(did you mean talking_s"),
        ("media_timeout: 8", r"switch\.media_timeout"),
    ],
)
def test_what_is_no_time_without_audio_is_told_at_its_place(tmp_path: Path, written: str, told: str) -> None:
    with pytest.raises(BadInput, match=told):
        site(tmp_path, written)
