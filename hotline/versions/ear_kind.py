"""The kind of ear that a site's settings come to on this machine, and what to do where flows listen without one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

from dsl.tree import Mark, Problem
from hotline.site.settings import SpeechSettings
from ivr.program import Flow
from ivr.steps import Listen, Understand
from speech.whisper.weights import INSTALL, is_installed

EarKind = Literal["whisper", "scripted", "none"]


def whisper_is_there() -> bool:
    """Whether the extra `speech` is installed here."""
    return is_installed()


def kind_of(settings: SpeechSettings) -> EarKind:
    """The engine that a site's settings come to on this machine."""
    if settings.engine == "auto":
        return "whisper" if whisper_is_there() else "none"
    return settings.engine


def deaf_steps(
    settings: SpeechSettings, flows: Mapping[str, Flow], marks: Mapping[str, Mapping[str, Mark]]
) -> Iterator[Problem]:
    """Warnings of the steps that listen, where nobody on this machine hears: callers press keys there."""
    kind = kind_of(settings)
    if kind == "scripted" or (kind == "whisper" and whisper_is_there()):
        return
    why = INSTALL if settings.engine in ("auto", "whisper") else "speech.engine is none in hotline.yaml"
    for flow_name, flow in flows.items():
        for name, step in flow.steps.items():
            if isinstance(step, Listen | Understand) and (mark := marks.get(flow_name, {}).get(name)) is not None:
                named = "" if step.by_keys else "; by_keys: PHRASE would name the keys to them"
                yield Problem(mark, "ear", f"callers press keys here, as {why}{named}", warning=True)
