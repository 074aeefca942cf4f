"""Numbers as IMS trunks send them to a real Asterisk: with parameters behind them, asserted, and private."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest
import pytest_asyncio

from calls.events import CallArrived
from phones.caller import PhoneLine
from tests.contract.asterisk_rig import AsteriskRig, asterisk_rig

pytestmark = [pytest.mark.live, pytest.mark.asyncio(loop_scope="module")]

ASSERTED = {"P-Asserted-Identity": '"Zhang" <sip:+8613800138000;cpc=ordinary@ims.example;user=phone>'}


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def rig(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[AsteriskRig]:
    folder: Path = tmp_path_factory.mktemp("trunk")
    async with asterisk_rig(folder, keep_withheld=True) as running:
        yield running


async def _arrived(rig: AsteriskRig, user: str, number: str, headers: Mapping[str, str]) -> CallArrived:
    call = await PhoneLine(rig._endpoint, rig._sip, user=user).dial(number, headers=headers)
    arrived = await rig.events.next(CallArrived)
    await call.hang_up()
    await rig.events.ended(arrived.leg)
    return arrived


@pytest.mark.parametrize(
    ("user", "number", "caller", "called"),
    [
        ("13800138000", "4008123123;npdi", "13800138000", "4008123123"),
        ("13800138000;npdi", "4008123123;rn=+8613900139000;npdi", "13800138000", "4008123123"),
        ("+8613800138000;rn=12", "4008123123;phone-context=+86", "+8613800138000", "4008123123"),
        ("+8613800138000", "%2B864008123123", "+8613800138000", "+864008123123"),
        ("+8613800138000", "*21%23", "+8613800138000", "*21#"),
    ],
)
async def test_what_stands_behind_a_number_is_no_part_of_it(
    rig: AsteriskRig, user: str, number: str, caller: str, called: str
) -> None:
    arrived = await _arrived(rig, user, number, {})
    assert (arrived.caller, arrived.called) == (caller, called)


@pytest.mark.parametrize("privacy", [None, "none"])
async def test_an_asserted_number_is_the_callers(rig: AsteriskRig, privacy: str | None) -> None:
    headers = ASSERTED if privacy is None else {**ASSERTED, "Privacy": privacy}
    arrived = await _arrived(rig, "anonymous", "95188", headers)
    assert (arrived.caller, arrived.caller_name) == ("+8613800138000", "Zhang")


@pytest.mark.parametrize(
    ("user", "headers"),
    [
        ("anonymous", {**ASSERTED, "Privacy": "id"}),
        ("+8613900139000", {**ASSERTED, "Privacy": "header;user"}),
        ("anonymous", {"Remote-Party-ID": "<sip:+8613800138000@ims.example>;privacy=full;screen=yes"}),
    ],
)
async def test_who_asks_for_privacy_is_nobody_here_and_kept_where_the_law_asks_for_it(
    rig: AsteriskRig, user: str, headers: Mapping[str, str]
) -> None:
    arrived = await _arrived(rig, user, "95188", headers)
    assert (arrived.caller, arrived.caller_name) == ("anonymous", "")
    kept = rig.asterisk.settings.withheld_log
    assert kept.read_text().splitlines()[-1].endswith("from=%2B8613800138000")
    assert f"id={arrived.leg} " in kept.read_text()
    assert kept.stat().st_mode & 0o077 == 0
    assert "13800138000" not in rig.asterisk.settings.log_file.read_text()
