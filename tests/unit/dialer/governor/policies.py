"""Policies, scenes and callees for tests of the governor."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from textwrap import dedent
from typing import Any
from zoneinfo import ZoneInfo

from dialer.governor.compiling import Compiled, compile_policy
from dialer.governor.policy import Policy
from dialer.governor.questions import Question, Subject
from dialer.governor.scene import Scene
from dsl.tree import parse
from hotline.versions.policy_presets import presets

NUMBER = "+8613800138000"
SCENE = Scene(name="care", category="service", channel="human", version="v1")
SCENES = (
    SCENE,
    Scene(name="offer", category="marketing", channel="human", product="loans", group="retail"),
    Scene(name="robot", category="marketing", channel="ai", product="cards", group="retail"),
    Scene(name="poll", category="survey", channel="ivr"),
    Scene(name="fraud", category="risk", channel="human"),
    Scene(name="debts", category="collection", channel="human", group="debts"),
    Scene(name="debt_robot", category="collection", channel="ai", group="debts"),
)
QUESTION = Question(scene="care", number=NUMBER, origin="campaign", person="p1", account="a1", campaign="spring")
SUBJECT = Subject(number=NUMBER, country="CN", kinds=("mobile",), zones=("Asia/Shanghai",), region="CN-31")


def compiled(
    *texts: str, scenes: Iterable[Scene] = SCENES, zone: str = "Asia/Shanghai", today: str = "2026-11-30"
) -> Compiled:
    """The policies in these texts, with the presets of the house; files are called a.yaml, b.yaml …"""
    files = {f"{chr(97 + index)}.yaml": text for index, text in enumerate(texts)}
    roots = {name: parse(text, name) for name, text in files.items()}
    return compile_policy(roots, presets(), scenes, zone=zone, today=date.fromisoformat(today))


def policy_of(*texts: str, **options: Any) -> Policy:
    """The same, which must have no error."""
    result = compiled(*texts, **options)
    assert result.policy is not None, "\n".join(map(str, result.errors))
    return result.policy


def house(rules: str = "", more: str = "") -> str:
    """A policy `house` of the layer group with these rules, one a line: `name: {family: {…}}`."""
    lines = "".join(f"  {line}\n" for line in dedent(rules).strip().splitlines())
    return f"policy: house\nlayer: group\n{more}\n" + (f"rules:\n{lines}" if lines else "")


def instant(text: str, zone: str = "Asia/Shanghai") -> float:
    """Of `2026-11-30 08:00:00` in a zone; `… second` is the later of two such instants, where the clock is set back."""
    wall, _, second = text.partition(" second")
    fold = 1 if second or text.endswith(" second") else 0
    return datetime.fromisoformat(wall).replace(tzinfo=ZoneInfo(zone), fold=fold).timestamp()


def told(at: float | None, zone: str = "Asia/Shanghai") -> str | None:
    """The other way round."""
    if at is None:
        return None
    local = datetime.fromtimestamp(at, UTC).astimezone(ZoneInfo(zone))
    return f"{local:%Y-%m-%d %H:%M:%S}" + (" second" if local.fold else "")
