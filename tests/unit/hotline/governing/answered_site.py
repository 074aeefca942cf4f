"""A small site whose callers ask questions that have answers, published without a voice; and its store."""

import asyncio
from pathlib import Path

from hotline.site.site import Site
from hotline.store import opening
from hotline.versions.publishing import Published, publish
from tests.unit.hotline.governing import gated_site
from tests.unit.speech.voices import ToneVoice

_TRIES = "no_input: {tries: 0, then: bye}\n  wrong: {tries: 0, then: bye}\n"
FILES = {
    "dialplans/policies/house.yaml": "",
    "dialplans/scenes/all.yaml": "",
    "dialplans/flows/main.yaml": (
        f"flow: main\nstart: a\na:\n  understand: welcome\n  clarify: which\n  answered: a\n  other: bye\n  {_TRIES}"
        "bye: {hangup: closed_today}\n"
    ),
    "dialplans/intents/all.yaml": (
        "# ours\nintents:\n"
        "  early:\n    asks: can I repay early\n    called: {en: repaying early}\n    also:\n"
        "      - settle the loan now\n      - pay it all off at once   # often\n      - close the loan before its end\n"
        "  card:\n    asks: I want another card\n    called: {en: changing the card}\n    also:\n"
        "      - use a new bank card\n      - my card has changed\n      - take it from another account\n"
        "none:\n  - what time is it\n  - where can I park\n"
    ),
    "dialplans/intents/tests/all.yaml": (
        "early: [can I settle it all early, repay the loan early]\ncard: [a new card for my account]\nnone: [park]\n"
    ),
    "dialplans/answers/all.yaml": (
        "answers:\n"
        "  early: {says: {en: Early is fine.}, author: li.wei, ends: 2099-12-31}\n"
        "  card: {says: {en: In the app.}, author: wu.lei, ends: 2099-12-31}\n"
    ),
}
"""By path from the site's folder, in place of those of `gated_site`."""


def published(folder: Path) -> Site:
    """The site, published by `chen`, with a store of today; no answer is approved."""
    for path, text in (gated_site.FILES | FILES).items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if text:
            target.write_text(text, encoding="utf-8")
    with (folder / "prompts/en.yaml").open("a", encoding="utf-8") as prompts:
        prompts.write('which: "Is it {first}, or {second}?"\n')
    site = Site.open(folder)
    site.prepare()
    publish_again(site)
    opening.migrate(site.database)
    return site


def publish_again(site: Site, force: str = "") -> Published:
    """Make a version of the folder as it is."""
    return asyncio.run(publish(site, ToneVoice(), force=force))
