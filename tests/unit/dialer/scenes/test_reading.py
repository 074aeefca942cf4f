"""Reading scenes: templates, parameters, places of what is wrong, and the nearest right word."""

from datetime import UTC, datetime

import pytest

from dialer.scenes.settings import Retry, Ring
from tests.unit.dialer.scenes.folder import read, told

pytestmark = pytest.mark.unit


def test_a_scene_has_all_its_words() -> None:
    reading = read(
        """
scenes:
  spring_offer:
    about: the spring loan
    category: marketing
    channel: human
    product: loans
    department: sales
    owner: zhang.san
    script: sales_script
    list: spring_2026
    hours: outbound
    caller_ids: [main, 400 123 4567]
    notice: this_is_recorded
    record: always
    ring: {longest: 30 s, least: 15 s}
    retry: {tries: 3, after: 4 h, by_result: {busy: 10 min, refusal: never}}
    attributes: {tier: gold, branch: 12}
    allows: [shared_cost]
    starts: 2026-12-01
    ends: 2027-01-01 12:00
""".replace("[main, 400 123 4567]", "main")
    )
    assert told(reading) == []
    scene = reading.scenes["spring_offer"]
    assert scene.settings.category == "marketing"
    assert scene.settings.attributes == {"tier": "gold", "branch": "12"}
    assert scene.settings.ring == Ring("30 s", "15 s")
    assert scene.settings.retry == Retry(3, "4 h", {"busy": "10 min", "refusal": "never"})
    assert scene.numbers == ("+8640095183", "+862150490000")
    assert scene.starts == datetime(2026, 11, 30, 16, tzinfo=UTC).timestamp()
    assert scene.ends == datetime(2027, 1, 1, 4, tzinfo=UTC).timestamp()


def test_templates_are_inherited_and_filled_in() -> None:
    reading = read(
        """
templates:
  house: {department: service, record: always, ring: {longest: 30 s}, attributes: {brand: home}}
  collection:
    like: house
    takes: {stage: early, tries: 2}
    category: collection
    channel: ivr
    script: remind
    list: "overdue_{stage}"
    ring: {least: 15 s}
    retry: {tries: "{tries}"}
    attributes: {stage: "{stage}"}
scenes:
  remind_early: {like: collection}
  remind_late:
    like: collection
    with: {stage: late, tries: 5}
    record: never
    attributes: {branch: north}
"""
    )
    assert told(reading) == []
    early, late = (reading.scenes[name].settings for name in ("remind_early", "remind_late"))
    assert (early.list, early.retry.tries, early.record, early.department) == ("overdue_early", 2, "always", "service")
    assert early.ring == Ring("30 s", "15 s")
    assert (late.list, late.retry.tries, late.record) == ("overdue_late", 5, "never")
    assert late.attributes == {"brand": "home", "stage": "late", "branch": "north"}


def test_a_template_hands_its_own_values_on() -> None:
    reading = read(
        """
templates:
  base: {takes: [what], category: service, channel: human, list: "{what}_list"}
  cards: {like: base, with: {what: "cards_{kind}"}, takes: [kind]}
scenes:
  debit: {like: cards, with: {kind: debit}}
"""
    )
    assert told(reading) == []
    assert reading.scenes["debit"].settings.list == "cards_debit_list"


