"""What all parts of a policy are read with: texts, flags, names, days, spans of days, scopes; each says what is wrong
where."""

import contextlib
import re
from datetime import date, timedelta

import msgspec

from calls.number_kinds import COUNTRIES
from dialer.governor.records import read_record
from dialer.governor.scope import Scope
from dsl.calendar_windows import midnight
from dsl.spelling import nearest_hint
from dsl.tree import NAME, Mark, Node, Problem

REGION = r"^[A-Z]{2}-[A-Z0-9]{1,3}$"
MARKS = ("V", "G", "P")


class Span(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"since": "from"}):
    """`effective:`, days of which both are included."""

    since: str = ""
    until: str = ""


class Reader:
    """Reads parts of one file. Problems go to `problems`; what is wrong is left out of the result."""

    def __init__(self, root: Node, zone: str, problems: list[Problem]) -> None:
        self.root = root
        self.zone = zone
        self.problems = problems

    def wrong(self, mark: Mark, rule: str, message: str, *, warning: bool = False) -> None:
        """Note a problem."""
        self.problems.append(Problem(mark, rule, message, warning))

    def known(self, node: Node, words: tuple[str, ...], of: str) -> None:
        """Note the words of a mapping that are none of these."""
        for word, inside in node.items.items():
            if word not in words:
                message = f"{word} is not a word of {of}{nearest_hint(word, words)}; there are {', '.join(words)}"
                self.wrong(inside.key_mark or inside.mark, "unknown-word", message)

    def text(self, node: Node | None) -> str:
        """Text; empty where there is none."""
        if node is None:
            return ""
        if node.is_mapping or node.is_sequence or node.value is None:
            self.wrong(node.mark, "policy-words", f"text is wanted, not {node.kind}")
            return ""
        return node.text

    def mark(self, node: Node | None, name: str) -> str:
        """How sure a preset is of its value."""
        text = self.text(node)
        if node is not None and text and not set(text.split("/")) <= set(MARKS):
            self.wrong(
                node.mark, "policy-words", f"{name}: mark is V (seen in a source), G (general knowledge), P (press)"
            )
        return text

    def entries(self, node: Node | None, word: str) -> list[tuple[str, Node]]:
        """The named mappings in a mapping."""
        if node is None:
            return []
        if not node.is_mapping:
            self.wrong(node.mark, "policy-words", f"{word}: a mapping of names is wanted, not {node.kind}")
            return []
        found = []
        for name, inside in node.items.items():
            if not re.match(NAME, name):
                self.wrong(
                    inside.key_mark or inside.mark, "policy-name", f"{name!r} is no name: small letters, digits and _"
                )
            elif not inside.is_mapping:
                self.wrong(inside.mark, "policy-words", f"{name}: a mapping is wanted, not {inside.kind}")
            else:
                found.append((name, inside))
        return found

    def scopes(self, node: Node | None, name: str) -> tuple[Scope, ...]:
        """`for:` as a scope, if it says anything."""
        if node is None:
            return ()
        scope = read_record(node, Scope, f"{name}, for", self.problems)
        if scope is None:
            return (Scope(scene=("",)),)  # covers nothing; the problem keeps it from being used
        self.places(node, scope.country, scope.region, name)
        return (scope,) if scope != Scope() else ()

    def places(self, node: Node, countries: tuple[str, ...], regions: tuple[str, ...], name: str) -> None:
        """Note countries and regions that are none."""
        for word in ("country", "countries"):
            for index, country in enumerate(countries if word in node.items else ()):
                if country not in COUNTRIES:
                    hint = nearest_hint(country.upper(), sorted(COUNTRIES)) if country.upper() != country else ""
                    self.wrong(
                        node.find((word, index)).mark, "policy-country",
                        f"{name}: {country!r} is no country (ISO 3166: CN, US){hint}",
                    )  # fmt: skip
        for index, region in enumerate(regions):
            if not re.match(REGION, region):
                message = f"{name}: {region!r} is no region (ISO 3166-2: CN-64, US-FL)"
                self.wrong(node.find(("region", index)).mark, "policy-region", message)

    def day(self, node: Node, word: str, text: str, name: str) -> date | None:
        """A day as text; None, and a problem, where it is none."""
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            with contextlib.suppress(ValueError):
                return date.fromisoformat(text)
        at = node.items[word].mark if word in node.items else node.mark
        self.wrong(at, "policy-day", f"{name}: a day such as 2026-12-31 is wanted")
        return None

    def midnight(self, day: date) -> float:
        """The first instant of a day at the site."""
        return midnight(day, self.zone)

    def span(self, node: Node | None, name: str) -> tuple[float | None, float | None]:
        """`effective:` as instants, the end not included."""
        if node is None:
            return None, None
        words = read_record(node, Span, f"{name}, effective", self.problems)
        if words is None:
            return None, None
        first = self.day(node, "from", words.since, name) if words.since else None
        last = self.day(node, "until", words.until, name) if words.until else None
        if first is not None and last is not None and last < first:
            self.wrong(node.mark, "policy-day", f"{name}: it ends before it begins, and can never fire")
        return (
            None if first is None else self.midnight(first),
            None if last is None else self.midnight(last + timedelta(days=1)),
        )

    def names(self, node: Node | None) -> tuple[str, ...]:
        """One name, or several."""
        if node is None:
            return ()
        return tuple(self.text(child) for child in (node.children if node.is_sequence else (node,)))

    def flag(self, node: Node | None, name: str) -> bool:
        """True or false; false where there is none."""
        if node is not None and not isinstance(node.value, bool):
            self.wrong(node.mark, "policy-words", f"{name}: true or false is wanted, not {node.kind}")
        return node is not None and node.value is True
