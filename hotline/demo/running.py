"""The demonstration itself: agents sign in at their phones, callers call, the wallboard shows it, a table ends it."""

import asyncio
import contextlib
import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

from rich.console import Console
from rich.live import Live
from rich.table import Table

from calls.errors import BadInput, SwitchError
from hotline.demo import backend, greetings
from hotline.demo.callers import Crowd
from hotline.demo.campaigning import campaigns
from hotline.demo.speaking import let_speak, speech_missing
from hotline.demo.stage import Say, Stage
from hotline.demo.wallboard import draw
from hotline.site.site import Site
from hotline.versions.store import Versions
from phones.agent_phone import AgentPhone, Answer, Habits, OnRing, RegistrationFailed
from phones.audio import Clip, load_wav
from phones.caller import PhoneLine
from phones.digest import Credentials
from phones.endpoint import Endpoint
from phones.facts import CallFailed
from phones.incoming import IncomingCall
from reporting.spans import span_of
from speech.cast import record_line, speaker

NUMBER = "4000395183"
"""The sample's line that is open round the clock: a demonstration at night should not meet the night's menu."""
_SEED = 20261122
_LAST_WORDS_S = 60.0
_FALLBACK_S = 5.0  # calls that met the fallback are read from its log once a second
_AT_ONCE_S = 3.0
_CASES_S = 20.0  # the server begins the log of each case within a second or two
_CASES_EVERY_S = 2.0
_ACCOUNTS_S = 60.0  # of a machine that has other things to do; an idle one takes a second

_CALLERS_SAY = (
    "您好，我想咨询一下我的还款日期，上个月的账单好像不太对。",
    "我要投诉，你们昨天给我打了四次电话，请帮我处理一下。",
    "请问现在申请贷款需要准备什么材料，利率是多少？",
    "Hello, I would like to ask about my repayment plan, please.",
)
_AGENTS_SAY = (
    "您好，很高兴为您服务，请问有什么可以帮您？",
    "好的，我马上为您查询，请您稍等一下。",
    "非常抱歉给您带来不便，我已经为您登记了，会尽快给您答复。",
)


@dataclass(frozen=True, slots=True)
class Result:
    """The result of the demonstration."""

    offered: int
    answered: int
    abandoned: int
    wait_mean_s: float
    cases_opened: int
    first_answer_s: float | None
    """From the start of the command to the first caller who talked with an agent."""
    lost: int
    dialled: int
    """By both campaigns, likewise the others."""
    denied: int
    deferred: int
    abandoned_percent: float
    """Of answers by people."""
    double_dialled: int
    recordings: str
    call_log: str
    cases_graded: int
    """Of those opened meanwhile: accepted, graded and sent to a department."""
    clocks_breached: int
    """Deadlines of cases that passed meanwhile."""
    report: str
    """The page of the day: waits, answers, talks, cases."""
    report_pdf: str
    """The same on paper; empty where WeasyPrint is not installed."""
    understood: int
    """Sentences that callers said to the robot and it understood at once, likewise the next two."""
    asked_back: int
    """One of two was meant, and the caller was asked which."""
    handed_over: int
    """None of the intents, or a word of complaint: keys or a person went on."""
    speech_missing: str
    """What is not installed, so that callers press keys and those three are 0; empty: callers spoke."""

    def as_dict(self) -> dict[str, Any]:
        """For --json."""
        return asdict(self)


