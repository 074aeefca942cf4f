"""Reader of dialplans/campaigns/*.yaml: files in, settings and problems with their places out.

    campaigns:
      instalment_calls:
        scene: instalment_due
        mode: progressive
        queue: loans
        dispositions: {promise: {code: 1}, no_more_calls: {meaning: refused, code: 9}}

What a campaign leaves out is as its scene has it: the list, the tries, the ring, the script. What the scene was
approved with a campaign does not widen: its list, its script, its tries are those of the scene, or fewer.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import get_args

import msgspec

from dialer.answering_machines.settings import Detection
from dialer.answering_machines.written import read_detection
from dialer.campaigns.disposition_codes import code_faults
from dialer.campaigns.pacing_words import pacing_of
from dialer.campaigns.results import AnsweredResult, Disposition, NetworkResult
from dialer.campaigns.settings import NEVER, CampaignSettings, ListShare, RetryRules
from dialer.campaigns.written import NEVER_AGAIN, Written, WrittenDisposition
from dialer.governor.durations import seconds
from dialer.governor.hours import never_open
from dialer.governor.records import read_record
from dialer.scenes.book import Book, BookedScene
from dialer.scenes.settings import MACHINES
from dsl.hours import Hours
from dsl.spelling import nearest_hint
from dsl.tree import NAME, Mark, Node, Problem

CAMPAIGNS = "dialplans/campaigns/"
_SECTIONS = ("campaigns", "about")
RESULTS: tuple[str, ...] = (*get_args(NetworkResult), *get_args(AnsweredResult))
_USUAL_RING_S = 30.0


@dataclass(frozen=True, slots=True)
class Around:
    """The rest of a site, as far as campaigns name it."""

    book: Book
    queues: Collection[str]
    flows: Collection[str]
    phrases: Collection[str]
    today: date
    zone: str = "UTC"
    """The house's own, IANA."""
    hours: Mapping[str, Hours] = field(default_factory=dict)
    """The entries of hours.yaml."""
    broken: Collection[str] = ()
    """Scenes that are there and could not be read, which is told already."""


@dataclass(slots=True)
class CampaignReading:
    """All campaigns of a folder."""

    campaigns: dict[str, CampaignSettings] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    skill_expressions: list[tuple[str, Mark]] = field(default_factory=list)
    """Their grammar belongs to the queues."""
    lists: list[tuple[str, Mark]] = field(default_factory=list)
    """Every list that a campaign calls, with its place."""
    detections: list[tuple[str, Mark]] = field(default_factory=list)
    """Every campaign with answering-machine detection, and where it says so."""


def is_campaigns_file(path: str) -> bool:
    """Whether the file, by its path from the site's folder, has campaigns."""
    return path.startswith(CAMPAIGNS) and path.endswith(".yaml")


def read_campaigns(roots: Mapping[str, Node], around: Around) -> CampaignReading:
    """Read the campaigns of `roots`, the parsed files by path; those of others are passed over."""
    reading = CampaignReading()
    places: dict[str, Mark] = {}
    for path, root in sorted(roots.items()):
        if not is_campaigns_file(path):
            continue
        for name, node in _entries(root, reading.problems):
            mark = node.key_mark or node.mark
            if not re.match(NAME, name):
                message = f"{name!r} is no name: small letters, digits and _"
            elif name in places:
                message = f"campaign {name} is given already at {places[name]}"
            elif not node.is_mapping:
                message = f"{name}: a mapping of settings is wanted, not {node.kind}"
            else:
                places[name] = mark
                _Reader(name, node, around, reading).read()
                continue
            reading.problems.append(Problem(mark, "campaign", message))
    reading.problems.sort(key=lambda problem: problem.order)
    return reading


def _entries(root: Node, problems: list[Problem]) -> Iterable[tuple[str, Node]]:
    if root.value is None:
        return ()
    if not root.is_mapping:
        problems.append(Problem(root.mark, "campaign", f"a mapping with campaigns is wanted, not {root.kind}"))
        return ()
    for word, section in root.items.items():
        if word not in _SECTIONS:
            message = f"{word} is not known here{nearest_hint(word, _SECTIONS)}; there are {', '.join(_SECTIONS)}"
            problems.append(Problem(section.key_mark or section.mark, "unknown-word", message))
    found = root.items.get("campaigns")
    if found is None or found.value is None:
        return ()
    if not found.is_mapping:
        problems.append(Problem(found.mark, "campaign", f"campaigns: a mapping of names is wanted, not {found.kind}"))
    return found.items.items()


