"""hotline understand: what a sentence is taken for, how sure that is, and why."""

import sys
import time
from pathlib import Path
from typing import Annotated, Any

import msgspec
import orjson
import typer

from calls.errors import BadInput
from hotline.cli.common import JsonOption, SiteOption, err, open_site, out, print_json, told
from hotline.site.site import Site
from hotline.versions.intent_tests import compared
from hotline.versions.intents import intents_and_cases_of
from hotline.versions.understanding import matcher_of
from speech.sentence_vectors import INSTALL, is_installed
from understanding.cases import NONE, Case, sentence_of
from understanding.intents import IntentBook
from understanding.judgement import Judgement
from understanding.matching import Matcher
from understanding.wishes import understand as understood

app = typer.Typer(add_completion=False)

_TURNS = {
    "refused_one": "the caller says no to one thing: the rest was judged",
    "two_wishes": "two wishes in one sentence: which comes first is asked back",
}
_LONGEST = 10_000
"""Characters of a sentence in a batch: more is another kind of file."""
_COLOURS = {"answered": "green", "asked": "yellow", "handed_over": "red"}


@app.command()
def understand(
    sentence: Annotated[str, typer.Argument(help="What a caller says.", show_default=False)] = "",
    batch: Annotated[
        Path | None,
        typer.Option(help="A file of sentences, one a line; of a line with tabs the last column. - is standard input."),
    ] = None,
    tests: Annotated[
        bool,
        typer.Option(
            "--tests", help="Try dialplans/intents/tests, beside the version in service; exits with 1 if worse."
        ),
    ] = False,
    site: SiteOption = Path(),
    json: JsonOption = False,
) -> None:
    """Tell what a sentence is taken for by dialplans/intents: answered, asked back, or handed over; and why.

    The intents are those of the folder, published or not. With --batch and --json there is one line of JSON a row.

    Examples:

      hotline understand "我想晚几天还"

      hotline understand --batch questions.tsv --json | jq -r .intent

      hotline understand --tests
    """
    opened = open_site(site)
    with told():
        if [bool(sentence), batch is not None, tests].count(True) != 1:
            raise BadInput("give one sentence, or --batch with a file of them, or --tests")
        book, cases = intents_and_cases_of(opened)
        matcher = matcher_of(opened, book)
        if matcher is None:
            raise BadInput("two intents are needed to tell apart")
        if not is_installed():
            err.print(INSTALL, style="yellow", markup=False)
        if batch is not None:
            _batch(matcher, _rows(batch), json)
            return
        if tests:
            _tests(opened, cases, book, matcher, json)
            return
    understood(sentence, matcher.judge)  # loads what the first sentence needs, so that the time is that of a later one
    began = time.perf_counter()
    found = understood(sentence, matcher.judge)
    judged = found.judgement
    took_ms = (time.perf_counter() - began) * 1000
    if json:
        why = {"turn": found.turn, "parts": judged.parts, "neighbours": msgspec.to_builtins(judged.neighbours)}
        print_json({**_told(judged), **why, "took_ms": round(took_ms, 1)})
    else:
        _show(judged, found.turn, took_ms)


def _rows(batch: Path) -> list[list[str]]:
    try:
        text = sys.stdin.read() if str(batch) == "-" else batch.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInput(f"{batch}: not UTF-8; save the file as UTF-8") from error
    # By line feeds alone: a sentence may hold another of the signs that splitlines takes for an end.
    rows = [line.removesuffix("\r").split("\t") for line in text.split("\n") if line.strip("\r")]
    if not rows:
        raise BadInput(f"{batch}: no sentence in it")
    for number, row in enumerate(rows, 1):
        if len(row[-1]) > _LONGEST:
            raise BadInput(f"{batch}: row {number} has {len(row[-1])} characters; a sentence has {_LONGEST} at most")
    return rows


def _batch(matcher: Matcher, rows: list[list[str]], json: bool) -> None:
    for row in rows:
        judged = understood(row[-1], matcher.judge).judgement
        if json:
            sys.stdout.buffer.write(orjson.dumps({"said": row[-1], **_told(judged)}) + b"\n")
        else:
            values = (judged.intent, judged.decision, judged.second, f"{judged.score:.3f}", f"{judged.margin:.3f}")
            out.print("\t".join((*values, row[-1])), markup=False, soft_wrap=True)
    sys.stdout.buffer.flush()


def _tests(site: Site, cases: list[Case], book: IntentBook, matcher: Matcher, json: bool) -> None:
    tried, comparison = compared(site, cases, book, matcher.judge)
    if json:
        told_all = msgspec.to_builtins(comparison)
        print_json({**told_all, "worse": comparison.worse, "sentences": msgspec.to_builtins(tried)})
    else:
        for one in [one for one in tried if one.result != "right"]:
            taken_for = " or ".join(one.taken_for) or "nothing"
            out.print(f"{one.result}: {one.sentence}: {one.intent or NONE}, taken for {taken_for}", markup=False)
        for changed in comparison.changed:
            out.print(f"{'worse' if changed.worse else 'better'}: {changed}", markup=False, soft_wrap=True)
        out.print(sentence_of(comparison) if cases else "dialplans/intents/tests has no sentences", markup=False)
    raise typer.Exit(1 if comparison.worse else 0)


def _told(judged: Judgement) -> dict[str, Any]:
    found = msgspec.to_builtins(judged)
    return {word: found[word] for word in ("intent", "decision", "second", "score", "margin")}


def _show(judged: Judgement, turn: str, took_ms: float) -> None:
    colour = _COLOURS[judged.decision]
    out.print(f"[bold {colour}]{judged.decision.replace('_', ' ')}[/]: {judged.intent or 'no words'}")
    if not judged.intent:
        return
    out.print(
        f"score {judged.score:.3f}, margin {judged.margin:.3f} over {judged.second}; {took_ms:.0f} ms", style="dim"
    )
    if turn:
        out.print(_TURNS[turn])
    out.print(f"what speaks for it against {judged.second}:")
    for part, amount in sorted(judged.parts.items(), key=lambda item: -item[1]):
        out.print(f"  {part:<12}{amount:+.3f}")
    out.print("near:")
    for neighbour in judged.neighbours:
        intent = neighbour.intent or "none of them"
        out.print(f"  {neighbour.likeness:.3f}  {neighbour.text}  ({intent})", markup=False)
