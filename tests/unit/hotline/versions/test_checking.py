"""What is wrong with queues, agents and skills has its file:line and the nearest right word; nothing is half taken."""

import shutil
from pathlib import Path

import pytest

from hotline.site.site import Site
from hotline.versions.checking import Checked, check
from hotline.versions.house_phrases import ALWAYS, WHERE_ASKED_FOR

pytestmark = pytest.mark.unit

ROOT = Path(__file__).resolve().parents[4]
QUEUES, AGENTS, RECEPTION = "dialplans/queues.yaml", "dialplans/agents.yaml", "dialplans/flows/reception.yaml"


def spoilt(folder: Path, file: str, old: str, new: str) -> Checked:
    """The sample with one thing changed."""
    for name in ("dialplans", "prompts"):
        shutil.copytree(ROOT / name, folder / name)
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    return check(Site.open(folder))


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        (QUEUES, "drop: [fraud]", "drop: [fruad]", "nobody has the skill `fruad`; did you mean fraud?"),
        (QUEUES, "priority: 20", "skills: ['']", "an empty skill expression"),
        (QUEUES, "priority: 20", "priority: soon", "a number is wanted, not text"),
        (QUEUES, "overflow: front_desk", "overflow: frontdesk", "no queue `frontdesk`; did you mean front_desk?"),
        (
            QUEUES,
            "{after_s: 420, offer: message}",
            "{after_s: 420, overflow: loans}",
            "overflows go in a circle: front_desk → loans → front_desk",
        ),
        (QUEUES, "max_wait_s: 900", "max_wait_s: -900", "a duration is not negative"),
        (QUEUES, "policy: most_proficient", "policy: proficient", "did you mean most_proficient?"),
        (QUEUES, "lower: 1", "offer: calback", "did you mean callback?"),
        (QUEUES, "lower: 1", "lowr: 1", "queues.yaml:25:23: `lowr` is not known here"),
        (QUEUES, "lower: 1", "lowr: 1", "did you mean lower?"),
        (QUEUES, "{after_s: 60, lower: 1}", "{lower: 1}", "`after_s` is missing"),
        (QUEUES, "first_s: 30", "frist_s: 30", "did you mean first_s?"),
        (QUEUES, "first_s: 30", "first_s: 1", "queues.yaml:5:16: a number of at least 5 is wanted"),
        (QUEUES, "every_s: 60", "every_s: often", "queues.yaml:5:29: a number is wanted, not text"),
        (QUEUES, "position: more 9", "position: mor 9", "yes, no, `limit 5` or `more 5` is wanted"),
        (QUEUES, "expires_s: 7200", "expire_s: 7200", "did you mean expires_s?"),
        (QUEUES, "tries: 3", "tries: 30", "a whole number of at most 9 is wanted"),
        (QUEUES, "priority: 20", "classes: {urgnt: 20}", "did you mean urgent?"),
        (QUEUES, "priority: 20", "weights: {fersh: 1}", "did you mean fresh?"),
        (QUEUES, "priority: 20", "alert_s: [0]", "a number above 0 is wanted"),
        (AGENTS, "agents:", "pause_needs_resons: true\nagents:", "did you mean pause_needs_reason?"),
        (
            QUEUES,
            "    callback: {hours: service, expires_s: 14400, tries: 5, retry_s: 600, scene: call_back}\n",
            "",
            "has no rules for it",
        ),
        (QUEUES, "tries: 3", "countries: [CN, HKG]", "there is no country HKG (did you mean HK?)"),
        (QUEUES, "tries: 3", "kinds: [mobil]", "did you mean mobile?"),
        (QUEUES, "hours: service", "hours: servise", "there are no hours servise (did you mean service?)"),
        (QUEUES, "record: true", "recrod: true", "did you mean record?"),
        (QUEUES, "record: true", "dispositions: {solved: {cod: 1}}", "did you mean code?"),
        (QUEUES, "record: true", "dispositions: {solved: {code: 1}, open: {code: 12}}", "no code may begin another"),
        (QUEUES, "record: true", "dispositions: {solved: {code: a}}", "'a' is no code: one to three digits"),
        (QUEUES, "record: true", "dispositions: {Solved: }", "'Solved' is no name"),
        (QUEUES, "record: true", "disposition_required: true", "requires a disposition, and has none"),
        (AGENTS, "loans: 3", "loans: 7", "the level of a skill is 1 to 5, not 7"),
        (AGENTS, "agents:", "pause_needs_reason: true\nagents:", "with true, `pauses` has the reasons"),
        (RECEPTION, "skills: [fraud>=2]", "skills: [fruad>=2]", "did you mean fraud?"),
        (RECEPTION, "agent: last", 'agent: "8009"', "there is no agent 8009"),
        (RECEPTION, "agent: last", "agent: lst", "there is no agent lst (did you mean last?)"),
        (RECEPTION, "agent: last", "agent: [8001]", "an agent is wanted, or last"),
        (RECEPTION, "skills: [fraud>=2]", "skills: ['']", "a skill, such as complaints>=3, is wanted"),
        (AGENTS, "complaints: 4", "complaint: 4", "agents.yaml:3:60: complaint is no skill of skills.yaml"),
        (AGENTS, "complaints: 4", "complaint: 4", "(did you mean complaints?)"),
        (AGENTS, "fraud: 3", "Fraud: 3", "Fraud is no skill of skills.yaml (did you mean fraud?)"),
    ],
)
def test_what_is_wrong_has_its_place_and_the_nearest_word(
    tmp_path: Path, file: str, old: str, new: str, said: str
) -> None:
    checked = spoilt(tmp_path, file, old, new)
    told = [str(problem) for problem in checked.errors if said in str(problem)]
    assert told, checked.errors
    assert told[0].startswith(f"{file}:")
    assert told[0].split(":")[1].isdigit()
    assert checked.program is None
    assert checked.routing is None


