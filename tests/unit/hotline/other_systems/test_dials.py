"""Calls to outside by the events of somebody else's Asterisk: of each release what became of them, and no others."""

import pytest

from hotline.other_systems.dials import Dials, Seen

pytestmark = pytest.mark.unit

CHANNELS = ("PJSIP/carrier-*", "SIP/trunk*")


def dials() -> Dials:
    return Dials(CHANNELS, r"\+?\d{5,20}", 5.0)


def begin(
    call: str = "1.2", channel: str = "PJSIP/carrier-0001", dialled: str = "13800138000@carrier"
) -> dict[str, str]:
    return {
        "event": "DialBegin",
        "channel": "PJSIP/8001-0001",
        "uniqueid": "1.1",
        "destchannel": channel,
        "destuniqueid": call,
        "calleridnum": "4000095183",
        "dialstring": dialled,
    }


def end(status: str, call: str = "1.2") -> dict[str, str]:
    return {"event": "DialEnd", "destuniqueid": call, "dialstatus": status}


def hangup(cause: str = "16", call: str = "1.2") -> dict[str, str]:
    return {"event": "Hangup", "uniqueid": call, "cause": cause}


def heard(*events: tuple[float, dict[str, str]]) -> list[Seen]:
    watched = dials()
    return [seen for at, event in events if (seen := watched.handle(event, at)) is not None]


BEGUN = Seen("1.2", "13800138000", "attempted", 100.0, "4000095183", begins=True)
ANSWERED = Seen("1.2", "13800138000", "answered", 100.0, "4000095183")


def test_a_talk() -> None:
    found = heard((100.0, begin()), (110.0, end("ANSWER")), (115.0, hangup()))
    over = Seen("1.2", "13800138000", "effective", 100.0, "4000095183", talked_until=115.0, ended=True)
    assert found == [BEGUN, ANSWERED, over]


def test_an_answer_that_is_too_short_for_a_talk() -> None:
    found = heard((100.0, begin()), (110.0, end("ANSWER")), (114.999, hangup()))
    assert (found[-1].state, found[-1].talked_until, found[-1].ended) == ("answered", 0.0, True)


@pytest.mark.parametrize(
    ("status", "cause", "result"),
    [
        ("BUSY", "17", "busy"),
        ("NOANSWER", "19", "no_answer"),
        ("CANCEL", "16", "no_answer"),
        ("CONGESTION", "34", "congestion"),
        ("CHANUNAVAIL", "1", "invalid_number"),
        ("CHANUNAVAIL", "0", "failed"),
        ("BUSY", "21", "rejected"),  # the cause says more
        ("", "27", "out_of_service"),
        ("", "", "no_answer"),
    ],
)
def test_calls_that_nobody_answers(status: str, cause: str, result: str) -> None:
    found = heard((100.0, begin()), (120.0, end(status)), (120.1, hangup(cause)))
    over = Seen("1.2", "13800138000", "attempted", 100.0, "4000095183", result, ended=True)
    assert found == [BEGUN, over]


def test_an_older_release_tells_it_with_other_words() -> None:
    old = {
        "event": "Dial",
        "subevent": "Begin",
        "channel": "SIP/8001-1",
        "destination": "SIP/trunk-2",
        "uniqueid": "1.1",
        "destuniqueid": "1.2",
        "calleridnum": "<unknown>",
        "dialstring": "trunk/013800138000",
    }
    up = {"event": "Newstate", "uniqueid": "1.2", "channelstatedesc": "Up"}
    found = heard((100.0, old), (105.0, {**up, "channelstatedesc": "Ringing"}), (108.0, up), (120.0, hangup()))
    assert [(one.state, one.number, one.shown) for one in found] == [
        ("attempted", "013800138000", ""),
        ("answered", "013800138000", ""),
        ("effective", "013800138000", ""),
    ]


def test_an_answer_is_told_once() -> None:
    up = {"event": "Newstate", "uniqueid": "1.2", "channelstatedesc": "Up"}
    assert heard((100.0, begin()), (108.0, up), (108.1, end("ANSWER"))) == [BEGUN, ANSWERED]


@pytest.mark.parametrize(
    "event",
    [
        begin(channel="PJSIP/8002-0002"),  # a colleague
        begin(dialled="echo@carrier"),  # no number
        begin(call=""),
        end("ANSWER"),  # of a call whose begin was missed
        hangup(),
        {"event": "Newchannel", "uniqueid": "1.2"},
        {},
    ],
)
def test_what_is_no_call_to_outside_is_left_alone(event: dict[str, str]) -> None:
    assert heard((100.0, event)) == []


def test_a_lost_link_forgets_the_calls_that_went_on() -> None:
    watched = dials()
    watched.handle(begin(), 100.0)
    assert watched.live == 1
    assert watched.handle(begin(), 101.0) is None  # told twice
    watched.forget()
    assert (watched.live, watched.handle(hangup(), 102.0)) == (0, None)
