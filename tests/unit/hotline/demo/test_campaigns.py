"""The demonstration's campaigns: dialplans that are the sample's but for the hours, and people made up for each run."""

import csv
import io
import shutil
from collections import Counter
from pathlib import Path
from random import Random

import pytest
import yaml

from calls.errors import BadInput
from calls.numbers import e164
from dialer.governor.questions import Question
from hotline.demo.campaigning import CAMPAIGNS, MARKETING, prepare_people
from hotline.demo.overlay import RING, lay
from hotline.demo.people import LISTS, as_csv, make_people, reaction
from hotline.governing.local import local_gate
from hotline.site.sample import SAMPLE
from hotline.site.site import Site
from hotline.store import opening
from hotline.versions.checking import check
from phones.agent_phone import Answer, LetRing, Reject
from phones.audio import tone

pytestmark = pytest.mark.unit


def test_the_dialplans_are_the_samples_but_for_the_hours_and_can_be_published(tmp_path: Path) -> None:
    lay(SAMPLE / "dialplans", tmp_path / "dialplans")
    folder = lay(SAMPLE / "dialplans", tmp_path / "dialplans")  # a second start makes them anew
    written = {
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file() and not path.is_symlink()
    }
    assert written == {"hours.yaml", "campaigns/loans.yaml"}, "the policies are the sample's own"
    (tmp_path / "hotline.yaml").write_text(f"prompts: {SAMPLE / 'prompts'}\n", encoding="utf-8")
    checked = check(Site.open(tmp_path))
    assert [str(problem) for problem in checked.errors] == []
    assert set(CAMPAIGNS) <= set(checked.campaigns.campaigns)
    for one in (checked.campaigns.campaigns[name] for name in CAMPAIGNS):
        assert (one.ring_s, one.wrap_up_s) == (float(RING.split()[0]), 4.0)
        assert {share.name for share in one.lists} <= set(LISTS)
    hours = yaml.safe_load((folder / "hours.yaml").read_text(encoding="utf-8"))
    assert hours["outbound"]["week"] == {"mon-sun": "00:00-24:00"}
    assert hours["service"] == yaml.safe_load((SAMPLE / "dialplans/hours.yaml").read_text(encoding="utf-8"))["service"]


def test_a_sample_without_the_files_that_are_changed_is_told(tmp_path: Path) -> None:
    shutil.copytree(SAMPLE / "dialplans", tmp_path / "sample")
    (tmp_path / "sample/hours.yaml").unlink()
    with pytest.raises(BadInput, match=r"changes hours.yaml, and the sample has it no more"):
        lay(tmp_path / "sample", tmp_path / "dialplans")


def test_people_have_numbers_of_their_own_and_some_are_on_both_lists() -> None:
    made = make_people(Random(1))
    assert {name: len(people) for name, people in made.items()} == LISTS
    everybody = [one for people in made.values() for one in people]
    assert len({e164(one.number, "CN") for one in everybody}) == 60
    first, second = ({one.key for one in people} for people in made.values())
    assert len(first & second) == 4
    assert sum(one.wants_no_calls for one in everybody) == 4
    assert sum(one.agreed for one in made[MARKETING]) == 15
    assert {one.kind for one in everybody} == {"answers", "busy", "refuses", "rings out", "machine", "no phone"}
    assert make_people(Random(2)) != made
    rows = list(csv.DictReader(io.StringIO(as_csv(made["spring_2027"]))))
    assert (len(rows), rows[0]["客户号"] in first) == (20, True)


async def test_who_has_not_agreed_to_offers_is_denied_by_the_rule_of_consent(tmp_path: Path) -> None:
    lay(SAMPLE / "dialplans", tmp_path / "dialplans")
    (tmp_path / "hotline.yaml").write_text(f"prompts: {SAMPLE / 'prompts'}\n", encoding="utf-8")
    site = Site.open(tmp_path)
    site.prepare()
    opening.migrate(site.database)
    made = make_people(Random(4))
    prepare_people(site.database, site.state, made)
    gate = local_gate(site, draft=True)
    by_rule: dict[str, set[str]] = {}
    for one in made[MARKETING]:
        number = e164(one.number, "CN")
        asked = Question(scene="spring_offer", number=number, origin="campaign", person=one.key)
        decision = (await gate.check(asked)).decision
        for rule in [reason.rule for reason in decision.reasons] or ["allowed"]:
            by_rule.setdefault(rule, set()).add(one.key)
    assert by_rule["cn.miit.consent"] == {one.key for one in made[MARKETING] if not one.agreed}
    assert len(by_rule["cn.miit.consent"]) == 5
    assert by_rule["allowed"] == {one.key for one in made[MARKETING] if one.agreed and not one.wants_no_calls}
    prepare_people(site.database, site.state, make_people(Random(5)))  # a second run has other people


def test_each_kind_of_phone_does_what_it_is_called() -> None:
    voice = tone(440, 0.1)
    kinds = Counter(one.kind for people in make_people(Random(3)).values() for one in people)
    for kind in kinds:
        does = reaction(kind, Random(1), voice, voice)
        if kind == "no phone":
            assert does is None
            continue
        assert does is not None
        wanted = {"busy": Reject, "refuses": Reject, "rings out": LetRing}.get(kind, Answer)
        assert isinstance(does(None), wanted)  # type: ignore[arg-type]  # it does not look at the call
