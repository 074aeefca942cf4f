"""Campaigns of a site's folder, read and checked with the scenes, queues and flows that they name."""

from collections.abc import Collection, Mapping
from datetime import date
from types import MappingProxyType

from dialer.campaigns.reading import Around, CampaignReading, read_campaigns
from dialer.scenes.book import Book
from dialer.scenes.reading import is_scenes_file
from dsl.hours import Hours
from dsl.tree import Node, Problem
from ivr.compiler.queue_rules import QUEUES


def read_folder(
    roots: Mapping[str, Node],
    book: Book,
    flows: Collection[str],
    phrases: Collection[str],
    today: date,
    zone: str,
    hours: Mapping[str, Hours] = MappingProxyType({}),
) -> CampaignReading:
    """The campaigns among `roots`, the parsed files by path. `book` has the scenes that could be read, `hours` the
    entries of hours.yaml."""
    named = _inside(roots, QUEUES, "queues")
    scenes = {name for path in roots if is_scenes_file(path) for name in _inside(roots, path, "scenes")}
    around = Around(book, named, flows, phrases, today, zone, hours, scenes - book.scenes.keys())
    return read_campaigns(roots, around)


def unheard(reading: CampaignReading, kinds: Mapping[str, str]) -> list[Problem]:
    """Warnings of campaigns that would judge who answers, on switches that tell nothing of voices.

    `kinds` by the switch's name.
    """
    deaf = [name for name, kind in kinds.items() if kind == "freeswitch"]
    told = f"a FreeSWITCH tells nothing of voices: whoever answers on {', '.join(deaf)} counts as a person"
    return [
        Problem(mark, "answering-machine", f"campaign {name}: answering_machine: {told}", warning=True)
        for name, mark in reading.detections
        if deaf
    ]


def _inside(roots: Mapping[str, Node], path: str, section: str) -> tuple[str, ...]:
    """Every name of a section, also of an entry that could not be read: what is wrong with it is told once."""
    root = roots.get(path)
    found = None if root is None else root.items.get(section)
    return () if found is None else tuple(found.items)
