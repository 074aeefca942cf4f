"""The controller's start on a large site: from the process' first moment until /health says that all is well.

The site is a real one: a thousand flows as YAML, linted and published, ten thousand prompts with their sounds on disk,
and a real Asterisk that answers. The reference is the same start on a site of two flows, in the same run.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench import live_site, machine
from bench.catalogue import Options
from bench.house import Plan, free_ports, house, make_site, serving, version_of
from bench.report import Report, at_most, told
from bench.tones import ToneVoice
from hotline.site.site import Site
from hotline.versions.publishing import publish

FLOWS = 1_000
PROMPTS_A_FLOW = 10
_QUICK_FLOWS = 20
_TIMES = 3


@dataclass(frozen=True)
class _Start:
    took_s: float
    cpu_s: float


async def run(options: Options) -> Report:
    """Takes about a minute and a half, most of it for making the site."""
    about = machine.facts()
    flows = _QUICK_FLOWS if options.quick else FLOWS
    times = 1 if options.quick else _TIMES
    async with house(Plan(live_site.files([])), options.first_port) as place:
        about["asterisk"] = version_of(place.asterisk.installation)
        web_port = free_ports(options.first_port + 100)[0]
        large = make_site(place.folder / "large", files(flows), place.asterisk.settings.ari_port, web_port)
        _share_password(place.site, large)
        published = await publish(large, ToneVoice())
        small = [await _start(place.site, place.folder) for _ in range(times)]
        ours = [await _start(large, place.folder) for _ in range(times)]
    what = f"start of the controller on {flows} flows, {flows * PROMPTS_A_FLOW} prompts"
    about["notes"] = ["starts in s: " + ", ".join(f"{start.took_s:.2f}" for start in ours)]
    return Report(
        "start",
        about,
        [
            at_most(what, median(s.took_s for s in ours), "s", 3, median(s.took_s for s in small)),
            told(f"{what}, CPU", median(s.cpu_s for s in ours), "s", median(s.cpu_s for s in small)),
            told("publishing them: lint, sounds, version", published.took_s, "s"),
        ],
    )


def files(flows: int) -> Mapping[str, str]:
    """A site of so many flows that lead to one another; each with a menu, a question, a branch and ten prompts."""
    made = {name: text for name, text in live_site.files([]).items() if not name.startswith("dialplans/flows/")}
    for number in range(flows):
        made[f"dialplans/flows/f{number}.yaml"] = _flow(number, flows)
    # each a sound of its own on disk: equal words would be one file
    phrases = [f"p{number}: {300 + number / 10:g} 0.05" for number in range(flows * PROMPTS_A_FLOW)]
    made["prompts/en.yaml"] = "\n".join(phrases) + "\n"
    made["dialplans/entry.yaml"] = "default: f0\n"
    return made


def _flow(number: int, flows: int) -> str:
    first = number * PROMPTS_A_FLOW
    p = [f"p{first + place}" for place in range(PROMPTS_A_FLOW)]
    following = f"f{(number + 1) % flows}"
    return f"""\
flow: f{number}
start: greet
greet: {{say: {p[0]}, then: choose}}
choose:
  menu: [{p[1]}, {p[2]}]
  keys: {{1: ask, 2: {{flow: {following}}}, 3: {{say: {p[3]}, then: choose}}}}
  no_input: {{say: {p[4]}, tries: 2, then: wait}}
  wrong: {{say: {p[5]}, tries: 2, then: wait}}
ask:
  collect: number
  say: {p[6]}
  length: 4-8
  no_input: {{tries: 1, then: wait}}
  wrong: {{say: {p[7]}, tries: 1, then: wait}}
  then: which
which:
  branch:
    - {{if: number.startsWith("1"), then: {{say: {p[8]}, then: wait}}}}
  else: {{say: {p[9]}, then: choose}}
wait: {{queue: bench, then: end}}
end: {{hangup: }}
"""


def _share_password(known: Site, other: Site) -> None:
    """Both sites reach the same Asterisk."""
    (other.state / "secrets" / "switch").write_text(known.switch_password())


async def _start(site: Site, folder: Path) -> _Start:
    """Start and stop; Asterisk gets no calls meanwhile."""
    begun_at = time.monotonic()
    async with serving(site, folder / "start.log") as controller:
        return _Start(time.monotonic() - begun_at, controller.cpu_s())