class _Reader:
    """One campaign."""

    def __init__(self, name: str, node: Node, around: Around, reading: CampaignReading) -> None:
        self._name = name
        self._node = node
        self._mark = node.key_mark or node.mark
        self._around = around
        self._reading = reading
        self._is_broken = False

    def read(self) -> None:
        """Put it, or what is wrong with it, into the reading."""
        node = self._node
        problems: list[Problem] = []
        dispositions = self._written_dispositions(problems)
        node = replace(node, value={word: one for word, one in node.items.items() if word != "dispositions"})
        written = read_record(_with_lists(node), Written, f"campaign {self._name}", problems, "campaign")
        self._reading.problems += problems
        if written is None or dispositions is None:
            return
        written = msgspec.structs.replace(written, dispositions=dispositions)
        scene = self._scene(written)
        lists = self._lists(written, scene)
        self._who_takes(written, scene)
        self._hours(written)
        agents_say = self._dispositions(written)
        retry = self._retry(written, scene)
        detection = self._detection(written, scene)
        if written.safe_harbour != Written.safe_harbour or written.mode != "agentless":
            self._named("safe_harbour", written.safe_harbour, self._around.phrases, "phrase")
        if scene is None or self._is_broken:
            return
        flow = (written.flow or scene.settings.script) if written.mode == "agentless" else ""
        ring = written.ring or scene.settings.ring.longest
        patience = seconds(written.patience)
        self._reading.campaigns[self._name] = CampaignSettings(
            name=self._name,
            scene=written.scene,
            mode=written.mode,
            lists=lists,
            title=written.title,
            queue=written.queue,
            skills=written.skills,
            flow=flow,
            order=written.order,
            retry=retry,
            ring_s=seconds(ring) if ring else _USUAL_RING_S,
            at_once=written.at_once,
            patience_s=patience,
            safe_harbour=written.safe_harbour,
            detection=detection,
            dispositions=agents_say,
            disposition_required=written.disposition_required and bool(agents_say),
            wrap_up_s=seconds(written.wrap_up),
            preview_s=seconds(written.preview),
            keep_free=written.keep_free,
            callers_first=written.callers_first,
            pacing=pacing_of(self._name, written.pacing, patience, detection.false_positives if detection.on else 0.0),
            hours=written.hours,
            calendar=self._around.hours.get(written.hours),
            zone=self._around.zone,
        )

    def _written_dispositions(self, problems: list[Problem]) -> dict[str, WrittenDisposition] | None:
        """Each read by itself, so that what is wrong with one has its place; None: they cannot be read."""
        node = self._node.items.get("dispositions")
        if node is None or node.value is None:
            return {}
        if not node.is_mapping:
            told = f"campaign {self._name}: dispositions: a mapping of names is wanted, not {node.kind}"
            problems.append(Problem(node.mark, "campaign", told))
            return None
        before = len(problems)
        found = {}
        for name, inside in node.items.items():
            if inside.value is None:
                found[name] = WrittenDisposition()
                continue
            called = f"campaign {self._name}: {name}"
            one = read_record(inside, WrittenDisposition, called, problems, "campaign")
            if one is not None:
                found[name] = one
        return found if len(problems) == before else None

    def _scene(self, written: Written) -> BookedScene | None:
        scenes = self._around.book.scenes
        scene = scenes.get(written.scene)
        if scene is None:
            if written.scene not in self._around.broken:
                self._named("scene", written.scene, scenes, "scene")
            return None
        told = f"scene {written.scene}"
        machine = scene.settings.channel in MACHINES
        if (written.mode == "agentless") != machine:
            speaks = "a machine speaks" if machine else "a person speaks"
            fits = "agentless" if machine else "preview, progressive or predictive"
            self._wrong("mode", f"in {told} {speaks} (channel {scene.settings.channel}): {fits} is wanted")
        hours = self._around.book.hours.get(scene.settings.hours)
        if hours is not None and never_open(hours, self._around.today):
            self._wrong("scene", f"{told} is never open: no day of two years is in its hours {scene.settings.hours}")
        return scene

    def _hours(self, written: Written) -> None:
        self._named("hours", written.hours, self._around.hours, "hours")
        hours = self._around.hours.get(written.hours)
        if hours is not None and never_open(hours, self._around.today):
            self._wrong("hours", f"hours: {written.hours} is never open: no day of two years is in it")

    def _lists(self, written: Written, scene: BookedScene | None) -> tuple[ListShare, ...]:
        approved = scene.settings.list if scene is not None else ""
        if not written.lists and not approved and scene is not None:
            told = f"lists: whom it calls is missing, and scene {scene.name} has no list either"
            self._wrong("", told)
        for name in written.lists:
            if approved and name != approved:
                told = f"scene {written.scene} was made for the list {approved}: an approval holds for that one"
                self._wrong_at(self._list_mark(name), told)
        shares = tuple(ListShare(*one) for one in written.lists.items()) or ((ListShare(approved),) if approved else ())
        self._reading.lists += [(share.name, self._list_mark(share.name)) for share in shares]
        return shares

    def _list_mark(self, name: str) -> Mark:
        node = self._node.items.get("lists")
        if node is None:
            return self._mark
        inside = node.items.get(name)
        if inside is not None:
            return inside.key_mark or inside.mark
        return next((child.mark for child in node.children if child.text == name), node.mark)

    def _who_takes(self, written: Written, scene: BookedScene | None) -> None:
        if written.mode == "agentless":
            for word in ("queue", "skills", "dispositions", "keep_free", "callers_first", "preview"):
                if word in self._node.items:
                    self._wrong(word, f"{word}: nobody of ours speaks in an agentless campaign", at_key=True)
            self._named("flow", written.flow, self._around.flows, "flow")
            script = scene.settings.script if scene is not None else ""
            if scene is not None and not written.flow and not script:
                self._wrong("", "flow: what answers hear is missing, and the scene has no script of this house")
            elif script and written.flow not in ("", script):
                told = f"scene {written.scene} was made for the flow {script}: an approval holds for that one"
                self._wrong("flow", told)
            return
        if not written.queue:
            self._wrong("", "queue: whose agents take the answers is missing")
        self._named("queue", written.queue, self._around.queues, "queue")
        for name in written.callers_first:
            if name not in self._around.queues:
                told = f"callers_first: there is no queue {name}{nearest_hint(name, self._around.queues)}"
                self._wrong_at(self._named_place(("callers_first",), name), told, "unknown-queue")
        if written.flow:
            self._wrong("flow", "flow: only an agentless campaign walks one", at_key=True)
        if written.mode != "preview" and "preview" in self._node.items:
            self._wrong("preview", f"preview: a {written.mode} campaign shows none", at_key=True)
        if written.mode != "predictive" and "pacing" in self._node.items:
            self._wrong("pacing", "pacing: only a predictive campaign dials more than it has agents", at_key=True)
        node = self._node.items.get("skills")
        marks = [] if node is None else [one.mark for one in (node.children if node.is_sequence else (node,))]
        self._reading.skill_expressions += zip(written.skills, marks, strict=True)

    def _detection(self, written: Written, scene: BookedScene | None) -> Detection:
        if written.answering_machine is None:
            return Detection()
        word, around, found = "answering_machine", self._around, written.answering_machine
        self._reading.detections.append((self._name, self._place((word,))))
        if written.mode == "preview":
            self._wrong(word, f"{word}: the agent of a preview hears who answers by themselves", at_key=True)
        script = scene.settings.script if scene is not None and written.mode == "agentless" else ""
        if found.flow and script and found.flow != script:
            told = f"flow: scene {written.scene} was made for the flow {script}: an approval holds for that one"
            self._wrong_at(self._place((word, "flow")), told)

        def wrong(inside: str, told: str) -> None:
            self._wrong_at(self._place((word, inside)), f"{inside}: {told}")

        return read_detection(found, around.phrases, around.flows, seconds(written.patience), wrong)

    def _dispositions(self, written: Written) -> tuple[Disposition, ...]:
        for name, fault in code_faults({name: one.code for name, one in written.dispositions.items()}):
            self._wrong_at(self._place(("dispositions", name, "code")), fault)
        for name in written.dispositions:
            path = ("dispositions", name)
            if not re.match(NAME, name):
                self._wrong_at(self._place(path), f"{name!r} is no name: small letters, digits and _")
            elif name in RESULTS:
                told = f"{name} is what the network says of a call: another name is wanted"
                self._wrong_at(self._place(path), told)
        meanings = {one.meaning for one in written.dispositions.values()}
        if written.mode != "agentless" and "refused" not in meanings:
            told = "no disposition means refused: an agent cannot say that somebody wants no more calls"
            mark = self._place(("dispositions",)) if written.dispositions else self._mark
            self._reading.problems.append(Problem(mark, "disposition", f"campaign {self._name}: {told}", warning=True))
        return tuple(_disposition(name, one) for name, one in written.dispositions.items())

    def _retry(self, written: Written, scene: BookedScene | None) -> RetryRules:
        own, usual = written.retry, RetryRules()
        known = (*RESULTS, *written.dispositions)
        for word, names in (("by_result", own.by_result), ("next_number", own.next_number or ())):
            for name in names:
                if name not in known:
                    told = f"{name} is no result, and no disposition of this campaign{nearest_hint(name, known)}"
                    self._wrong_at(self._named_place(("retry", word), name), told, "unknown-result")
        if scene is None:
            return usual
        approved = scene.settings.retry
        if own.tries is not None and own.tries > approved.tries:
            told = f"{own.tries} tries, and scene {scene.name} has {approved.tries}: raise them there, and approve it"
            self._wrong_at(self._place(("retry", "tries")), told)
        after = own.after or approved.after
        by_result = {**approved.by_result, **own.by_result}
        return RetryRules(
            tries=own.tries or approved.tries,
            after_s=seconds(after) if after else usual.after_s,
            by_result={name: NEVER if one == NEVER_AGAIN else seconds(one) for name, one in by_result.items()},
            next_number=usual.next_number if own.next_number is None else frozenset(own.next_number),
            next_number_after_s=seconds(own.next_number_after) if own.next_number_after else usual.next_number_after_s,
        )

    def _named(self, word: str, name: str, known: Collection[str], label: str) -> None:
        if name and name not in known:
            self._wrong(word, f"{word}: there is no {label} {name}{nearest_hint(name, known)}", rule=f"unknown-{label}")

    def _place(self, path: tuple[str | int, ...]) -> Mark:
        found = self._node.find(path)
        return found.key_mark or found.mark

    def _named_place(self, path: tuple[str, ...], name: str) -> Mark:
        found = self._node.find(path)
        inside = found.items.get(name) or next((one for one in found.children if one.text == name), found)
        return inside.key_mark or inside.mark

    def _wrong(self, word: str, message: str, rule: str = "campaign", *, at_key: bool = False) -> None:
        node = self._node.items.get(word)
        if node is None:
            self._wrong_at(self._mark, message, rule)
        else:
            self._wrong_at((node.key_mark or node.mark) if at_key else node.mark, message, rule)

    def _wrong_at(self, mark: Mark, message: str, rule: str = "campaign") -> None:
        self._is_broken = True
        self._reading.problems.append(Problem(mark, rule, f"campaign {self._name}: {message}"))


def _with_lists(node: Node) -> Node:
    """The campaign with `lists` as a mapping to weights: one name, and a list of names, weigh the same each."""
    lists = node.items.get("lists")
    if lists is None or lists.is_mapping or lists.value is None:
        return node
    names = lists.children if lists.is_sequence else (lists,)
    if not all(name.text for name in names):
        return node
    shares = {name.text: Node(1, name.mark, name.mark, "1") for name in names}
    return replace(node, value={**node.items, "lists": replace(lists, value=shares)})


def _disposition(name: str, one: WrittenDisposition) -> Disposition:
    return Disposition(
        name=name, meaning=one.meaning, title=one.title, code=one.code, effective=one.effective, case=one.case
    )