async def run(stage: Stage, calls: int | None, rate: float, board: Console | None, say: Say, began_at: float) -> Result:
    """Run until `calls` have come and gone, or until SIGINT. `began_at` is when the command began, monotonic."""
    stopping, began_utc = asyncio.Event(), time.time()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    first_answer: list[float] = []
    async with contextlib.AsyncExitStack() as stack:
        try:
            services = await backend.start()
            stack.push_async_callback(services.cleanup)
        except OSError as taken:
            say(
                f"{backend.HOST}:{backend.PORT}: {taken.strerror}; the sample's lookups will fail, and the flow says so"
            )
        endpoint = await Endpoint.open()
        stack.callback(endpoint.close)
        voices, clips = await asyncio.gather(_voices(stage, _CALLERS_SAY, 0), _voices(stage, _AGENTS_SAY, 100))
        await stage.answers()
        say(f"the wallboard in a browser, signed in, and an agent's desk by a click: {stage.sign_in_link()}")
        say("agents sign in at their phones")
        await _sign_in(stage, endpoint, stack, clips, say)
        sip_port = stage.switch.settings.sip_port
        say(f"callers call; so can you, with any softphone of this machine: sip:{NUMBER}@127.0.0.1:{sip_port}")
        line = PhoneLine(endpoint, ("127.0.0.1", sip_port))
        crowd = Crowd(line, NUMBER, voices, Random(_SEED), rate, calls)
        calling = asyncio.create_task(crowd.call_in())
        speaking = asyncio.create_task(let_speak(stage, crowd, say))  # nobody waits for their voices
        stack.push_async_callback(_end, [speaking])
        people, machines = await _answers(stage, voices)
        outgoing = await stack.enter_async_context(campaigns(stage, people, machines, say))
        await outgoing.start()
        watching = asyncio.create_task(_watch(stage, board, lambda: first_answer.append(time.monotonic() - began_at)))
        waiting = asyncio.create_task(stopping.wait())
        await asyncio.wait({calling, waiting}, return_when=asyncio.FIRST_COMPLETED)
        if not calling.done():
            calling.cancel()
            await asyncio.gather(calling, return_exceptions=True)
            await outgoing.end(_AT_ONCE_S)
        else:
            await outgoing.until_all_were_tried()
            await outgoing.end()
        await _until_all_is_written(stage)
        watching.cancel()
        waiting.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        if calling.done() and not calling.cancelled() and (error := calling.exception()) is not None:
            raise error
        return await _result(stage, first_answer, crowd, began_utc, await outgoing.report())


def show(result: Result, out: Console) -> None:
    """The table at the end."""
    table = Table(show_header=False, box=None, padding=(0, 2))
    first = "–" if result.first_answer_s is None else f"{result.first_answer_s:.1f} s"
    for name, value in (
        ("offered to a queue", result.offered),
        ("answered by an agent", result.answered),
        ("abandoned", result.abandoned),
        ("lost", result.lost),
        ("people dialled by the campaigns", result.dialled),
        ("calls denied, deferred", f"{result.denied}, {result.deferred}"),
        ("answers that nobody was there for", f"{result.abandoned_percent} %"),
        ("dialled twice", result.double_dialled),
        ("average wait", f"{result.wait_mean_s:.1f} s"),
        ("cases opened", result.cases_opened),
        ("cases graded", result.cases_graded),
        ("deadlines of cases that passed", result.clocks_breached),
        ("first answered call after", first),
        ("recordings", result.recordings),
        ("call log", result.call_log),
        ("sentences understood, asked back", f"{result.understood}, {result.asked_back}"),
        ("sentences handed over", result.handed_over),
        ("callers who speak", result.speech_missing or "yes"),
        ("report of the day", result.report),
        ("the same as PDF", result.report_pdf or "needs WeasyPrint: docs/reports.md"),
    ):
        table.add_row(name, str(value))
    out.print(table)


