"""Building of compiled steps from the words that they were given: a function for each kind with many words."""

from __future__ import annotations

from ivr import steps as p
from ivr.compiler.grammar import Given

QUEUE_OUTCOMES = ("no_agents", "timed_out", "full", "failed")
TRANSFER_OUTCOMES = ("busy", "no_answer", "failed")


def _asking(given: Given, prompt: str) -> Given:
    lines: p.Lines = given[prompt] or ()
    return {
        "lines": lines,
        "again": given["short"] or lines,
        **{word: given[word] for word in ("no_input", "wrong", "first_key_s", "between_keys_s", "end_key", "barge_in")},
        "global_keys": given["global_keys"],
    }


def menu(given: Given) -> p.Menu:
    """Build a `menu`."""
    return p.Menu(keys=given["keys"], **_asking(given, "menu"))


def collect(given: Given) -> p.Collect:
    """Build a `collect`."""
    least, most = given["length"]
    confirm: p.Confirm | None = given["confirm"]
    if confirm is not None:
        value = {"digits": p.Cel(given["collect"])}
        lines = tuple(p.Line(line.phrase, line.language, {**value, **line.values}) for line in confirm.lines)
        confirm = p.Confirm(lines, confirm.yes, confirm.no)
    return p.Collect(
        into=given["collect"],
        least=least,
        most=most,
        check=given["check"],
        confirm=confirm,
        secret=given["secret"],
        then=given["then"],
        **_asking(given, "say"),
    )


def listen(given: Given) -> p.Listen:
    """Build a `listen`."""
    return p.Listen(
        answers=given["answers"],
        into=given["into"],
        max_s=given["max_s"],
        confidence=given["confidence"] / 100,
        by_keys=given["by_keys"] or (),
        **_asking(given, "listen"),
    )


def understand(given: Given) -> p.Understand:
    """Build an `understand`."""
    return p.Understand(
        leads=given["leads"],
        other=given["other"] or "",
        keys=given["keys"],
        clarify=given["clarify"] or (),
        complaint=given["complaint"] or "",
        answered=given["answered"] or "",
        into=given["into"],
        max_s=given["max_s"],
        confidence=given["confidence"] / 100,
        review=given["review"] or (),
        review_s=given["review_s"] if given["review"] else 0.0,
        raised=bool(given["complaint"]) if given["raised"] is None else given["raised"],
        by_keys=given["by_keys"] or (),
        **_asking(given, "understand"),
    )


def survey(given: Given) -> p.Survey:
    """Build a `survey`."""
    least, most = given["scores"]
    return p.Survey(question=given["survey"], least=least, most=most, then=given["then"], **_asking(given, "say"))


def lookup(given: Given) -> p.Lookup:
    """Build a `lookup`."""
    return p.Lookup(
        method=given["method"],
        url=given["lookup"],
        send=given["send"],
        into=given["into"],
        deadline_s=given["deadline_s"],
        then=given["then"],
        failed=given["failed"],
    )


def queue(given: Given) -> p.Queue:
    """Build a `queue`."""
    return p.Queue(
        queue=given["queue"],
        skills=given["skills"],
        class_=given["class"],
        reason=given["reason"],
        fields=given["fields"],
        keys=given["keys"],
        outcomes={
            **{outcome: given[outcome] for outcome in QUEUE_OUTCOMES},
            "closed": given["closed"] or given["no_agents"],
        },
        then=given["then"],
        offers=given["offers"],
        agent=given["agent"],
        sticky_s=given["sticky_s"],
        vip=given["vip"],
        priority=given["priority"],
    )


def transfer(given: Given) -> p.Transfer:
    """Build a `transfer`."""
    outcomes = {outcome: given[outcome] for outcome in TRANSFER_OUTCOMES}
    return p.Transfer(to=given["transfer"], ring_s=given["ring_s"], outcomes=outcomes, then=given["then"])


def voicemail(given: Given) -> p.Voicemail:
    """Build a `voicemail`."""
    return p.Voicemail(
        box=given["voicemail"],
        lines=given["say"] or (),
        least_s=given["least_s"],
        max_s=given["max_s"],
        silence_s=given["silence_s"],
        end_key=given["end_key"],
        then=given["then"],
        failed=given["failed"] or given["then"],
    )


def open_case(given: Given) -> p.OpenCase:
    """Build an `open_case`."""
    fields: dict[str, p.Value] = dict(given["open_case"])
    category = fields.pop("category", p.Const("other"))
    return p.OpenCase(
        category=str(category.value) if isinstance(category, p.Const) else "other",
        fields=fields,
        deadline_s=given["deadline_s"],
        then=given["then"],
        failed=given["failed"] or given["then"],
    )
