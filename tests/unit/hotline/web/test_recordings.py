"""Recordings and messages over HTTP: whole, in ranges, by rights, written down."""

from pathlib import Path

import pytest

from tests.unit.hotline.web.asking import request
from tests.unit.hotline.web.logged import NOON, OTHER, Logged

pytestmark = pytest.mark.unit

SOUND = bytes(range(256)) * 40
WHERE = "/calls/switch-1@1795338052.12/recordings/talk-1.wav"


@pytest.fixture
def house(tmp_path: Path) -> Logged:
    made = Logged(tmp_path)
    spool = tmp_path / "spool"
    spool.mkdir()
    for name in ("talk-1.wav", "message-1.wav"):
        (spool / name).write_bytes(SOUND)
    made.log("switch-1@1795338052.12")
    made.record(spool / "talk-1.wav", "switch-1@1795338052.12")
    made.log("m", NOON + 60, OTHER, outcome="message", agents=())
    made.record(spool / "message-1.wav", "m", "message", "front", 0)
    made.log("n", NOON + 120, OTHER, outcome="message", agents=())
    made.record(spool / "message-2.wav", "n", "message", "night", 0)
    return made


async def test_a_recording_is_heard_whole_and_written_down_before(house: Logged) -> None:
    answer = await request(house.app(), "GET", WHERE, token="quality-token")
    assert (answer.status, answer.body) == (200, SOUND)
    assert answer.headers["content-type"] == "audio/wav"
    assert answer.headers["accept-ranges"] == "bytes"
    assert answer.headers["cache-control"] == "no-store"
    assert house.audited() == [
        {"who": "web:quality", "what": "recording heard", "about": "call switch-1@1795338052.12, talk-1.wav"}
    ]


@pytest.mark.parametrize(
    ("asked", "status", "first", "last"),
    [
        ("bytes=0-99", 206, 0, 99),
        ("bytes=100-", 206, 100, len(SOUND) - 1),
        ("bytes=-50", 206, len(SOUND) - 50, len(SOUND) - 1),
        ("bytes=0-999999", 206, 0, len(SOUND) - 1),
    ],
)
async def test_a_range_of_it(house: Logged, asked: str, status: int, first: int, last: int) -> None:
    answer = await request(house.app(), "GET", WHERE, token="token", headers={"range": asked})
    assert (answer.status, answer.body) == (status, SOUND[first : last + 1])
    assert answer.headers["content-range"] == f"bytes {first}-{last}/{len(SOUND)}"


async def test_a_range_beyond_it_is_refused(house: Logged) -> None:
    answer = await request(house.app(), "GET", WHERE, token="token", headers={"range": f"bytes={len(SOUND)}-"})
    assert answer.status == 416


async def test_its_length_is_told_without_it(house: Logged) -> None:
    answer = await request(house.app(), "HEAD", WHERE, token="token")
    assert (answer.status, answer.body, answer.headers["content-length"]) == (200, b"", str(len(SOUND)))


@pytest.mark.parametrize(
    ("path", "token", "status"),
    [
        (WHERE, "", 401),
        (WHERE, "crm-token", 403),
        (WHERE, "looks-token", 403),
        ("/calls/switch-1@1795338052.12/recordings/message-1.wav", "token", 404),
        ("/calls/m/recordings/talk-1.wav", "token", 404),
        ("/calls/m/recordings/..%2Fhotline.db", "token", 404),
        ("/calls/n/recordings/message-2.wav", "token", 404),
        ("/calls/x/recordings/talk-1.wav", "token", 404),
    ],
)
async def test_nothing_else_is_heard(house: Logged, path: str, token: str, status: int) -> None:
    assert (await request(house.app(), "GET", path, token=token)).status == status
    assert house.audited() == []


async def test_where_nothing_can_be_written_down_nothing_is_heard(house: Logged) -> None:
    (house.database.parent / "audit.log").mkdir()
    with pytest.raises(IsADirectoryError):
        await request(house.app(), "GET", WHERE, token="token")


async def test_messages_are_listed_by_box_page_after_page(house: Logged) -> None:
    app = house.app()
    answer = await request(app, "GET", "/messages?most=1", token="crm-token")
    (first,) = answer.json
    assert (first["box"], first["caller"], first["sound"]) == (
        "night", "+86*******9000", "/calls/n/recordings/message-2.wav",
    )  # fmt: skip
    following = await request(app, "GET", answer.headers["link"].partition(">")[0][1:], token="crm-token")
    (second,) = following.json
    assert (second["box"], "link" in following.headers) == ("front", False)
    sound = await request(app, "GET", second["sound"], token="token")
    assert sound.body == SOUND
    assert [row["call"] for row in (await request(app, "GET", "/messages?box=front", token="token")).json] == ["m"]
    refused = await request(app, "GET", "/messages?box=frnot", token="token")
    assert (refused.status, refused.json["detail"]) == (422, "no box 'frnot' (did you mean front?)")


async def test_a_call_says_where_its_recordings_are_heard(house: Logged) -> None:
    (recording,) = (await request(house.app(), "GET", "/calls/switch-1@1795338052.12", token="token")).json[
        "recordings"
    ]
    assert recording["sound"] == "/calls/switch-1%401795338052.12/recordings/talk-1.wav"
    assert (await request(house.app(), "GET", recording["sound"], token="token")).status == 200
