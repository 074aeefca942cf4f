"""Saying of phrases: media for the switch, clips where there are any, sentences where values are known only now."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from calls.commands import Clip, Media, Sentence
from dsl.conditions import Budget, Erred, evaluate
from dsl.hours import OtherHours, next_opening, with_others
from ivr.phrases import PhraseError, Template, parse_template
from ivr.program import Program
from ivr.spoken import OF_HOURS, Opening, SpokenError
from ivr.steps import Cel, Lines, Value


def value_of(value: Value, values: Mapping[str, Any], budget: Budget | None = None) -> Any:
    """Evaluate a value of the flow. Raises Erred for an expression that errs."""
    return evaluate(value.text, values, budget) if isinstance(value, Cel) else value.value


UNSAYABLE = "sentence_unavailable"
"""Phrase that is said in place of one that cannot be said: a value is missing, or is none of its kind."""

_AS_PUBLISHED: Mapping[str, OtherHours] = {}
_APOLOGIES = {"zh": "对不起，暂时无法为您播报。", "en": "Sorry, I cannot read that to you right now."}


class Voice:
    """Voice of one version: its phrases as media. Templates are parsed when they are first needed."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._templates: dict[tuple[str, str], Template] = {}
        zones = [hours.zone for hours in program.hours.values()]
        self._zone = ZoneInfo(zones[0]) if zones else None  # the house's own: instants are said in it

    def media(
        self,
        lines: Lines,
        language: str,
        values: Mapping[str, Any],
        utc_s: float | None,
        notes: list[str],
        budget: Budget | None = None,
        other_hours: Mapping[str, OtherHours] = _AS_PUBLISHED,
    ) -> tuple[Media, ...]:
        """Media to play. An apology stands for what cannot be said; `notes` says what and why, without its values.

        `utc_s` is now, in UTC epoch seconds; None where no clock is known. `budget` is that of the turn.
        `other_hours` hold in place of the program's, by name.
        """
        said: list[Media] = []
        for line in lines:
            tongue = line.language or language
            path = self._program.clips.get(tongue, {}).get(line.phrase)
            if path is not None:
                said.append(Clip(path))
                continue
            try:
                template, tongue = self._template(line.phrase, tongue)
                own = {name: value_of(value, values, budget) for name, value in line.values.items()}
                filled = self._filled(template, {**values, **own}, utc_s, other_hours)
                said.append(Sentence(template.render(filled, tongue, self._program.region, self._zone), tongue))
            except (PhraseError, SpokenError, Erred) as error:
                reason = error.reason if isinstance(error, SpokenError) else str(error)
                notes.append(f"{line.phrase} not said: {reason}")
                if (apology := self._apology(language)) not in said:
                    said.append(apology)
        return tuple(said)

    def _apology(self, language: str) -> Media:
        """Words for a line that cannot be said: never silence. A site's own, or those that are built in."""
        clip = self._program.clips.get(language, {}).get(UNSAYABLE)
        if clip is not None:
            return Clip(clip)
        own = self._program.phrases.get(language, {}).get(UNSAYABLE, "")
        primary = language.partition("-")[0].lower()
        if own and not parse_template(own).places:
            return Sentence(parse_template(own).render({}, language), language)
        return Sentence(_APOLOGIES.get(primary, _APOLOGIES["en"]), language if primary in _APOLOGIES else "en")

    def _filled(
        self,
        template: Template,
        values: dict[str, Any],
        utc_s: float | None,
        other_hours: Mapping[str, OtherHours],
    ) -> dict[str, Any]:
        """Values with hours looked up: an entry of hours.yaml for its name, and when it opens next."""
        for place, kind in template.places.items():
            if kind not in OF_HOURS:
                continue
            name = str(values.get(place))
            hours = self._program.hours.get(name)
            if hours is None:
                raise SpokenError(kind, "takes the name of an entry of hours.yaml")
            if utc_s is not None:
                hours = with_others(hours, other_hours.get(name), utc_s)
            if kind == "opening":
                if utc_s is None:
                    raise SpokenError(kind, "the wall clock is not known")
                now = datetime.fromtimestamp(utc_s, UTC).astimezone(ZoneInfo(hours.zone))
                values[place] = Opening(next_opening(hours, utc_s), now)
            else:
                values[place] = hours
        return values

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
