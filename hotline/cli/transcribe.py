"""hotline transcribe: recordings as text, each side apart, masked; one document a conversation."""

import contextlib
import os
import time
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from calls.errors import BadInput
from hotline.cli.common import JsonOption, SiteOption, counted, err, open_site, out, print_json, told
from hotline.site import audit
from hotline.site.site import Site
from hotline.transcripts import work
from hotline.transcripts.document import Line

_NICE = 19
_MOST = 100_000

app = typer.Typer(add_completion=False)


@app.command()
def transcribe(
    call: Annotated[str, typer.Argument(help="The call whose conversation is wanted.", show_default=False)] = "",
    site: SiteOption = Path(),
    new: Annotated[bool, typer.Option("--new", help="Transcribe all recordings that have no transcript.")] = False,
    hours: Annotated[float, typer.Option(min=0.01, max=23, help="With --new: for so long at most.")] = 23.0,
    again: Annotated[bool, typer.Option("--again", help="Hear the call's recordings anew.")] = False,
    json: JsonOption = False,
) -> None:
    """What was said in a call, side by side: it is heard now, unless that was done before. Needs the extra `speech`.

    Numbers are masked; each look is in the audit log. `!` stands before a line with a forbidden word.

    Examples:

      hotline transcribe b7f3c2-17 --site /srv/hotline

      hotline transcribe --new --hours 5 --site /srv/hotline
    """
    opened = open_site(site)
    with told():
        if bool(call) == new:
            raise BadInput("name a call, or --new for all recordings without a transcript")
        wanted = work.without_transcript(opened, _MOST) if new else work.of_call(opened, call, again=again)
        if not new:
            audit.note(opened.state, "transcript read", f"call {call}")
        done, failed = _hear(opened, wanted, time.monotonic() + hours * 3600)
        if new:
            if json:
                print_json({"transcribed": done, "failed": failed, "left": len(wanted) - done - failed})
            else:
                left = len(wanted) - done - failed
                out.print(f"{counted(done, 'recording')} transcribed, {failed} failed, {left} left", highlight=False)
            if failed:
                raise typer.Exit(1)
            return
        found = work.document(opened, call)
    if json:
        print_json(msgspec.to_builtins(found))
        return
    marked = {(word.at_s, word.word) for word in found.forbidden}
    for talk, lines in found.talks:
        out.print(f"talk {talk}" if talk else "message", style="bold")
        for line in lines:
            out.print(_shown(line, marked), markup=False, highlight=False)
    for word in found.missing:
        err.print(f"not said: {word}", style="yellow", markup=False)
    for one in found.forbidden:
        err.print(f"forbidden: {one.word}, at {one.at_s:.1f} s", style="red", markup=False)


def _shown(line: Line, marked: set[tuple[float, str]]) -> str:
    mark = "!" if line.side == "house" and any(at_s == line.begin_s for at_s, _ in marked) else " "
    return f"{mark} {line.begin_s:7.1f}  {line.side:<6}  {line.text}"


def _hear(opened: Site, wanted: list[work.Recording], until: float) -> tuple[int, int]:
    """How many were transcribed, and how many could not be; those that fail are told on standard error."""
    if not wanted:
        return 0, 0
    from speech.voice import SpeechError
    from speech.whisper.transcriber import ENGINE, Transcriber
    from speech.whisper.weights import INSTALL, is_installed

    if not is_installed():
        raise BadInput(INSTALL)
    with contextlib.suppress(OSError):
        os.nice(_NICE)
    try:
        hearing = Transcriber()
    except SpeechError as error:
        raise BadInput(str(error)) from error
    done = failed = 0
    for one in wanted:
        if time.monotonic() >= until:
            break
        try:
            work.transcribe(opened, one, hearing, ENGINE, time.time())
        except BadInput as error:
            failed += 1
            err.print(f"{one.call}, talk {one.talk}: {error}", style="yellow", markup=False)
        else:
            done += 1
    return done, failed
