"""What the governor costs: one decision of the core with all presets loaded, by 340 and by 3,400 scenes; and durable
pairs of reserve and settle, with the ledger that counts its calls.

The callees are in China, some in Australia and Britain, and have up to eight past calls; about one in a hundred may
not be called now. Held is the processor time of one decision, the least of several rounds over all questions: what
else the machine does counts less so. The reference is one of the rules, the frequency of talks, as a condition in CEL
in Rust on the same past calls.
"""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import get_args

import cel

from bench import ledger
from bench.catalogue import Options
from bench.machine import facts
from bench.report import Figure, Report, at_most, told
from dialer.governor.compiling import compile_policy
from dialer.governor.governor import decide
from dialer.governor.history import CallerIdUse, History, PastCall, State
from dialer.governor.policy import Policy
from dialer.governor.questions import Category, Channel, Consent, Question, Subject
from dialer.governor.scene import Scene
from dsl.tree import parse
from hotline.versions.policy_presets import presets

NOW = datetime(2026, 11, 30, 6, 30, tzinfo=UTC).timestamp()
"""Half past two in Shanghai; half past six in London, where it is too early."""
CALLER_ID = "+864000395183"
COUNTRIES = (
    ("CN", "+86138{:08d}", "Asia/Shanghai", "CN-31", 97),
    ("AU", "+6141{:07d}", "Australia/Sydney", "", 2),
    ("GB", "+4477009{:05d}", "Europe/London", "", 1),
)
"""Country, numbers, zone, region, and how many of a hundred callees."""
_CHANNELS: tuple[Channel, ...] = get_args(Channel)
_CATEGORIES: tuple[Category, ...] = get_args(Category)

Asked = tuple[Question, Subject, History]


async def run(options: Options) -> Report:
    """Takes two minutes, `quick` ten seconds: the core alone, then with the ledger of `hotline bench ledger`."""
    return Report("governor", facts(), [*core(options), *await ledger.governors(options)])


def core(options: Options) -> list[Figure]:
    """The figures of the core alone: no ledger, no list, nothing but the decision."""
    rounds, count = (3, 500) if options.quick else (25, 4_000)
    figures, taken = [], {}
    reference = _as_cel(rounds)
    for scenes in (340, 3_400):
        options.progress(f"{scenes:,} scenes: {rounds} rounds of {count:,} decisions")
        policy = policy_with(scenes)
        asked = questions(policy, count)
        taken[scenes] = _least_s(policy, asked, rounds) * 1e6
        figures.append(at_most(f"core decision, {scenes:,} scenes", taken[scenes], "µs", 20, reference))
    refused = [one for one in asked if decide(policy, *one, NOW).verdict != "allow"]
    more = (taken[3_400] / taken[340] - 1) * 100
    figures += [
        at_most("more for ten times the scenes", more, "%", 20),
        told("not allowed", len(refused) / len(asked) * 100, "%"),
        told("core decision that is not allowed, 3,400 scenes", _least_s(policy, refused, rounds) * 1e6, "µs"),
    ]
    return figures


def policy_with(scenes: int) -> Policy:
    """All presets, a policy of the site, and so many scenes."""
    known = presets()
    names = sorted(root.items["policy"].text for root in known.values())
    text = f"""
policy: house
layer: group
apply: [{", ".join(names)}]
pools: {{main: {{"{CALLER_ID}": {{certified: true, channels: 500, calls_per_second: 50}}}}}}
rules:
  daytime: {{hours: {{week: {{mon-sun: 08:30-21:00}}}}}}
  unwanted: {{do_not_call: {{}}}}
  gentle: {{sensitivity: {{lists: [complained, vulnerable]}}}}
  dead: {{validity: {{lists: invalid, results: [invalid_number], within: 30 days}}}}
  often: {{frequency: {{at_most: 8, in: 7 days, among: all}}}}
  rest: {{spacing: {{at_least: 30 min}}}}
"""
    compiled = compile_policy({"house.yaml": parse(text, "house.yaml")}, known, _scenes(scenes), zone="Asia/Shanghai")
    if compiled.policy is None:
        raise AssertionError(compiled.errors)
    return compiled.policy


def _scenes(count: int) -> list[Scene]:
    return [
        Scene(
            name=f"scene_{number}",
            category=_CATEGORIES[number % len(_CATEGORIES)],
            channel=_CHANNELS[number // len(_CATEGORIES) % len(_CHANNELS)],
            product=f"product_{number % 40}",
            group=f"group_{number % 12}",
            version=f"v{number}",
        )
        for number in range(count)
    ]


def questions(policy: Policy, count: int) -> list[Asked]:
    """So many of them, the same in each run."""
    chance = random.Random(1)
    names = sorted(policy.scenes)
    asked = []
    for number in range(count):
        country, form, zone, region, _ = chance.choices(COUNTRIES, [one[-1] for one in COUNTRIES])[0]
        callee, scene = form.format(number), policy.scenes[chance.choice(names)][0]
        question = Question(
            scene=scene.name, number=callee, origin="campaign", person=f"p{number}", account=f"a{number}"
        )
        wished = Consent(purpose=scene.category, given=True, at=NOW - 86_400 * 30, evidence="call 1")
        subject = Subject(
            number=callee,
            country=country,
            kinds=("mobile",),
            zones=(zone,),
            region=region,
            consents=(wished,),
            lists_as_of={"au_do_not_call_register": NOW - 86_400.0},
        )
        asked.append((question, subject, _history(question, scene, chance)))
    return asked


def _history(question: Question, scene: Scene, chance: random.Random) -> History:
    calls, at = [], NOW
    states: tuple[State, ...] = ("attempted", "answered", "effective", "abandoned")
    for _ in range(chance.randrange(9)):
        at -= chance.uniform(1.0, 8.0) * 86_400
        state = chance.choices(states, (50, 15, 33, 2))[0]
        calls.append(
            PastCall(
                at,
                state,
                question.number,
                question.person,
                question.account,
                scene.name,
                scene.category,
                scene.channel,
                talked_until=at + 120.0 if state == "effective" else 0.0,
            )
        )
    return History(
        tuple(calls), (CallerIdUse(CALLER_ID, 120, tuple(NOW - i / 25 for i in range(20)), 0.0, NOW - 0.04),)
    )


def _least_s(policy: Policy, asked: Sequence[Asked], rounds: int) -> float:
    """Seconds of processor time of one decision, in the round that took least."""
    least = float("inf")
    for _ in range(rounds + 1):  # the first also works out hours and gathers rules
        began = time.process_time()
        for question, subject, history in asked:
            decide(policy, question, subject, history, NOW)
        least = min(least, (time.process_time() - began) / max(len(asked), 1))
    return least


def _as_cel(rounds: int) -> float:
    """Microseconds of one rule in CEL in Rust: at most three talks in 24 hours among eight past calls."""
    program = cel.compile("calls.filter(c, c.talk && c.at > now - 86400.0).size() < 3")
    values = {"calls": [{"at": NOW - 86_400.0 * day, "talk": day % 3 == 0} for day in range(8)], "now": NOW}
    least = float("inf")
    for _ in range(rounds):
        began = time.process_time()
        for _ in range(500):
            program.execute(values)
        least = min(least, (time.process_time() - began) / 500)
    return least * 1e6