def test_the_region_is_a_part_of_the_version(tmp_path: Path) -> None:
    chinese = spoilt(tmp_path / "cn", QUEUES, "priority: 20", "priority: 20")
    (tmp_path / "de").mkdir()
    (tmp_path / "de/hotline.yaml").write_text("region: DE\n", encoding="utf-8")
    german = spoilt(tmp_path / "de", QUEUES, "priority: 20", "priority: 20")
    assert chinese.program is not None
    assert german.program is not None
    assert (chinese.program.region, german.program.region) == ("CN", "DE")
    assert chinese.source_hash != german.source_hash, "a folder whose region has changed has moved on"


def test_a_broken_queue_is_still_a_queue_to_those_who_name_it(tmp_path: Path) -> None:
    checked = spoilt(tmp_path, QUEUES, "record: true", "recrod: true")
    assert len(checked.errors) == 1


def test_one_persons_typo_leaves_the_right_word_right(tmp_path: Path) -> None:
    """Flows that ask for complaints are right; the one agent whose skill is spelt otherwise is not."""
    checked = spoilt(tmp_path, AGENTS, "complaints: 4", "complaint: 4")
    assert [problem.mark.file for problem in checked.errors] == [AGENTS]


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        (RECEPTION, "skills: [complaints>=3]", "skills: [loans>=5, fraud>=4]", "no one agent has all of"),
        (AGENTS, "fraud: 3, zh: 5, en: 3", "zh: 5, en: 3", ""),  # another has it
        (
            RECEPTION,
            "skills: [complaints>=3]",
            "skills: [general>=5 and complaints>=5 and loans]",
            "nobody has general",
        ),
        ("dialplans/skills.yaml", "skills:", "skills:\n  cards: 信用卡", ""),  # nobody asks for it
    ],
)
def test_callers_whom_nobody_could_ever_answer_are_warned_of(
    tmp_path: Path, file: str, old: str, new: str, said: str
) -> None:
    checked = spoilt(tmp_path, file, old, new)
    told = [problem for problem in checked.problems if problem.rule == "nobody"]
    assert checked.program is not None, "an agent may be hired tomorrow"
    assert [problem.mark.file for problem in told] == ([file] if said else [])
    assert all(said in problem.message and problem.warning for problem in told)


