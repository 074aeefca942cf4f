"""hotline why: one call's story from the store and from a replay of the journal."""

from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from calls.errors import BadInput
from calls.ids import CallId
from hotline.cli.common import JsonOption, SiteOption, err, open_site, out, print_json
from hotline.cli.stored import RevealOption, audit_shown, read_of
from hotline.replay import explaining
from hotline.replay.explaining import Explanation
from hotline.site.site import Site
from hotline.store import reading
from hotline.views import masking

app = typer.Typer(add_completion=False)


@app.command()
def why(
    call: Annotated[str, typer.Argument(help="The call's id, as `hotline calls` shows it.")],
    site: SiteOption = Path(),
    reveal: RevealOption = False,
    json: JsonOption = False,
) -> None:
    """Tell one call's story, step by step, with the reasons: each match with the agents in question and their scores.

    Of a call that goes on too. The reasons come from a replay of the journal.

    Example:

      hotline why hotline-1795348800.42 --site /srv/hotline
    """
    opened = open_site(site)
    row = read_of(opened, reading.call, call)
    explained, unexplained = _explained(opened, call, row["arrived_at"] if row is not None else None)
    if row is None and (explained is None or explained.call is None):
        err.print(f"no call {call}; `hotline calls` lists those that have ended", style="red")
        raise typer.Exit(1)
    audit_shown(opened, reveal, f"call {call}")
    row = _going_on(explained) if row is None else row
    talks = read_of(opened, reading.talks, call)
    talks += [] if explained is None else _talking(explained)
    legs, steps = read_of(opened, reading.legs, call), read_of(opened, reading.steps, call)
    cases = read_of(opened, reading.cases, 10, call)
    transfers = read_of(opened, reading.transfers, call)
    said, declined = read_of(opened, reading.dispositions, call), read_of(opened, reading.declines, call)
    if not reveal:
        region = opened.settings.region
        row, legs = masking.call_row(row), [masking.leg_row(leg) for leg in legs]
        talks = [masking.leg_row(talk) for talk in talks]
        transfers = [masking.transfer_row(row, region) for row in transfers]
        said = [masking.disposition_row(one, region) for one in said]
        declined = [masking.decline_row(one, region) for one in declined]
        steps = [masking.step_row(step, region) for step in steps]
        cases = [masking.case_row(case, region) for case in cases]
    story = {
        **row,
        "legs": legs,
        "talks": talks,
        "dispositions": said,
        "declines": declined,
        "transfers": transfers,
        "rungs": read_of(opened, reading.rungs, call),
        "steps": steps,
        "recordings": read_of(opened, reading.recordings, call),
        "cases": cases,
        "decisions": msgspec.to_builtins(explained.decisions) if explained is not None else [],
        "gate": msgspec.to_builtins(explained.answers) if explained is not None else [],
        "unexplained": unexplained,
    }
    if json:
        print_json(story)
        return
    out.print(f"[bold]{row['outcome']}[/]  {row['caller']} → {row['called']}  version {row['version']}")
    lines = [*_lines(story), *_decided(explained)]
    for at, what in sorted(lines, key=lambda line: line[0]):
        first, *more = what.splitlines()
        out.print(f"  {at - row['arrived_at']:8.2f} s  {first}", markup=False)
        for line in more:
            out.print(f"                {line}", markup=False, style="dim")
    for case in story["cases"]:
        out.print(f"  case {case['number']}  {case['category']}  {case['state']}", markup=False)
    for recording in story["recordings"]:
        out.print(f"  recording {recording['path']}  {recording['duration_s']:.1f} s", markup=False)
    if unexplained:
        err.print(f"why this agent can no longer be told: {unexplained}", markup=False)


def _lines(story: dict[str, Any]) -> list[tuple[float, str]]:
    """Lines of the story, each with its instant (UTC epoch seconds), unsorted."""
    begun = f"agent {story['agent']} calls {story['called']}"
    if story["direction"] == "in":
        begun = "the call arrived"
    elif masking.is_contact(story["direction"], story["caller"]):
        begun = f"a campaign calls {story['caller']}"
    lines: list[tuple[float, str]] = [(story["arrived_at"], begun)]
    for step in story["steps"]:
        keys = f", keys {step['keys']}" if step["keys"] else ""
        lines.append((step["began_at"], f"{step['flow']}/{step['step']} ({step['kind']}): {step['outcome']}{keys}"))
    for rung in story["rungs"]:
        lines.append((rung["ended_at"], _left(rung)))
    if story["queued_at"]:
        lines.append((story["queued_at"], f"waits in queue {story['queue']}"))
    for leg in story["legs"]:
        if leg["role"] != "caller":
            lines.append((leg["began_at"], f"rings {leg['role']} {leg['party']}"))
            if leg["answered_at"]:
                lines.append((leg["answered_at"], f"{leg['role']} {leg['party']} answers"))
            lines.append((leg["ended_at"], f"{leg['role']} {leg['party']} is gone: {leg['cause']}"))
    if story["consent"]:
        lines.append(
            (story["ended_at"] or story["arrived_at"], f"to being recorded the caller said: {story['consent']}")
        )
    for talk in story["talks"]:
        whom = f"agent {talk['agent']}" if talk["agent"] else f"{talk['role']} {talk['party']}"
        where = f" in queue {talk['queue']}" if talk["queue"] else ""
        lines.append((talk["began_at"], f"talks with {whom}{where}"))
        if talk["ended_at"]:
            for_s = talk["ended_at"] - talk["began_at"]
            times = "once" if talk["holds"] == 1 else f"{talk['holds']} times"
            held = f", on hold {times} for {talk['held_s']:.1f} s" if talk["holds"] else ""
            masked = f", {talk['masked_s']:.1f} s of it not recorded" if talk["masks"] else ""
            over = f"the talk with {whom} is over after {for_s:.1f} s{held}{masked}: {talk['cause']}"
            lines.append((talk["ended_at"], over))
        elif talk.get("held_since"):
            lines.append((talk["held_since"], "the other side is put on hold"))
    for one in story["declines"]:
        what = "the call" if one["kind"] == "offer" else f"to be consulted by agent {one['asked_by']}"
        lines.append((one["at"], f"agent {one['agent']} declines {what}: {one['reason']}"))
    for one in story["dispositions"]:
        came = f"{one['disposition']} {one['note']}".strip() or "nothing was said"
        lines.append((one["at"], f"agent {one['agent']} says what came of talk {one['talk']}: {came}"))
    for transfer in story["transfers"]:
        lines += _transferred(transfer)
    if story["ended_at"]:
        lines.append((story["ended_at"], f"the call ended: {story['cause']}"))
    return lines


