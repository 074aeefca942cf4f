"""Caller ids as they stand: those of the published scenes, and which of them rest."""

import asyncio
from pathlib import Path

import pytest

from hotline.governing.caller_ids import caller_ids, resting_of
from hotline.governing.local import of_folder
from hotline.governing.published import InForce
from hotline.ledger.opening import Place
from hotline.ledger.port import LedgerAway
from hotline.ledger.searching import Reader
from tests.unit.hotline.governing.gated_site import write

pytestmark = pytest.mark.unit

MAIN, OTHER = "+864000095183", "+864000099999"
POLICY = f"policy: house\nlayer: group\npools: {{main: {{'{MAIN}': {{certified: true}}}}}}\n"


def test_those_of_scenes_are_shown_and_those_that_rest(tmp_path: Path) -> None:
    now = of_folder(write(tmp_path, house=POLICY))
    shown = {one.caller_id: (one.scenes, one.rests_until) for one in caller_ids(now, {OTHER: 9.0})}
    assert shown[OTHER] == ((), 9.0)
    assert shown[MAIN][0]
    assert shown[MAIN][1] is None
    (scene, *_) = shown[MAIN][0]
    assert resting_of(now, {MAIN: 5.0, OTHER: 9.0}, scene) == {MAIN: 5.0}
    assert resting_of(now, {OTHER: 9.0}, scene) == {}
    assert resting_of(InForce(), {OTHER: 9.0}, scene) == {OTHER: 9.0}, "nobody knows whose it is"


def test_without_a_ledger_nobody_knows(tmp_path: Path) -> None:
    site = write(tmp_path, house=POLICY)
    with pytest.raises(LedgerAway):
        asyncio.run(Reader(Place.of(site)).resting(0.0))
