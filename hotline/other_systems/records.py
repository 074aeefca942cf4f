"""Call records of other systems: rows of CSV or a spreadsheet as records of the ledger.

The id that a call has in its system makes it one attempt, however often it comes. A file without such a column gets one
of what the row says: the same row again is the same call.
"""

import hashlib
import math
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import tzinfo
from pathlib import Path
from typing import NamedTuple, get_args

from calls.errors import BadInput
from dialer.governor.history import State
from dialer.governor.scene import Scene
from dsl.spelling import nearest_hint
from hotline.contacts.cells import key_of
from hotline.contacts.columns import WORDS as LIST_WORDS
from hotline.contacts.role_columns import Cells, at_of, read
from hotline.governing.subjects import read_number
from hotline.ledger.port import Record

WORDS = {
    "call": "uniqueid linkedid callid 通话id 呼叫id 话单号 流水号 通话标识",
    "at": "calldate start starttime date time 呼叫时间 开始时间 拨打时间 外呼时间 时间",
    "number": f"dst destination called callee calledparty 被叫 被叫号码 {LIST_WORDS['number']}",
    "caller_id": "src source callerid calling callingparty shown 主叫 主叫号码 外显号码 显示号码",
    "answered": "answer answered answertime answeredat 接通时间 应答时间",
    "ended": "end endtime endedat hangup 结束时间 挂断时间",
    "talk": "billsec billableseconds talk talktime talkseconds 通话时长 通话秒数 计费时长",
    "result": "disposition result status 结果 呼叫结果 接通状态 通话状态 状态",
    "state": "state 计数状态",
    "person": LIST_WORDS["person"],
    "account": LIST_WORDS["account"].replace(" account ", " ").removeprefix("account "),
    "scene": "scene 场景",
    "campaign": "campaign 活动 任务 任务名称",
    "agent": "agent user extension 坐席 坐席工号 工号 分机",
    "case": "case ticket 工单 工单号",
    "recording": "recording recordingfile 录音 录音文件",
}
"""Words of headings, by what stands below them."""
_RESULTS_WORDS = {
    "answered": "answered;answer;connected;已接通;接通;已接;应答;成功",
    "no_answer": "no answer;noanswer;no_answer;cancel;canceled;无人接听;无应答;未接;未接通",
    "busy": "busy;忙;占线;用户忙",
    "congestion": "congestion",
    "failed": "failed;失败;chanunavail",
    "invalid_number": "invalid;invalid_number;空号",
    "switched_off": "switched_off;关机",
    "out_of_service": "out_of_service;停机",
    "rejected": "rejected;拒接",
    "blocked": "blocked;拦截",
    "abandoned": "abandoned;放弃",
}
_RESULTS = {word: result for result, words in _RESULTS_WORDS.items() for word in words.split(";")}
"""Words of other systems for what became of a call. One that is not here is kept as it is."""
_STATES: frozenset[str] = frozenset(get_args(State)) - {"reserved", "released"}
_MOST_RESULT = 64