def test_a_skill_that_is_listed_and_that_nobody_has(tmp_path: Path) -> None:
    for name in ("dialplans", "prompts"):
        shutil.copytree(ROOT / name, tmp_path / name)
    for file, old, new in (
        ("dialplans/skills.yaml", "skills:", "skills:\n  cards: 信用卡"),
        (RECEPTION, "skills: [general]", "skills: [cards>=2]"),
    ):
        text = (tmp_path / file).read_text(encoding="utf-8")
        (tmp_path / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    told = [str(problem) for problem in check(Site.open(tmp_path)).problems if problem.rule == "nobody"]
    assert told == [f"{RECEPTION}:39:41: nobody has cards>=2: a caller would wait for nobody [nobody]"]


def test_what_is_lowered_until_somebody_has_it_is_no_problem(tmp_path: Path) -> None:
    checked = spoilt(tmp_path, RECEPTION, "skills: [complaints>=3]", "skills: [complaints>=3, fraud>=5]")
    assert "nobody" not in {problem.rule for problem in checked.problems}, "care lowers its minimums twice"


def test_all_that_is_wrong_is_told_at_once_and_always_in_the_same_order(tmp_path: Path) -> None:
    for name in ("dialplans", "prompts"):
        shutil.copytree(ROOT / name, tmp_path / name)
    spoiling = [
        (QUEUES, "record: true", "recrod: true"),
        (QUEUES, "hours: service", "hours: servise"),
        (AGENTS, "complaints: 4", "complaint: 4"),
        (RECEPTION, "say: welcome", "say: welcom"),
        ("dialplans/tests/main.yaml", "  at:", "  at: 1\n  at:"),
        ("prompts/en.yaml", "agent_ready:", "agent_redy:"),
        ("dialplans/flows/main.yaml", "flow: main", "flow: mian"),
    ]
    for file, old, new in spoiling:
        text = (tmp_path / file).read_text(encoding="utf-8")
        assert old in text, file
        (tmp_path / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    (tmp_path / "dialplans/flows/more.yaml").write_bytes(b"flow: more\nstart: \xff\n")
    site = Site.open(tmp_path)
    first = [str(problem) for problem in check(site).problems]
    assert {line.partition(":")[0] for line in first} >= {
        *(file for file, _, _ in spoiling),
        "dialplans/flows/more.yaml",
    }
    assert all([str(problem) for problem in check(site).problems] == first for _ in range(3))
    marks = [problem.order for problem in check(site).problems]
    assert marks == sorted(marks)


def test_phrases_that_the_house_says_are_missed(tmp_path: Path) -> None:
    for name in ("dialplans", "prompts"):
        shutil.copytree(ROOT / name, tmp_path / name)
    for language in ("en", "zh-CN"):
        path = tmp_path / f"prompts/{language}.yaml"
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace("sentence_unavailable:", "sentence_unavailble:"), encoding="utf-8")
    told = [problem for problem in check(Site.open(tmp_path)).problems if problem.rule == "house-phrase"]
    assert [problem.warning for problem in told] == [True]
    assert "there is no phrase sentence_unavailable (did you mean sentence_unavailble?)" in told[0].message


def test_the_guide_and_the_sample_have_all_phrases_that_the_house_says() -> None:
    guide = (ROOT / "docs/admins.md").read_text(encoding="utf-8")
    prompts = (ROOT / "prompts/en.yaml").read_text(encoding="utf-8")
    for phrase, when in {**ALWAYS, **WHERE_ASKED_FOR}.items():
        assert f"| `{phrase}` | {when} |" in guide
        assert f"\n{phrase}: " in prompts


def test_pauses_have_reasons_and_a_site_may_want_one(tmp_path: Path) -> None:
    plain = spoilt(tmp_path / "plain", AGENTS, "agents:", 'pauses: {1: lunch, "2": training}\nagents:')
    assert plain.routing is not None
    assert plain.routing.pauses == {"": "break", "1": "lunch", "2": "training"}
    wanted = "pause_needs_reason: true\npauses: {1: lunch}\nagents:"
    strict = spoilt(tmp_path / "strict", AGENTS, "agents:", wanted)
    assert strict.routing is not None
    assert strict.routing.pauses == {"1": "lunch"}


@pytest.mark.parametrize("field", ["=id_number", "secret:id_number", "=['is', id_number]", "=string(size(id_number))"])
def test_a_secret_is_never_among_the_fields_that_an_agent_sees(tmp_path: Path, field: str) -> None:
    file = "dialplans/flows/balance.yaml"
    text = (ROOT / file).read_text(encoding="utf-8")
    checked = spoilt(
        tmp_path, file, text, f'{text}\nto_care: {{queue: care, fields: {{id: "{field}"}}, then: hangup}}\n'
    )
    assert "secret-said" in {problem.rule for problem in checked.errors}
    assert checked.program is None