async def _sign_in(
    stage: Stage, endpoint: Endpoint, stack: contextlib.AsyncExitStack, clips: list[Clip], say: Say
) -> None:
    """Bring the phones to their agents. Returns with the first who is there: callers need not wait for the last."""
    versions = Versions(stage.site.versions)
    serving = asyncio.create_task(stage.serves())

    async def one(number: int, account: str) -> None:
        habits = Habits(
            Random(_SEED + number),
            answer_after_s=lambda rng: rng.uniform(0.6, 2.0),
            talk_s=lambda rng: rng.uniform(4.0, 12.0),
            misses=0.03,
            clip=clips[number % len(clips)],
        )
        phone = await _registered(stage, endpoint, account, lambda call: _by_itself(call, habits) or habits(call))
        stack.push_async_callback(phone.close)
        await asyncio.shield(serving)
        call = await phone.dial("*61")
        await call.answered(timeout_s=30.0)
        await call.heard_audio(timeout_s=30.0)
        await call.hang_up()  # as people do who know what it says

    owners = sorted(versions.routing(versions.current() or "").owners)
    signing = [asyncio.create_task(one(number, account)) for number, account in enumerate(owners)]
    stack.push_async_callback(_end, [serving, *signing])
    missing: list[str] = []
    for account, task in zip(owners, signing, strict=True):
        task.add_done_callback(partial(_tell_if_missing, say, account))
    for signed_in in asyncio.as_completed(signing):
        try:
            await signed_in
        except (CallFailed, RegistrationFailed, TimeoutError) as error:
            missing.append(str(error) or "no answer in time")
        else:
            return
    raise SwitchError(f"no agent could sign in: {'; '.join(missing)}")


