"""Saying of phrases: media for the switch, clips where there are any, sentences where values are known only now."""

from collections.abc import Mapping
from typing import Any

from calls.commands import Clip, Media, Sentence
from dsl.conditions import Erred, evaluate
from ivr.phrases import PhraseError, Template, parse_template
from ivr.program import Cel, Lines, Program, Value
from ivr.spoken import SpokenError


def value_of(value: Value, values: Mapping[str, Any]) -> Any:
    """Evaluate a value of the flow. Raises Erred for an expression that errs."""
    return evaluate(value.text, values) if isinstance(value, Cel) else value.value


class Voice:
    """Voice of one version: its phrases as media. Templates are parsed when they are first needed."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._templates: dict[tuple[str, str], Template] = {}

    def media(self, lines: Lines, language: str, values: Mapping[str, Any], notes: list[str]) -> tuple[Media, ...]:
        """Media to play. A line that cannot be said is left out, and `notes` says which and why, without its values."""
        said: list[Media] = []
        for line in lines:
            tongue = line.language or language
            path = self._program.clips.get(tongue, {}).get(line.phrase)
            if path is not None:
                said.append(Clip(path))
                continue
            try:
                template, tongue = self._template(line.phrase, tongue)
                own = {name: value_of(value, values) for name, value in line.values.items()}
                said.append(Sentence(template.render({**values, **own}, tongue, self._program.region), tongue))
            except (PhraseError, SpokenError, Erred) as error:
                reason = error.reason if isinstance(error, SpokenError) else str(error)
                notes.append(f"{line.phrase} not said: {reason}")
        return tuple(said)

    def _template(self, phrase: str, language: str) -> tuple[Template, str]:
        """Template in this language, else in the site's first one. Raises PhraseError where neither has it."""
        for tongue in (language, self._program.languages[0]):
            found = self._templates.get((phrase, tongue))
            if found is not None:
                return found, tongue
            text = self._program.phrases.get(tongue, {}).get(phrase)
            if text is not None:
                found = self._templates[phrase, tongue] = parse_template(text)
                return found, tongue
        raise PhraseError("no such phrase")