class BadRow(NamedTuple):
    """A row that cannot be read, by its line; numbers in `reason` are masked."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class Reading:
    """How the records of one system are read."""

    source: str
    region: str
    """ISO 3166: how numbers are dialled."""
    zone: tzinfo
    """Of times that name none."""
    scenes: Mapping[str, Scene] = field(default_factory=dict)
    """Those that are published: calls are counted by their category, too."""
    scene: str = ""
    """Of rows that name none."""
    talk_s: float = 5.0
    columns: Mapping[str, str] = field(default_factory=dict)
    """Roles by heading, or place."""
    words: Mapping[str, str] = field(default_factory=dict)
    """Its words for what became of a call; they come before ours."""
    sheet: str | None = None


def records(path: Path, how: Reading) -> Iterator[Record | BadRow]:
    """The calls of a file, in its order. Raises OSError and BadInput."""
    words = {plain(theirs): ours for theirs, ours in how.words.items()}
    for cells in read(path, how.region, WORDS, how.columns, _enough, how.sheet):
        if not isinstance(cells, Cells):
            yield BadRow(*cells)
            continue
        try:
            yield _record(cells, how, words)
        except (ValueError, BadInput) as error:
            yield BadRow(cells.line, str(error))


def plain(text: str) -> str:
    """A word of another system for what became of a call, as it is looked up."""
    return unicodedata.normalize("NFKC", text).strip().casefold()


def _enough(found: frozenset[str]) -> str:
    missing = [role for role in ("number", "at") if role not in found]
    what = {"number": "the number that was called", "at": "when it was dialled"}
    return f"which column has {' and '.join(what[role] for role in missing)}?" if missing else ""


def _record(cells: Cells, how: Reading, words: Mapping[str, str]) -> Record:
    number, said_at = cells.one("number"), cells.one("at")
    if not number or not said_at:
        raise ValueError("the number, or the time of the call, is missing")
    called, at = read_number(number, how.region), at_of(said_at, how.zone)
    said = cells.one("result")
    result = words.get(plain(said)) or _RESULTS.get(plain(said)) or said[:_MOST_RESULT]
    state, until = _became(cells, how, result, at)
    scene = cells.one("scene") or how.scene
    if scene and how.scenes and scene not in how.scenes:
        raise ValueError(f"there is no scene {scene[:64]}{nearest_hint(scene, how.scenes)}")
    known = how.scenes.get(scene)
    shown = cells.one("caller_id")
    return Record(
        source=how.source,
        call=_call(cells, how.source, called, at),
        at=at,
        number=called,
        state=state,
        person=key_of(cells.one("person"), "the person's key"),
        account=key_of(cells.one("account"), "the account's key"),
        scene=scene,
        category=known.category if known is not None else "",
        channel=known.channel if known is not None else "",
        campaign=cells.one("campaign"),
        agent=cells.one("agent"),
        caller_id=_shown(shown, how.region),
        case=cells.one("case"),
        recording=cells.one("recording"),
        result="" if result in ("answered", "blocked", "abandoned") else result,
        talked_until=until,
    )


def _became(cells: Cells, how: Reading, result: str, at: float) -> tuple[State, float]:
    """The state of a call, and the end of its talk (0: there was none)."""
    answered = at_of(cells.one("answered"), how.zone) if cells.one("answered") else None
    ended = at_of(cells.one("ended"), how.zone) if cells.one("ended") else None
    talk = _seconds(cells.one("talk"))
    if talk is None and answered is not None and ended is not None:
        talk = ended - answered
    if talk is not None and talk < 0:
        raise ValueError("the call ends before it was answered")
    until = ended if ended is not None else (at if answered is None else answered) + (talk or 0.0)
    if given := cells.one("state"):
        if given not in _STATES:
            raise ValueError(
                f"no state {given[:40]}{nearest_hint(given, _STATES)}; there are {', '.join(sorted(_STATES))}"
            )
        return given, until if given == "effective" else 0.0  # type: ignore[return-value]  # one of them, as was just asked
    if result == "blocked":
        return "blocked", 0.0
    if result == "abandoned":
        return "abandoned", 0.0
    by_talk = result not in _RESULTS_WORDS and bool(talk or answered is not None)
    if result != "answered" and not by_talk:
        return "attempted", 0.0
    if talk is not None and talk < how.talk_s:
        return "answered", 0.0
    return "effective", until


def _seconds(text: str) -> float | None:
    """Seconds, or 0:01:30."""
    if not text:
        return None
    try:
        parts = [float(part) for part in text.split(":")]
        total = sum(part * 60.0**place for place, part in enumerate(reversed(parts)))
        if not math.isfinite(total):
            raise ValueError("a spreadsheet's nan, or infinite")
    except (ValueError, OverflowError) as error:
        raise ValueError(f"{text[:20]!r} is no time of talk: seconds, or 0:01:30") from error
    return total


def _shown(text: str, region: str) -> str:
    """The number that was shown; what is no number (an extension, a name) is left out."""
    try:
        return read_number(text, region) if text else ""
    except ValueError:
        return ""


def _call(cells: Cells, source: str, number: str, at: float) -> str:
    if given := cells.one("call"):
        return given
    said = "|".join((source, number, f"{at:.3f}", cells.one("caller_id"), cells.one("agent")))
    return f"row-{hashlib.sha256(said.encode()).hexdigest()[:24]}"