def test_templates_of_other_files_are_known() -> None:
    reading = read("scenes: {a: {like: house}}", house="templates: {house: {category: service, channel: human}}")
    assert told(reading) == []
    assert "a" in reading.scenes


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("scenes: {a: {like: hous}}\n", ["1:20: there is no template hous [unknown-template]"]),
        (
            "templates: {house: {record: always}}\nscenes: {a: {like: hous}}",
            ["2:20: there is no template hous (did you mean house?) [unknown-template]", "1:13: no scene is like"],
        ),
        (
            "scenes: {a: {category: service, channel: human}, b: {like: a}}",
            ["1:60: a is a scene; like: names a template"],
        ),
        (
            "scenes: {a: {category: markting, channel: human}}",
            ["1:14: scene a: `markting` is not one of marketing", "did you mean marketing?"],
        ),
        (
            "scenes: {a: {category: service, chanel: human}}",
            ["1:33: scene a: chanel is not known here (did you mean channel?)", "1:10: scene a: `channel` is missing"],
        ),
        ("scenes: {a: {category: service, channel: ivr}}", ["1:10: scene a: channel ivr needs script: a flow"]),
        (
            "scenes: {a: {category: service, channel: ivr, script: remnd}}",
            ["1:55: scene a: script: there is no flow remnd (did you mean remind?)"],
        ),
        (
            "scenes: {a: {category: service, channel: human, hours: outbond}}",
            ["1:56: scene a: hours: there is no hours of hours.yaml outbond (did you mean outbound?)"],
        ),
        (
            "scenes: {a: {category: service, channel: human, notice: recorded}}",
            ["1:57: scene a: notice: there is no phrase recorded"],
        ),
        (
            "scenes: {a: {category: service, channel: human, caller_ids: man}}",
            ["1:61: scene a: man is no pool of the policies, and no number (did you mean main?)"],
        ),
        (
            'scenes: {a: {category: service, channel: human, caller_ids: "13800138000"}}',
            ["1:61: scene a: 13800138000 is in no pool of the policies"],
        ),
        (
            "scenes: {a: {category: service, channel: human, ring: {longest: 30 sec}}}",
            ["1:65: scene a:", "is wanted, not '30 sec'"],
        ),
        (
            "scenes: {a: {category: service, channel: human, retry: {tries: 0}}}",
            ["1:57: scene a: a whole number of at least 1 is wanted"],
        ),
        (
            "scenes: {a: {category: service, channel: human, starts: soon}}",
            ["1:57: scene a: 'soon' is no time"],
        ),
        (
            "scenes: {a: {category: service, channel: human, starts: 2026-12-02, ends: 2026-12-01}}",
            ["1:75: scene a: it ends before it starts"],
        ),
        (
            "scenes: {a: {category: service, channel: ai, script_elsewhere: B 7, human_only: true}}",
            ["1:81: scene a: people only, and its channel is ai"],
        ),
        (
            "templates:\n  t: {takes: [stage], category: service, channel: human, list: 'x_{stge}'}\n"
            "scenes:\n  a: {like: t, with: {stage: b}}",
            ["2:64: {stge} is no parameter of template t (did you mean stage?)"],
        ),
        (
            "templates:\n  t: {takes: [stage], category: service, channel: human}\nscenes:\n  a: {like: t}",
            ["4:13: template t needs with: stage"],
        ),
        (
            "templates:\n  t: {takes: [stage], category: service, channel: human}\n"
            "scenes:\n  a: {like: t, with: {stage: b, stag: c}}",
            ["4:33: template t takes no stag (did you mean stage?)"],
        ),
        ("scens: {}", ["1:1: scens is not known here (did you mean scenes?)"]),
        ("scenes: {Spring: {category: service, channel: human}}", ["1:10: 'Spring' is no name"]),
        ("- a", ["1:1: a mapping with templates and scenes is wanted, not list"]),
    ],
)
def test_what_is_wrong_is_told_with_its_place_and_the_nearest_word(text: str, problems: list[str]) -> None:
    found = "\n".join(told(read(text)))
    for problem in problems:
        assert problem in found, found


def test_a_circle_of_templates_is_told_once_with_all_places() -> None:
    reading = read(
        "templates:\n  a: {like: b}\n  b: {like: c}\n  c: {like: a}\n"
        "scenes:\n  s: {like: a, category: risk, channel: ai}"
    )
    assert told(reading) == [
        "dialplans/scenes/a.yaml:2:13: templates are like each other in a circle: a (dialplans/scenes/a.yaml:2:13), "
        "b (dialplans/scenes/a.yaml:3:13), c (dialplans/scenes/a.yaml:4:13), a [scene]"
    ]
    assert reading.scenes == {}


def test_templates_behind_one_another_are_bounded() -> None:
    chain = "\n".join(f"  t{number}: {{like: t{number + 1}}}" for number in range(9))
    reading = read(
        f"templates:\n{chain}\n  t9: {{category: risk, channel: human}}\nscenes: {{s: {{like: t0}}, d: {{like: t1}}}}"
    )
    assert [one for one in told(reading) if "more than 8" in one] == [
        "dialplans/scenes/a.yaml:2:14: template t0 has more than 8 templates behind one another [scene]",
        "dialplans/scenes/a.yaml:3:14: template t1 has more than 8 templates behind one another [scene]",
    ]
    assert read(f"templates:\n{chain}\n  t9: {{category: risk, channel: human}}\nscenes: {{s: {{like: t2}}}}").scenes


def test_a_mistake_of_a_template_is_told_once() -> None:
    reading = read(
        "templates: {t: {category: service, channel: human, hours: none}}\nscenes: {a: {like: t}, b: {like: t}}"
    )
    assert len(reading.problems) == 1
    assert reading.scenes == {}


def test_a_name_given_twice_is_told_with_the_first_place() -> None:
    reading = read("scenes: {a: {category: risk, channel: human}}", b="scenes: {a: {category: risk, channel: human}}")
    assert told(reading) == [
        "dialplans/scenes/b.yaml:1:10: scene a is given already at dialplans/scenes/a.yaml:1:10 [scene]"
    ]
