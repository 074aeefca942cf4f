"""Settings of a file of dialplans/intents, as admins write them; its JSON Schema is made of these records."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from dsl.tree import NAME
from understanding.intents import EntityKind

Name = Annotated[str, msgspec.Meta(pattern=NAME)]
Sentence = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class WrittenSlot(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"kind": "is"}):
    """`day: {is: date, ask: which_day, confirm: day_right}`."""

    kind: EntityKind
    ask: Annotated[str, msgspec.Meta(description="The phrase that asks for it, where the caller has not said it.")] = ""
    confirm: Annotated[
        str, msgspec.Meta(description="The phrase that reads it back; 1 or yes is right, 2 or no is wrong.")
    ] = ""
    length: Annotated[str, msgspec.Meta(pattern="^[0-9]{1,2}(-[0-9]{1,2})?$", description="Of digits: 4, or 4-6.")] = (
        "1-20"
    )
    coming: Annotated[bool, msgspec.Meta(description="Of dates: today and later only; a past day is asked again.")] = (
        False
    )


class WrittenIntent(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Entry of `intents:`."""

    asks: Annotated[Sentence, msgspec.Meta(description="The standard question, as a caller asks it.")]
    called: Annotated[
        dict[str, Sentence], msgspec.Meta(description="Its name by language, for the question: this, or that?")
    ] = {}
    also: Annotated[tuple[Sentence, ...], msgspec.Meta(description="Other ways of asking; ten or more are good.")] = ()
    words: Annotated[tuple[Sentence, ...], msgspec.Meta(description="Trigger words, and topics that it includes.")] = ()
    leads_to: Annotated[str, msgspec.Meta(description="The flow that serves it, where the step does not say.")] = ""
    slots: Annotated[dict[Name, WrittenSlot], msgspec.Meta(description="Values that it needs, by variable.")] = {}
    review: Annotated[
        bool, msgspec.Meta(description="A person at a silent seat looks first, also where the robot is sure.")
    ] = False
    about: str = ""


class WrittenIntents(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """File of dialplans/intents. All files together are one book."""

    intents: dict[Name, WrittenIntent] = {}
    none: Annotated[tuple[Sentence, ...], msgspec.Meta(description="Sentences that mean none of the intents.")] = ()
    products: Annotated[
        dict[Name, tuple[Sentence, ...]], msgspec.Meta(description="Products, and words for each.")
    ] = {}
    complaint_words: Annotated[
        tuple[Sentence, ...], msgspec.Meta(description="Words that lead to a person at once, whatever else is said.")
    ] = ()
    synonyms: Annotated[
        dict[Name, tuple[Sentence, ...]], msgspec.Meta(description="Words that mean the same here, by a name for them.")
    ] = {}
    about: str = ""


def intents_schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of a file of dialplans/intents."""
    (_,), defs = msgspec.json.schema_components([WrittenIntents], ref_template="#/$defs/{name}")
    root = defs.pop("WrittenIntents")
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "hotline: intents"}
    return {**root, **head, "$defs": defs}