def _tell_if_missing(say: Say, account: str, task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        say(f"the agent at phone {account} could not sign in: {str(error) or 'no answer in time'}")


def _by_itself(call: IncomingCall, habits: Habits) -> Answer | None:
    """Pick up at once where the call asks for it: somebody whom a campaign has called has answered."""
    if "answer-after=0" not in (call.headers.get("call-info") or ""):
        return None
    return Answer(0.05, habits.talk_s(habits.rng), habits.clip)


async def _end(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _registered(stage: Stage, endpoint: Endpoint, account: str, on_ring: OnRing) -> AgentPhone:
    """A phone that the switch knows. At a first start its account comes a moment after the controller."""
    registrar = ("127.0.0.1", stage.switch.settings.sip_port)
    async with asyncio.timeout(_ACCOUNTS_S):
        while True:
            credentials = Credentials(f"agent-{account}", stage.secret(account))
            phone = AgentPhone(endpoint, registrar, credentials, on_ring, display=account)
            try:
                await phone.register()
            except RegistrationFailed:
                await phone.close()
                await asyncio.sleep(0.2)
            else:
                return phone


async def _voices(stage: Stage, lines: tuple[str, ...], first_speaker: int) -> list[Clip]:
    async def one(number: int, text: str) -> Clip:
        language = "zh-CN" if any("一" <= char <= "鿿" for char in text) else "en"
        stem = await record_line(stage.site.sounds / "demo", speaker(first_speaker + number), text, language)
        return load_wav(stem.with_suffix(".wav"))

    return list(await asyncio.gather(*(one(number, text) for number, text in enumerate(lines))))


async def _answers(stage: Stage, voices: Sequence[Clip]) -> tuple[list[Clip], list[Clip]]:
    """What is heard of people whom the campaigns call, and of their machines."""
    hellos, *mailboxes = await asyncio.gather(
        _voices(stage, greetings.HELLOS, 200),
        *(_voices(stage, lines, 300 + number) for number, lines in enumerate(greetings.MAILBOXES)),
    )
    people = [greetings.person(hello, says) for hello, says in zip(hellos, voices, strict=True)]
    return people, [greetings.mailbox(sentences) for sentences in mailboxes]


async def _watch(stage: Stage, board: Console | None, on_first_talk: Callable[[], None]) -> None:
    """Look twice a second; draw it where somebody looks."""
    talked, cases, cases_at = False, list[dict[str, Any]](), 0.0
    shown = Live(console=board, refresh_per_second=4, screen=board.is_terminal) if board is not None else None
    with shown or contextlib.nullcontext():
        while True:
            view = await stage.live()
            if not talked and (view["places"].get("talking") or view["totals"]["answered"]):
                talked = True
                on_first_talk()
            if shown is not None:
                if time.monotonic() >= cases_at:
                    cases_at = time.monotonic() + _CASES_EVERY_S
                    cases = await stage.rows("/cases/list?most=4")
                shown.update(draw(view, "安达消费金融 · Anda Consumer Finance", zone=stage.site.zone, cases=cases))
            await asyncio.sleep(0.25 if not talked else 0.5)


async def _until_all_is_written(stage: Stage) -> None:
    """All callers have hung up: let the house finish with them, down to the last row of the call log."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_LAST_WORDS_S):
            while True:
                live = await stage.live()
                if not live["unwritten"] and not sum(live["places"].values()):
                    return
                await asyncio.sleep(0.1)


async def _result(
    stage: Stage, first_answer: list[float], crowd: Crowd, began_utc: float, of_campaigns: dict[str, Any]
) -> Result:
    from hotline.store import searching  # with the database's library, which the first call need not wait for
    from hotline.store.searches import CallSearch

    placed = sum(1 for facts in crowd.facts if facts.answered_at is not None)
    until = time.monotonic() + _FALLBACK_S
    while True:
        rows = (await searching.search(stage.site.database, CallSearch(), 1_000_000)).rows
        missing = placed - sum(
            row["arrived_at"] >= began_utc - 1.0 for row in rows
        )  # the fallback's log has whole seconds
        if missing <= 0 or time.monotonic() > until:
            break
        await asyncio.sleep(0.2)
    known = {str(row["call"]) for row in rows}
    totals = (await stage.live())["totals"]
    graded, breached = await _cases(stage.site, began_utc)
    page, paper = await asyncio.to_thread(_report, stage.site, began_utc)
    return Result(
        offered=totals["offered"],
        answered=totals["answered"],
        abandoned=totals["abandoned"],
        wait_mean_s=round(totals["waited_s"] / totals["answered"], 2) if totals["answered"] else 0.0,
        cases_opened=totals["cases"],
        first_answer_s=round(first_answer[0], 2) if first_answer else None,
        lost=totals["lost"] + max(0, missing),
        **of_campaigns,
        recordings=str(stage.switch.settings.recording_dir),
        call_log=f"{stage.site.database} ({len(known)} calls): hotline calls --site {stage.site.folder}",
        cases_graded=graded,
        clocks_breached=breached,
        report=str(page),
        report_pdf="" if paper is None else str(paper),
        understood=totals["understood"],
        asked_back=totals["asked_back"],
        handed_over=totals["handed_over"],
        speech_missing=speech_missing(),
    )


async def _cases(site: Site, since: float) -> tuple[int, int]:
    """Cases opened since then that are graded, and deadlines that have passed since; once each case has its log."""
    until = time.monotonic() + _CASES_S
    while True:
        opened, graded, breached = await asyncio.to_thread(_case_figures, site, since)
        if graded >= opened or time.monotonic() > until:
            return graded, breached
        await asyncio.sleep(0.2)


def _case_figures(site: Site, since: float) -> tuple[int, int, int]:
    from hotline.store.transactions import looking

    graded = "SELECT count(*) FROM case_heads WHERE opened_at >= ? AND grade <> '' AND department <> ''"
    with looking(site.database) as connection:
        (opened,) = connection.execute("SELECT count(*) FROM cases WHERE opened_at >= ?", (since,)).fetchone()
        (done,) = connection.execute(graded, (since,)).fetchone()
        (breached,) = connection.execute(
            "SELECT count(*) FROM case_notices WHERE kind = 'breach' AND told_at >= ?", (since,)
        ).fetchone()
    return opened, done, breached


def _report(site: Site, utc: float) -> tuple[Path, Path | None]:
    """Make the page of the day, once all is over, and the same on paper where WeasyPrint is installed."""
    from hotline.reports.making import make
    from hotline.reports.names import names_of
    from hotline.reports.writing import written

    day = datetime.fromtimestamp(utc, site.zone).date()
    page = site.state / "reports" / f"daily-{day}.html"
    report = make(site, span_of("daily", day, site.zone), time.time())
    about = (site.settings.languages[0], names_of(site), site.folder.name)
    page.parent.mkdir(exist_ok=True, mode=0o700)
    page.write_bytes(written(report, "html", *about))
    paper = page.with_suffix(".pdf")
    try:
        paper.write_bytes(written(report, "pdf", *about))
    except BadInput:
        return page, None
    return page, paper
