"""The call log over HTTP: what is searched for, page after page, by whom."""

import re
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from fastapi import FastAPI

from tests.unit.hotline.web.asking import Answer, request
from tests.unit.hotline.web.logged import NOON, NUMBER, OTHER, Logged

pytestmark = pytest.mark.unit


def _house(folder: Path) -> Logged:
    made = Logged(folder)
    made.log("a", NOON, NUMBER)
    made.log("b", NOON + 3_600, OTHER, queue="loans", agents=("8002",))
    made.log("c", NOON + 7_200, NUMBER, outcome="abandoned", agents=())
    made.log("d", NOON + 86_400, OTHER, agents=("8001", "8002"))
    made.log("e", NOON + 90_000, "+861012345678", direction="out", called=OTHER, agents=("8003",))
    made.log("f", NOON + 90_000, "anonymous", agents=())
    return made


@pytest.fixture
def house(tmp_path: Path) -> Logged:
    """For what is done to it."""
    return _house(tmp_path)


@pytest.fixture(scope="module")
def read_house(tmp_path_factory: pytest.TempPathFactory) -> Logged:
    """For what is only asked of it."""
    return _house(tmp_path_factory.mktemp("house"))


@pytest.fixture(scope="module")
def app(read_house: Logged) -> FastAPI:
    return read_house.own_app


async def get(app: FastAPI, path: str, token: str = "token") -> Answer:
    return await request(app, "GET", path, token=token)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", "fedcba"),
        ("number=13800138000", "ca"),
        ("number=%2B86%20138%200013%208000", "ca"),
        ("number=139-0013-9000", "edb"),
        ("number=anonymous", "f"),
        ("number=13700137000", ""),
        ("agent=8001", "da"),
        ("agent=8002", "db"),
        ("queue=loans", "b"),
        ("outcome=abandoned", "c"),
        ("direction=out", "e"),
        ("direction=in", "fdcba"),
        ("since=2026-11-30", "fed"),
        ("until=2026-11-29", "cba"),
        ("since=2026-11-29&until=2026-11-29", "cba"),
        ("since=2026-11-29T13:00&until=2026-11-29T14:00", "b"),
        ("since=2026-11-29%2013:00&until=2026-11-29%2014:00:01", "cb"),
        ("since=2026-11-29T05:00Z&until=2026-11-29T06:00Z", "b"),
        ("since=2026-11-29T05:00+00:00&until=2026-11-29T06:00%2B00:00", "b"),
        ("agent=8002&queue=care", "d"),
        ("agent=8002&number=13900139000&queue=loans", "b"),
        ("agent=8003&direction=out", "e"),
        ("agent=8003&direction=in", ""),
        ("queue=care&outcome=answered&since=2026-11-30", "fed"),
        ("number=13900139000&outcome=abandoned", ""),
    ],
)
async def test_each_filter_and_several_together(app: FastAPI, query: str, found: str) -> None:
    answer = await get(app, f"/calls?{query}")
    assert answer.status == 200, answer.json
    assert "".join(row["call"] for row in answer.json) == found
    assert "link" not in answer.headers


async def test_numbers_are_masked_and_whom_the_house_called_too(app: FastAPI) -> None:
    rows = {row["call"]: row for row in (await get(app, "/calls")).json}
    assert (rows["a"]["caller"], rows["a"]["called"]) == ("+86*******8000", "95183")
    assert rows["e"]["called"] == "+86*******9000"
    assert "13900139000" not in str(rows)


async def pages(app: FastAPI, path: str, between: object = None) -> list[str]:
    """The calls of all pages, as their Link headers lead on; `between` is called after each."""
    found: list[str] = []
    while True:
        answer = await get(app, path)
        assert answer.status == 200, answer.json
        found += [row["call"] for row in answer.json]
        if callable(between):
            between(len(found))
        if "link" not in answer.headers:
            return found
        link = re.fullmatch(r'<([^<>]+)>; rel="next"', answer.headers["link"])
        assert link is not None
        path = link[1]


@pytest.mark.parametrize("most", [1, 2, 3, 5, 6, 1000])
async def test_pages_of_any_length_hold_each_call_once(app: FastAPI, most: int) -> None:
    assert await pages(app, f"/calls?most={most}") == list("fedcba")
    assert await pages(app, f"/calls?number=13900139000&most={most}") == list("edb")
    assert await pages(app, f"/calls?agent=8002&most={most}") == list("db")


async def test_calls_that_end_meanwhile_move_nothing(house: Logged) -> None:
    def newer(seen: int) -> None:
        house.log(f"new-{seen}", NOON + 100_000 + seen, NUMBER)
        house.log(f"late-{seen}", NOON + 7_000 + seen, NUMBER)  # came before those that were seen, and ends only now

    found = await pages(house.app(), "/calls?most=2", newer)
    assert [call for call in found if len(call) == 1] == list("fedcba")
    assert len(set(found)) == len(found)


async def test_many_calls_of_one_instant_are_all_there(tmp_path: Path) -> None:
    house = Logged(tmp_path)
    for number in range(25):
        house.log(f"call-{number:02d}")
    found = await pages(house.app(), "/calls?most=4")
    assert found == [f"call-{number:02d}" for number in reversed(range(25))]


