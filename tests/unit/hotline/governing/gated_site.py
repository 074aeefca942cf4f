"""A small site with scenes and a policy, published without a voice; and its store."""

import asyncio
from pathlib import Path

from hotline.governing import approving, policies
from hotline.site.site import Site
from hotline.store import opening
from hotline.versions.publishing import Published, publish
from tests.unit.speech.voices import ToneVoice

FILES = {
    "hotline.yaml": "languages: [en]\nzone: Asia/Shanghai\nrefit_at: null\n",
    "prompts/en.yaml": (
        "welcome: Welcome.\nsentence_unavailable: Sorry.\ntalk_cut_off: Sorry.\nclosed_today: Closed.\n"
        "voicemail: Speak.\nwhisper: A call.\nrecorded: This call is recorded.\nsales_script: Good day.\n"
        "ask_how: How was it?\n"
        + "".join(
            f"agent_{name}: Done.\n"
            for name in (
                *("logged_in", "logged_out", "ready", "paused", "unreachable", "in_wrap_up", "ready_later"),
                *("paused_later", "logged_out_later", "unknown", "refused"),
            )
        )
    ),
    "dialplans/entry.yaml": '"95183": main\ndefault: main\n',
    "dialplans/hours.yaml": ("outbound: {zone: Asia/Shanghai, week: {mon-fri: 09:00-19:00, sat-sun: 10:00-18:00}}\n"),
    "dialplans/queues.yaml": "queues: {care: {}}\n",
    "dialplans/agents.yaml": "agents: {'8001': {}}\n",
    "dialplans/flows/main.yaml": "flow: main\nstart: greet\ngreet: {say: welcome, then: hangup}\n",
    "dialplans/flows/how.yaml": "flow: how\nstart: ask\nask: {say: ask_how, then: hangup}\n",
    "dialplans/policies/house.yaml": (
        "policy: house\nlayer: group\npools: {main: {'+864000095183': {certified: true}}}\n"
        "rules:\n  not_often: {for: {category: marketing}, frequency: {at_most: 2, in: 7 days}, cite: article 12}\n"
    ),
    "dialplans/scenes/all.yaml": (
        "templates:\n  house: {caller_ids: main, hours: outbound, record: always, owner: sales}\n"
        "scenes:\n"
        "  offer: {like: house, category: marketing, channel: human, script: sales_script}\n"
        "  remind: {like: house, category: service, channel: human, notice: recorded}\n"
        "  how: {like: house, category: survey, channel: ivr, script: how}\n"
    ),
}
"""By path from the site's folder."""


def write(folder: Path, **changed: str) -> Site:
    """The site in `folder`; words of `changed` are files by their name without folder and ending."""
    for path, text in FILES.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(changed.get(target.stem, text), encoding="utf-8")
    site = Site.open(folder)
    site.prepare()
    return site


def published(folder: Path, **changed: str) -> Site:
    """The site, published, with a store of today; its policy is approved."""
    site = write(folder, **changed)
    publish_again(site)
    opening.migrate(site.database)
    approve_policy(site)
    return site


def publish_again(site: Site) -> Published:
    """Make a version of the folder as it is."""
    return asyncio.run(publish(site, ToneVoice()))


def change(site: Site, path: str, old: str, new: str) -> None:
    """Write a file anew, with one thing changed."""
    file = site.folder / path
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def approve(site: Site, *names: str, by: str = "wang.fang", **more: float) -> None:
    """Approve scenes of the published version."""
    approving.approve(site, names or ("*",), by, "reviewed", **more)


def approve_policy(site: Site, by: str = "wang.fang", effective_from: float | None = None) -> None:
    """Approve the published policy."""
    policies.approve(site, by, "reviewed", effective_from)
