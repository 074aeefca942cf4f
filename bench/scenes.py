"""What thousands of scenes cost: reading and checking them, taking up their policy, and a batch of ten thousand names.

The folder is the sample's with 3,400 made-up scenes of a house of consumer finance in the place of its own.
"""

import asyncio
import shutil
import tempfile
import time
from pathlib import Path

from bench.catalogue import Options
from bench.consumer_finance import files
from bench.machine import facts
from bench.report import Figure, Report, at_most, told
from dialer.governor.questions import Question
from dialer.scenes.governing import under_policy
from hotline.governing.gate import Gate
from hotline.governing.local import of_checked
from hotline.governing.ports import MemoryLists, MemoryPersons
from hotline.governing.published import InForce
from hotline.governing.subjects import Subjects
from hotline.site.sample import SAMPLE
from hotline.site.site import Site
from hotline.versions.checking import Checked, check
from hotline.versions.policies import compiled_again, is_policy_file


def run(options: Options) -> Report:
    """Takes ten seconds, `quick` two."""
    scenes, names = (340, 1_000) if options.quick else (3_400, 10_000)
    with tempfile.TemporaryDirectory() as folder:
        site = _site(Path(folder), scenes)
        options.progress(f"{scenes:,} scenes are read and checked")
        began = time.perf_counter()
        checked = check(site)
        linted_s = time.perf_counter() - began
        if checked.errors:
            raise ValueError(str(checked.errors[0]))
        now = of_checked(checked, site)
        options.progress("their policy is taken up")
        took_up_s = _taking_up_s(checked, site)
        options.progress(f"{names:,} names are scrubbed")
        scrubbed = asyncio.run(_scrub(now, names))
    figures = [
        at_most(f"lint of the site, {scenes:,} scenes", linted_s, "s", 10),
        at_most(f"policy taken up, {scenes:,} scenes", took_up_s, "s", 5),
        *scrubbed,
    ]
    return Report("scenes", facts(), figures)


def _site(folder: Path, scenes: int) -> Site:
    for name in ("dialplans", "prompts"):
        shutil.copytree(SAMPLE / name, folder / name)
    shutil.rmtree(folder / "dialplans/scenes")
    for path, text in files(scenes).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    return Site.open(folder)


def _taking_up_s(checked: Checked, site: Site) -> float:
    """What the server does after a publish, an approval, a withdrawal."""
    began = time.perf_counter()
    policies = {path: text for path, text in checked.files.items() if is_policy_file(path)}
    under_policy(compiled_again(policies, checked.gate.book, site.zone), checked.gate.book, {}, time.time())
    return time.perf_counter() - began


async def _scrub(now: InForce, names: int) -> list[Figure]:
    subjects = Subjects(now.region, MemoryLists(), MemoryPersons(), now.own)
    gate = Gate(lambda: now, lambda _: subjects)
    asked = [
        Question(scene="card_instalment_due", number=f"+86138{number:08d}", origin="check", person=f"p{number}")
        for number in range(names)
    ]
    turns: list[float] = []
    began = before = time.perf_counter()
    async for answers in gate.scrub(asked):
        after = time.perf_counter()
        turns.append(after - before)
        if len(answers) == 0:
            raise ValueError("a turn without an answer")
        before = after
    took = time.perf_counter() - began
    turns.sort()
    return [
        at_most(f"scrub of {names:,} names", took, "s", 5),
        at_most("p99 of a turn of a scrub", turns[int(len(turns) * 0.99)] * 1e3, "ms", 20),
        told("longest turn of a scrub", turns[-1] * 1e3, "ms"),
    ]
