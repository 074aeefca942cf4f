"""hotline govern: what it prints, and how it ends; and the schemas of what it reads."""

import json
import shutil
from pathlib import Path

import jsonschema
import pytest
import yaml
from typer.testing import CliRunner

from hotline.cli.flows import app as flows
from hotline.cli.govern import app
from hotline.site.site import Site
from hotline.store import opening
from tests.unit.hotline.governing.gated_site import change, publish_again, published

pytestmark = pytest.mark.unit

ROOT = Path(__file__).resolve().parents[4]


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return published(tmp_path)


def run(site: Site, *arguments: str, tool: object = app) -> tuple[int, str]:
    result = CliRunner().invoke(tool, [*arguments, "--site", str(site.folder)])  # type: ignore[arg-type]  # a Typer
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output


def as_json(site: Site, *arguments: str) -> tuple[int, object]:
    code, output = run(site, *arguments, "--json")
    return code, json.loads(output)


CHECK = ("check", "--number", "13800138000", "--scene", "offer", "--at", "2026-12-07 10:00")


def test_check_approve_and_withdraw(site: Site) -> None:
    code, output = run(site, *CHECK)
    assert code == 1
    assert "governor.scene: the scene may not call: it is not approved" in output
    code, output = run(site, "approve", "offer", "--as", "wang.fang", "--reason", "reviewed")
    assert (code, "1 scene, 1 of them may call" in output) == (0, True)
    code, found = as_json(site, *CHECK)
    assert (code, found["verdict"], found["past_calls"]) == (0, "allow", None)  # type: ignore[call-overload, index]
    code, output = run(site, *CHECK[:-1], "2026-12-07 20:00")
    assert code == 3
    assert "not before  2026-12-08T09:00:00+08:00" in output
    assert "+86*******8000" in output
    assert "13800138000" not in output
    code, _ = run(site, "withdraw", "offer", "--as", "zhao", "--reason", "complaint")
    assert code == 0
    assert run(site, *CHECK)[0] == 1


def test_check_of_the_folder_needs_neither_publish_nor_approval(site: Site) -> None:
    change(site, "dialplans/scenes/all.yaml", "remind:", "recall:")
    code, output = run(site, "check", "--number", "13800138000", "--scene", "recall")
    assert (code, "there is no scene recall" in output) == (2, True)
    draft = ("check", "--number", "13800138000", "--scene", "recall", "--at", "2026-12-07 10:00", "--draft")
    code, output = run(site, *draft)
    assert code == 0
    assert "notice: recorded" in output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--scene", "ofer", "--number", "1"), "there is no scene ofer (did you mean offer?)"),
        (("--scene", "offer", "--number", "13800138000", "--origin", "agnt"), "no origin agnt (did you mean agent?)"),
        (("--scene", "offer", "--number", "1.38E+10"), "a spreadsheet has rounded this number"),
        (("--scene", "offer", "--number", "13800138000", "--attribute", "tier"), "NAME=VALUE is wanted"),
        (("--scene", "offer", "--number", "13800138000", "--at", "soon"), "'soon' is no time"),
    ],
)
def test_what_is_wrong_is_told_with_the_nearest_word(site: Site, arguments: tuple[str, ...], said: str) -> None:
    code, output = run(site, "check", *arguments)
    assert code == 2
    assert said in output


def test_whoever_asks_stands_in_the_audit_log(site: Site) -> None:
    run(site, *CHECK)
    assert '"what":"gate asked","about":"+8613800138000 for offer"' in (site.state / "audit.log").read_text()


def test_scenes_are_listed_with_their_standing(site: Site) -> None:
    code, output = run(site, "scenes")
    assert (code, output.count("it is not approved")) == (0, 3)
    run(site, "approve", "*", "--as", "wang", "--reason", "reviewed", "--until", "2030-12-31")
    code, rows = as_json(site, "scenes", "rem*")
    assert [(row["scene"], row["may_call"], row["approvers"]) for row in rows] == [("remind", True, ["wang"])]  # type: ignore[attr-defined, index]
    assert run(site, "scenes", "--refused")[1].strip() == "every scene may call"
    code, output = run(site, "approve", "offer", "--as", "sales", "--reason", "mine")
    assert (code, "sales owns the scene" in output) == (2, True)


def test_the_rules_are_listed_with_their_words_and_clauses(site: Site) -> None:
    code, found = as_json(site, "rules", "--scene", "offer")
    assert code == 0
    rules = {one["rule"]: one for one in found["rules"]}  # type: ignore[index]
    assert rules["house.not_often"]["says"] == "{at_most: 2, in: 7 days}"
    code, output = run(site, "rules")
    assert (code, "house.not_often" in output, "article 12" in output) == (0, True, True)
    code, output = run(site, "rules", "--scene", "ofer")
    assert (code, "no scene ofer (did you mean offer?)" in output) == (2, True)


