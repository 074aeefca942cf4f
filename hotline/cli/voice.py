"""hotline voice: which voice speaks which language, and sounds of prompts that come ready with a folder."""

import asyncio
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from calls.errors import BadInput
from hotline.cli.common import JsonOption, SiteOption, counted, err, open_site, out, print_json, told
from hotline.site.site import Site
from hotline.versions.checking import check
from hotline.versions.voices import LanguageVoice, ready_sounds, recordings_folder, static_prompts, survey
from ivr.program import Program
from speech.building import Prompt
from speech.levelling import Levelling
from speech.ready import ReadySounds
from speech.recordings import find_recordings

_NO_HURRY_S = 3600.0

app = typer.Typer(add_completion=False)


@app.command()
def voice(
    site: SiteOption = Path(),
    keep: Annotated[
        bool, typer.Option("--keep", help="Speak what is left now, and keep it in prompts/ready/ for other machines.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Which voice speaks which language, and how many prompts people recorded, come ready, are left to it.

    --keep needs Kokoro; it takes about as long as the prompts last, and removes sounds whose words no phrase has.

    Examples:

      hotline voice

      hotline voice --site /srv/hotline --json | jq -r '.voices[].missing'
    """
    opened = open_site(site)
    with told():
        ready = ready_sounds(opened)
        if keep and ready is None:
            raise BadInput("sounds come ready in Kokoro's voice only: set voice: {kind: auto} in hotline.yaml")
        program = check(opened).program
        if program is None:
            raise BadInput("the folder has errors: hotline lint names them")
        wanted = {(prompt.language, prompt.text) for prompt in static_prompts(program.phrases)}
        kept = removed = 0
        if keep and ready is not None:
            removed = ready.remove_strays(wanted)
            kept = asyncio.run(_keep(opened, ready, program))
        voices = survey(opened, program.phrases)
    strays = [str(path) for path in ready.strays(wanted)] if ready is not None else []
    if json:
        told_voices = [msgspec.to_builtins(one) for one in voices]
        print_json({"voices": told_voices, "kept": kept, "removed": removed, "strays": strays})
        return
    for one in voices:
        out.print(sentence_of(one), markup=False)
    for path in strays:
        err.print(f"{path}: no phrase has these words; hotline voice --keep removes it", style="yellow", markup=False)
    if keep:
        out.print(f"{counted(kept, 'sound')} kept, {removed} removed")


def sentence_of(voice: LanguageVoice) -> str:
    """A language's line."""
    prompts = f"{voice.recorded} recorded, {voice.ready} come ready, {voice.spoken} and {voice.in_calls} in calls"
    missing = f"; {voice.missing}" if voice.missing else ""
    return f"{voice.language}: {prompts} by {voice.voice}{missing}"


def _left(site: Site, ready: ReadySounds, program: Program) -> list[Prompt]:
    """Prompts that neither a person nor a sound that came ready says."""
    folder = recordings_folder(site)
    recorded = {language: find_recordings(folder, language) if folder else {} for language in program.phrases}
    return [
        prompt
        for prompt in static_prompts(program.phrases)
        if prompt.key not in recorded[prompt.language] and ready.find(prompt.language, prompt.text) is None
    ]


async def _keep(site: Site, ready: ReadySounds, program: Program) -> int:
    from ivr.spoken.figures import EDITION, in_words
    from speech.kokoro.process import KokoroProcess
    from speech.kokoro.voice import Kokoro

    speaker = Kokoro(in_words, EDITION, process=KokoroProcess(piece_s=_NO_HURRY_S))
    left = _left(site, ready, program)
    try:
        for done, prompt in enumerate(left):
            err.print(f"{done + 1} of {len(left)}: {prompt.language} {prompt.key}", style="dim", markup=False)
            spoken = await speaker.synthesise(prompt.text, prompt.language)
            sound = await asyncio.to_thread(Levelling().apply, spoken)
            await asyncio.to_thread(ready.keep, prompt.key, prompt.language, prompt.text, sound)
    finally:
        await speaker.close()
    return len(left)
