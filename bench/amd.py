"""Answering-machine detection on made-up answers: people taken for machines, machines found, and how soon.

`sim.answering_machines.greetings` has what the answers are and that their spreads are ours. Beside our rules stand
those of Asterisk's AMD with the times of amd.conf.sample, on the same answers. The usual settings were chosen on
answers of the same kinds, by another seed: of answers of other kinds they may find less.
"""

from collections.abc import Collection, Sequence

import numpy as np

from bench.catalogue import Options
from bench.machine import facts
from bench.report import Figure, Report, at_least, at_most, told
from dialer.answering_machines.settings import Detection
from sim.answering_machines.greetings import KINDS, answers
from sim.answering_machines.judging import Judged, judged, judged_by_amd

SEEDS, QUICK_SEEDS = range(100, 110), range(100, 101)
COUNT, QUICK_COUNT = 4_000, 1_000
FALSE_POSITIVES, FOUND, DECIDED_S, AFTER_GREETING_S = 5.0, 85.0, 4.0, 1.0
NOBODY = ("machine", "silence")
"""An agent is not asked for these."""
_PEOPLE = ("person", "unsure")


def run(options: Options) -> Report:
    """Takes about half a minute; `quick` a second."""
    count = QUICK_COUNT if options.quick else COUNT
    made = [one for seed in (QUICK_SEEDS if options.quick else SEEDS) for one in answers(count, seed)]
    options.progress(f"{len(made):,} answers are judged")
    ours = [judged(one, Detection(on=True)) for one in made]
    options.progress("and by the rules of Asterisk's AMD")
    amd = [judged_by_amd(one) for one in made]
    figures = [
        at_most("false positives", wrong(ours), "%", FALSE_POSITIVES, wrong(amd)),
        at_least("machines found", found(ours), "%", FOUND, found(amd)),
        at_most("decided after p95", decided(ours), "s", DECIDED_S, decided(amd)),
        at_most("decided after their greeting p95", after_greeting(ours), "s", AFTER_GREETING_S, after_greeting(amd)),
        told("people among those taken for machines", among(ours), "%", among(amd)),
        told("false positives, of them silence", wrong(ours, ("silence",)), "%", wrong(amd, ("silence",))),
        *_by_kind(ours, amd),
    ]
    notes = [
        "made-up answers: these figures compare rules with each other, and say nothing of anybody's callees",
        "false positives are of people, machines found of machines; times are of people who reach an agent",
    ]
    return Report("amd", {**facts(), "notes": notes}, figures)


def wrong(told_of: Sequence[Judged], as_what: Collection[str] = NOBODY) -> float:
    """People who were taken for a machine or for silence, in percent of people."""
    people = [one for one in told_of if one.answer.who == "person"]
    return 100 * sum(one.found in as_what for one in people) / len(people)


def found(told_of: Sequence[Judged]) -> float:
    """Machines that reach no agent, in percent of machines."""
    machines = [one for one in told_of if one.answer.who == "machine"]
    return 100 * sum(one.found in NOBODY for one in machines) / len(machines)


def among(told_of: Sequence[Judged]) -> float:
    """People, in percent of all that reach no agent: what a campaign's `false_positives` is."""
    taken = [one for one in told_of if one.found in NOBODY]
    return 100 * sum(one.answer.who == "person" for one in taken) / len(taken)


def decided(told_of: Sequence[Judged]) -> float:
    """Seconds from the answer to the decision, of people who reach an agent: the 95th percentile."""
    return float(np.quantile([one.at_s for one in _served(told_of)], 0.95))


def after_greeting(told_of: Sequence[Judged]) -> float:
    """The same from the end of what they have said."""
    since = [one.after_greeting_s for one in _served(told_of) if one.after_greeting_s is not None]
    return float(np.quantile(since, 0.95))


def _served(told_of: Sequence[Judged]) -> list[Judged]:
    return [one for one in told_of if one.answer.who == "person" and one.found in _PEOPLE]


def _by_kind(ours: Sequence[Judged], amd: Sequence[Judged]) -> list[Figure]:
    figures = []
    for kind, (who, _, _) in KINDS.items():
        both = [[one for one in of if one.answer.kind == kind] for of in (ours, amd)]
        if all(both) and who == "person":
            figures.append(told(f"false positives, {kind}", wrong(both[0]), "%", wrong(both[1])))
        elif all(both) and who == "machine":
            figures.append(told(f"machines found, {kind}", found(both[0]), "%", found(both[1])))
    return figures