_RUNGS = {"self_service": "self-service", "robot": "the robot", "person": "people"}
_BECAUSE = {
    "spoke": "the caller spoke",
    "keyed": "the caller pressed a key instead",
    "not_understood": "it was not understood",
    "silent": "the caller said no more",
    "asked_for": "the caller goes to people",
    "understood": "what is wanted is done by people",
    "complained": "a word of complaint",
    "served": "the talk is over",
    "turned_away": "nobody was there",
    "way_out": "the caller took another way out of the queue",
    "talked": "the call ended with a talk",
    "gave_up": "the caller hung up while waiting",
    "left": "the caller hung up",
    "finished": "the flow came to its end",
    "lost": "the switch lost the call",
}


def _left(rung: dict[str, Any]) -> str:
    """A rung of the ladder that was left, in words."""
    for_s = rung["ended_at"] - rung["began_at"]
    return f"leaves {_RUNGS[rung['rung']]} after {for_s:.1f} s: {_BECAUSE[rung['because']]}"


_BY = {"phone": "by the phone's own key", "code": "by star code", "http": "over HTTP"}
_BECAME = {
    "checking": "may the number be called?",
    "under_way": "the caller hears music until somebody is there",
    "reached": "{whom} was reached",
    "consulting": "the agent talks to {whom}, or their phone rings",
    "given_back": "the agent has talked to {whom}, and kept the caller",
    "returned": "{whom} was not reached, and the caller is back with agent {agent}",
    "requeued": "neither {whom} nor agent {agent} was reached; the caller, first in line, got another agent",
    "refused": "refused, and the talk went on",
    "caller_left": "the caller hung up before somebody was there",
    "left": "nothing came of it: the caller went another way",
}


def _transferred(row: dict[str, Any]) -> list[tuple[float, str]]:
    """A transfer by an agent, in words: asked for, and what became of it."""
    whom = row["target"] if row["kind"] == "none" else f"{row['kind']} {row['target']}"
    does = "consults {whom} about the caller" if row["consulted"] else "hands the caller to {whom}"
    asked = f"agent {row['agent']} {does.format(whom=whom)}, {_BY[row['by']]}"
    became = _BECAME[row["outcome"]].format(whom=whom, agent=row["agent"])
    detail = f" ({row['detail']})" if row["detail"] else ""
    return [(row["began_at"], asked), (row["ended_at"] or row["began_at"], became + detail)]


def _decided(explained: Explanation | None) -> list[tuple[float, str]]:
    """The gate's answers, and the queues' decisions with their reasons: a line, and below it one for each agent."""
    if explained is None:
        return []
    asked = [(one.utc, explaining.gate_sentence(one.answer)) for one in explained.answers]
    return asked + [
        (seen.utc, "\n".join((explaining.sentence(seen.decision), *explaining.reasons(seen.decision))))
        for seen in explained.decisions
    ]


def _explained(site: Site, call: str, arrived_at: float | None) -> tuple[Explanation | None, str]:
    """The replay, or why there is none."""
    try:
        return explaining.explain(site, CallId(call), arrived_at), ""
    except BadInput as error:
        return None, str(error)


def _talking(explained: Explanation) -> list[dict[str, Any]]:
    """A row as of the talks, of one that has not ended."""
    call = explained.call
    if call is None or call.talk is None:
        return []
    talk = msgspec.structs.asdict(call.talk)
    del talk["held_by"], talk["hold_alert_at"], talk["masked_since"]
    for name in ("began_at", "held_since"):
        talk[name] = None if talk[name] is None else talk[name] + explained.offset_s
    return [{"call": call.call, **talk, "ended_at": None, "cause": None, "recording": None}]


def _going_on(explained: Explanation | None) -> dict[str, Any]:
    """A row as of the call log, of a call that has not ended."""
    assert explained is not None
    assert explained.call is not None
    call, offset_s = explained.call, explained.offset_s
    return {
        "call": call.call,
        "caller": call.caller,
        "called": call.called,
        "version": call.version,
        "language": call.language,
        "arrived_at": call.arrived_at + offset_s,
        "queued_at": None if call.queued_at is None else call.queued_at + offset_s,
        "answered_at": None if call.answered_at is None else call.answered_at + offset_s,
        "ended_at": None,
        "queue": call.queue,
        "agent": call.agent,
        "outcome": f"goes on: {call.place}",
        "cause": None,
        "talk_s": None,
        "held_s": None,
        "consent": call.recording.consent,
        "direction": explained.direction,
    }
