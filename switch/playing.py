"""The files of a Play: the same for each real switch."""

from __future__ import annotations

from collections.abc import Callable

from calls import commands, events
from calls.causes import Outcome
from switch.legs import failed


def files_of(
    command: commands.Play, file_of: Callable[[str], str | None]
) -> tuple[list[str], events.SwitchEvent | None]:
    """The files to play, and the outcome of a Play that is over before it begins: nothing to play, or a missing file.

    `file_of` gives the file of a clip's path; None when there is none.
    """
    files: list[str] = []
    for item in command.media:
        if not isinstance(item, commands.Clip):
            return [], failed(command, "unsupported", "a Sentence must be made a Clip before a switch sees it")
        file = file_of(item.path)
        if file is None:
            return [], failed(command, "missing_file", f"no sound file {item.path}")
        files.append(file)
    if not files:
        return [], events.PlaybackFinished(command.leg, command.attempt, Outcome.FINISHED)
    return files, None