def test_a_replay_tells_each_scene_and_each_rule(site: Site, tmp_path: Path) -> None:
    opening.migrate(site.database)
    calls = tmp_path / "calls.jsonl"
    rows = [{"at": f"2026-11-23 1{hour}:00", "number": "13800138000", "scene": "offer"} for hour in range(4)]
    calls.write_text("\n".join(map(json.dumps, rows)))
    stricter = tmp_path / "stricter.yaml"
    text = (site.folder / "dialplans/policies/house.yaml").read_text()
    stricter.write_text(text.replace("at_most: 2", "at_most: 1"))
    asked = ("replay", "--from", "2026-11-23", "--to", "2026-11-23", "--calls", str(calls), "--policy", str(stricter))
    code, output = run(site, *asked, "-n", "1")
    assert code == 0
    assert "4 calls, 3 of them blocked" in output
    assert "+86*******8000" in output
    code, found = as_json(site, *asked)
    (scene,) = found["scenes"]  # type: ignore[call-overload, index]
    assert (scene["calls"], scene["blocked_before"], scene["blocked_after"]) == (4, 2, 3)
    assert found["policy_before"] != found["policy_after"]  # type: ignore[call-overload, index]
    assert found["rules"][0]["rule"] == "house.not_often"  # type: ignore[call-overload, index]
    stricter.write_text("policy: house\nlayer: grup\n")
    code, output = run(site, *asked)
    assert (code, "did you mean group?" in output) == (2, True)
    assert run(site, "replay")[0] == 2


def test_tail_without_a_server_says_so(site: Site) -> None:
    code, output = run(site, "tail", "--web-port", "1", "--no-follow")
    assert code == 2
    assert "is `hotline serve` running?" in output


def test_try_runs_the_cases_of_scenes_beside_those_of_flows(tmp_path: Path) -> None:
    for name in ("dialplans", "prompts"):
        shutil.copytree(ROOT / name, tmp_path / name)
    site = Site.open(tmp_path)
    code, output = run(site, "try", "the offer", "--verbose", tool=flows)
    assert (code, "4 calls went as expected" in output) == (0, True)
    change(site, "dialplans/scenes/tests/loans.yaml", "{deny: house.complained}", "allow")
    code, output = run(site, "try", "complained", tool=flows)
    assert code == 1
    assert "expected allow, but it is: deny (house.complained" in output


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("scenes", "dialplans/scenes/loans.yaml"),
        ("scene_tests", "dialplans/scenes/tests/loans.yaml"),
    ],
)
def test_the_sample_fits_its_schema_and_a_misspelt_word_does_not(site: Site, name: str, file: str) -> None:
    result = CliRunner().invoke(flows, ["schema", name])
    schema = json.loads(result.output)
    jsonschema.Draft202012Validator.check_schema(schema)
    check = jsonschema.Draft202012Validator(schema)
    content = yaml.load((ROOT / file).read_text(encoding="utf-8"), yaml.BaseLoader)  # all texts, as schemas take them
    if name == "scene_tests":
        check.validate(content)
        next(iter(content.values()))["scen"] = "x"
    else:
        content["scenes"]["spring_offer"]["retry"]["tries"] = 2
        content["templates"]["loans"]["chanel"] = "human"
    assert not check.is_valid(content)


def test_the_schema_of_approvals_takes_names_and_lists() -> None:
    schema = json.loads(CliRunner().invoke(flows, ["schema", "approvals"]).output)
    check = jsonschema.Draft202012Validator(schema)
    check.validate({"approvers": ["a"], "rules": [{"for": {"category": "marketing"}, "need": 2, "approvers": "b"}]})
    assert not check.is_valid({"approvers": ["a"], "rules": [{"fr": {}}]})


def test_a_changed_policy_is_told_shown_approved_and_rolled_back(site: Site) -> None:
    assert run(site, "policy", "diff")[0] == 0
    change(site, "dialplans/policies/house.yaml", "at_most: 2", "at_most: 1")
    assert "of the folder needs an approval after publishing" in run(site, "lint", tool=flows)[1]
    publish_again(site)
    code, output = run(site, "policy", "diff")
    assert (code, " changed  house.rules.not_often" in output, "+  not_often:" in output) == (1, True, True)
    assert "does not rule: it is not approved" in run(site, "policy", "show")[1]
    code, found = as_json(
        site, "policy", "approve", "--as", "wang.fang", "--reason", "reviewed", "--from", "2126-12-01"
    )
    assert (code, found["waits"], found["published_refused"]) == (0, True, "")  # type: ignore[index]  # a mapping
    output = run(site, "policy", "show")[1]
    assert "it takes effect at 2126-12-01 00:00:00" in output
    version = found["published"]  # type: ignore[index]  # as above
    code, found = as_json(site, "policy", "rollback", version, "--as", "zhao", "--reason", "not that one")
    assert (code, found["published_refused"]) == (0, "its approval was withdrawn")  # type: ignore[index]  # as above
    code, output = run(site, "policy", "approve", "no-such", "--as", "wang.fang", "--reason", "reviewed")
    assert (code, f"policy {version} is published, and not no-such" in output) == (2, True)