async def test_the_next_page_has_the_same_filters(app: FastAPI) -> None:
    answer = await get(app, "/calls?number=13900139000&since=2026-11-29%2010:00&most=1")
    query = parse_qs(urlsplit(answer.headers["link"].partition(">")[0]).query)
    assert (query["number"], query["since"], query["most"]) == (["13900139000"], ["2026-11-29 10:00"], ["1"])


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("outcom=abandoned", "outcom is no parameter (did you mean outcome?)"),
        ("outcome=abandonned", "outcome: no 'abandonned' (did you mean abandoned?)"),
        ("direction=intern", "direction: no 'intern' (did you mean internal?)"),
        ("agent=801", "no agent '801' (did you mean 8001?)"),
        ("queue=caer", "no queue 'caer' (did you mean care?)"),
        ("most=0", "most: Input should be greater than or equal to 1"),
        ("most=1001", "most: Input should be less than or equal to 1000"),
        ("most=many", "most: "),
        ("since=yesterday", "'yesterday' is no time: write 2026-12-01"),
        ("since=2026-02-30", "'2026-02-30' is no time"),
        ("until=2026-11-29T25:00", "is no time"),
        ("number=abc", "'abc' is no telephone number"),
        ("said=%20,!", "has no letter and no figure in it"),
        ("said=%E2%80%A2%E2%80%A2", "has no letter and no figure in it"),
        ("said=13800138000", "are masked in transcripts"),
        ("said=123456", "are masked in transcripts"),
        ("said=" + "x" * 101, "said: String should have at most 100 characters"),
        ("after=guessed", "is no cursor"),
        ("after=WzEsMl0", "is no cursor"),
        ("most=2&most=3", "most stands there twice"),
    ],
)
async def test_what_is_not_known_is_refused_with_the_nearest_word(
    read_house: Logged, app: FastAPI, query: str, told: str
) -> None:
    before = read_house.audited()
    answer = await get(app, f"/calls?{query}")
    assert answer.status == 422
    assert told in answer.json["detail"]
    assert read_house.audited() == before


async def test_an_agent_and_a_queue_of_the_past_are_found(house: Logged) -> None:
    house.log("g", NOON, queue="cards", agents=("9009",))
    assert [row["call"] for row in (await get(house.app(), "/calls?agent=9009")).json] == ["g"]
    assert [row["call"] for row in (await get(house.app(), "/calls?queue=cards")).json] == ["g"]


async def test_who_looks_a_number_up_is_written_down(house: Logged) -> None:
    app = house.app()
    assert (await get(app, "/calls?agent=8001", "crm-token")).status == 200
    assert house.audited() == []
    assert (await get(app, "/calls?number=138 0013 8000".replace(" ", "%20"), "crm-token")).status == 200
    assert (await get(app, "/calls?number=13800138000")).status == 200
    assert house.audited() == [
        {"who": "web:crm", "what": "number looked up", "about": f"calls of {NUMBER}"},
        {"who": "web:site", "what": "number looked up", "about": f"calls of {NUMBER}"},
    ]
    refused = await get(app, "/calls?number=13800138000", "looks-token")
    assert (refused.status, refused.json["detail"]) == (
        403,
        "client looks has not the right numbers; give it in hotline.yaml, web.clients",
    )
    assert len(house.audited()) == 2


async def test_words_of_transcripts_are_found_by_who_may_hear_recordings(house: Logged, tmp_path: Path) -> None:
    for call, text in (("a", "我的征信，有 问题。"), ("b", "还款日是几号"), ("d", "查征信")):
        house.transcribe(tmp_path / f"{call}.wav", call, text)
    app = house.app()
    found = await get(app, f"/calls?said={quote('征信')}", "quality-token")
    assert [row["call"] for row in found.json] == ["d", "a"]
    found = await get(app, f"/calls?said={quote('征信有问题')}&until=2026-11-29")
    assert [row["call"] for row in found.json] == ["a"]
    assert house.audited() == [
        {"who": "web:quality", "what": "transcripts searched", "about": "calls in which '征信' was said"},
        {"who": "web:site", "what": "transcripts searched", "about": "calls in which '征信有问题' was said"},
    ]
    for path in ("/calls", "/calls.csv"):
        refused = await get(app, f"{path}?said={quote('征信')}", "crm-token")
        assert refused.status == 403
        assert "has not the right recordings" in refused.json["detail"]
    assert len(house.audited()) == 2


async def test_where_nothing_can_be_written_down_nothing_is_shown(house: Logged) -> None:
    (house.database.parent / "audit.log").mkdir()
    with pytest.raises(IsADirectoryError):
        await get(house.app(), "/calls?number=13800138000")


@pytest.mark.parametrize(
    ("path", "token", "status"),
    [
        ("/calls", "", 401),
        ("/calls", "nobody", 401),
        ("/calls", "looks-token", 200),
        ("/trunks", "looks-token", 200),
        ("/webhooks", "looks-token", 200),
        ("/trunks", "crm-token", 403),
        ("/cases", "crm-token", 200),
        ("/calls/a", "crm-token", 200),
        ("/calls/a", "token", 200),
    ],
)
async def test_rights(app: FastAPI, path: str, token: str, status: int) -> None:
    assert (await get(app, path, token)).status == status


async def test_no_client_changes_anything(app: FastAPI) -> None:
    paths = {
        (method, path)
        for path, operations in app.openapi()["paths"].items()
        for method in operations
        if method == "post" and not path.startswith("/session")  # which is about whoever asks
    }
    assert len(paths) >= 10
    for method, path in paths:
        for token in ("crm-token", "looks-token", "quality-token"):
            filled = re.sub(r"\{\w+\}", "8001", path)
            answer = await request(app, method.upper(), filled, {}, token)
            assert answer.status == 403, (path, answer.json)
