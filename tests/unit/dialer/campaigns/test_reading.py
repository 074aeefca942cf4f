"""Reading campaigns: what they take from their scenes, places of what is wrong, and the nearest right word."""

import pytest

from dialer.answering_machines.settings import Detection
from dialer.campaigns.results import Disposition
from dialer.campaigns.schema import json_schema
from dialer.campaigns.settings import NEVER, ListShare
from dialer.campaigns.written import Written
from tests.unit.dialer.campaigns.folder import AROUND, read, told

pytestmark = pytest.mark.unit

JUDGED = "scene: reminder, mode: progressive, queue: loans, answering_machine:"
REFUSED = "dispositions: {no_more: {meaning: refused}}"


def test_a_campaign_has_all_its_words() -> None:
    reading = read(
        """
about: what we call for
campaigns:
  spring:
    about: the spring offer
    title: Spring
    scene: offer
    mode: predictive
    lists: {spring: 3, friends: 1}
    queue: loans
    skills: loans>=2
    order: fewest_tries
    hours: office
    retry: {after: 1 day, by_result: {promise: never, busy: 30 min}, next_number: busy, next_number_after: 5 min}
    ring: 25 s
    at_once: 40
    patience: 1 s
    safe_harbour: sorry
    dispositions:
      promise: {title: will pay, code: 1, case: promise}
      no_more: {meaning: refused, code: 29, effective: false}
    disposition_required: false
    wrap_up: 90 s
    keep_free: 2
    callers_first: front_desk
    pacing: {abandoned_at_most: 0.02, denominator: answered, answer_rate: 0.2, talk: 3 min, wrap_up: 20 s}
"""
    )
    assert told(reading) == []
    found = reading.campaigns["spring"]
    assert found.lists == (ListShare("spring", 3), ListShare("friends", 1))
    assert (found.skills, found.order, found.ring_s, found.at_once) == (("loans>=2",), "fewest_tries", 25.0, 40)
    assert (found.retry.tries, found.retry.after_s, found.retry.next_number_after_s) == (1, 86400.0, 300.0)
    assert (found.retry.by_result, found.retry.next_number) == ({"promise": NEVER, "busy": 1800.0}, {"busy"})
    assert found.dispositions == (
        Disposition(name="promise", title="will pay", code="1", case="promise"),
        Disposition(name="no_more", meaning="refused", code="29", effective=False),
    )
    assert (found.disposition_required, found.wrap_up_s, found.keep_free) == (False, 90.0, 2)
    assert (found.callers_first, found.inbound_queues) == (("front_desk",), ("loans", "front_desk"))
    assert (found.hours, found.calendar) == ("office", AROUND.hours["office"])
    pacing = found.pacing
    assert {window.limit for window in pacing.windows} == {0.02}
    assert (pacing.campaign, pacing.denominator, pacing.answer_rate, pacing.patience_s) == (
        *("spring", "answered", 0.2, 1.0),
    )
    assert (pacing.handle_times["spring"].talk_mean_s, pacing.handle_times["spring"].wrap_up_mean_s) == (180.0, 20.0)
    assert [expression for expression, _ in reading.skill_expressions] == ["loans>=2"]


def test_what_is_left_out_is_the_scenes() -> None:
    reading = read(f"campaigns: {{calls: {{scene: reminder, mode: progressive, queue: loans, {REFUSED}}}}}")
    assert told(reading) == []
    found = reading.campaigns["calls"]
    assert found.lists == (ListShare("due"),)
    assert (found.retry.tries, found.retry.after_s) == (3, 7200.0)
    assert found.retry.by_result == {"busy": 600.0, "refusal": NEVER}
    assert found.ring_s == 40.0
    assert [name for name, _ in reading.lists] == ["due"]


def test_an_agentless_campaign_walks_the_scenes_script() -> None:
    reading = read("campaigns: {ask_them: {scene: survey, mode: agentless}}")
    assert told(reading) == []
    found = reading.campaigns["ask_them"]
    assert (found.flow, found.queue, found.disposition_required) == ("ask", "", False)


def test_lists_are_one_name_or_several_or_weights() -> None:
    for written, wanted in (
        ("spring", (ListShare("spring"),)),
        ("[a, 2027]", (ListShare("a"), ListShare("2027"))),
        ("{a: 2}", (ListShare("a", 2),)),
    ):
        line = f"{{scene: offer, mode: preview, queue: loans, lists: {written}, {REFUSED}}}"
        reading = read(f"campaigns: {{c: {line}}}")
        assert (told(reading), reading.campaigns["c"].lists) == ([], wanted)


@pytest.mark.parametrize(
    ("campaign", "problem"),
    [
        ("scene: remindr, mode: preview, queue: loans", "1:24: campaign c: scene: there is no scene remindr (did you"),
        ("scene: reminder, mode: previw, queue: loans", "did you mean preview?) [campaign]"),
        ("scene: reminder, mode: preview, queu: loans", "`queu` is not known here"),
        (
            "scene: reminder, mode: preview, queue: loan",
            "queue: there is no queue loan (did you mean loans?) [unknown-q",
        ),
        ("scene: reminder, mode: preview", "1:13: campaign c: queue: whose agents take the answers is missing"),
        ("mode: preview, queue: loans", "campaign c: `scene` is missing"),
        ("scene: reminder, mode: agentless", "in scene reminder a person speaks (channel human): preview, progr"),
        ("scene: survey, mode: preview, queue: loans", "in scene survey a machine speaks (channel ivr): agentless is"),
        ("scene: never, mode: preview, queue: loans", "scene never is never open: no day of two years is in its hours"),
        ("scene: offer, mode: preview, queue: loans", "lists: whom it calls is missing, and scene offer has no list"),
        ("scene: reminder, mode: preview, queue: loans, lists: dues", "1:70: campaign c: scene reminder was made for"),
        ("scene: reminder, mode: preview, queue: loans, lists: {due: 0}", "a whole number of at least 1 is wanted"),
        ("scene: survey, mode: agentless, flow: asc", "flow: there is no flow asc (did you mean ask?) [unknown-flow]"),
        ("scene: survey, mode: agentless, flow: main", "scene survey was made for the flow ask: an approval holds"),
        ("scene: notices, mode: agentless", "flow: what answers hear is missing, and the scene has no script of this"),
        ("scene: survey, mode: agentless, queue: loans", "1:49: campaign c: queue: nobody of ours speaks in an agentl"),
        ("scene: reminder, mode: preview, queue: loans, flow: ask", "flow: only an agentless campaign walks one"),
        (
            "scene: reminder, mode: progressive, queue: loans, preview: 9 s",
            "preview: a progressive campaign shows none",
        ),
        ("scene: reminder, mode: preview, queue: loans, pacing: {}", "pacing: only a predictive campaign dials more"),
        ("scene: reminder, mode: preview, queue: loans, retry: {tries: 4}", "4 tries, and scene reminder has 3: raise"),
        ("scene: reminder, mode: preview, queue: loans, retry: {after: 2}", "a duration such as 30 min, 24 h or 7"),
        (
            "scene: reminder, mode: preview, queue: loans, retry: {by_result: {bussy: never}}",
            "1:83: campaign c: bussy is no result, and no disposition of this campaign (did you mean busy?) [unknown-r",
        ),
        ("scene: reminder, mode: preview, queue: loans, safe_harbour: sory", "no phrase sory (did you mean sorry?)"),
        (
            "scene: reminder, mode: preview, queue: loans, hours: offce",
            "1:70: campaign c: hours: there is no hours offce (did you mean office?) [unknown-hours]",
        ),
        (
            "scene: reminder, mode: preview, queue: loans, callers_first: [loan, front_desk]",
            "1:79: campaign c: callers_first: there is no queue loan (did you mean loans?) [unknown-queue]",
        ),
        ("scene: reminder, mode: preview, queue: loans, hours: shut", "hours: shut is never open: no day of two years"),
        ("scene: reminder, mode: preview, queue: loans, dispositions: {busy: {}}", "busy is what the network says of"),
        (
            "scene: reminder, mode: preview, queue: loans, dispositions: {a: {code: 1}, b: {code: 12}}",
            "code 12 of b and 1 of a: no code may begin another",
        ),
        (
            "scene: reminder, mode: preview, queue: loans, dispositions: {a: {meaning: refuse}}",
            "`refuse` is not one of reached, again, refused, wrong_number, callback (did you mean refused?)",
        ),
        (
            "scene: reminder, mode: preview, queue: loans, answering_machine: {}",
            "1:63: campaign c: answering_machine: the agent of a preview hears who answers by themselves",
        ),
        (f"{JUDGED} {{detect: true}}", "1:87: campaign c: `detect` is not known here"),
        (f"{JUDGED} {{message: sory}}", "1:87: campaign c: message: there is no phrase sory (did you mean sorry?)"),
        (f"{JUDGED} {{flow: mian}}", "flow: there is no flow mian (did you mean main?)"),
        (
            f"{JUDGED} {{message: sorry, flow: main}}",
            "1:103: campaign c: flow: a machine hears the message or the flow",
        ),
        (f"{JUDGED} {{silence: hangup}}", "`hangup` is not one of hang_up, machine, person (did you mean hang_up?)"),
        (f"{JUDGED} {{greeting: 2}}", "greeting: a duration such as 700 ms, 1.8 s or 1 min is wanted, not '2'"),
        (f"{JUDGED} {{between_words: 100 ms}}", "between_words: 100 ms is not between 0.3 s and 3 s"),
        (
            f"{JUDGED} {{decide_within: 2.6 s}}",
            "2.6 s is over before a voice is longer than 2.5 s: no machine is found",
        ),
        (f"{JUDGED} {{initial_silence: 6 s}}", "initial_silence: 6 s is after decide_within, 5 s"),
        (
            f"{JUDGED} {{patience_from: answer}}",
            "decide_within: 5 s, and patience is 2 s from the answer: nobody is left",
        ),
        (f"{JUDGED} {{between_words: 2 s}}", "between_words: 2 s, and patience is 2 s from the end of the greeting"),
        (f"{JUDGED} {{false_positives: 7}}", "1:104: campaign c: a number of at most 1 is wanted"),
        (
            "scene: survey, mode: agentless, answering_machine: {flow: main}",
            "flow: scene survey was made for the flow ask: an approval holds for that one",
        ),
        ("scene: reminder, mode: preview, queue: loans", "no disposition means refused: an agent cannot say"),
    ],
)
def test_what_is_wrong_has_its_place_and_the_nearest_right_word(campaign: str, problem: str) -> None:
    reading = read(f"campaigns: {{c: {{{campaign}}}}}")
    assert any(problem in line for line in told(reading)), told(reading)
    assert ("c" in reading.campaigns) == all(one.warning for one in reading.problems)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[a]", "1:1: a mapping with campaigns is wanted, not list [campaign]"),
        ("campaign: {}", "1:1: campaign is not known here (did you mean campaigns?)"),
        ("campaigns: [a]", "1:12: campaigns: a mapping of names is wanted, not list"),
        ("campaigns: {A: {}}", "1:13: 'A' is no name: small letters, digits and _"),
        ("campaigns: {a: 1}", "1:13: a: a mapping of settings is wanted, not number"),
    ],
)
def test_a_file_that_is_no_file_of_campaigns_is_told(text: str, problem: str) -> None:
    assert any(line.startswith(problem) for line in told(read(text)))


def test_detection_is_off_unless_a_campaign_asks_for_it_and_its_measure_is_the_pacings() -> None:
    text = "campaigns: {{c: {{scene: reminder, mode: predictive, queue: loans, {}, {}}}}}"
    plain = read(text.format(REFUSED, "at_once: 4")).campaigns["c"]
    assert (plain.detects, plain.pacing.machines_wrong) == (False, 0.0)
    words = "{silence: person, unsure: machine, before_answer: counts, greeting: 1800 ms, message: sorry, "
    words += "false_positives: 0.01, called_back: 2 min, greeting_over: 2s}"
    reading = read(text.format(REFUSED, f"answering_machine: {words}"))
    assert told(reading) == []
    found = reading.campaigns["c"]
    assert found.detection == Detection(
        on=True,
        silence="person",
        unsure="machine",
        before_answer="counts",
        greeting_s=1.8,
        leave_message="sorry",
        false_positives=0.01,
        called_back_s=120.0,
        greeting_over_s=2.0,
    )
    assert (found.detects, found.pacing.machines_wrong) == (True, 0.01)
    usual = read(text.format(REFUSED, "answering_machine: {}")).campaigns["c"].detection
    assert usual == Detection(on=True), "the words' own values are the settings' own"


def test_two_files_with_one_name_are_told() -> None:
    one = f"campaigns: {{c: {{scene: reminder, mode: preview, queue: loans, {REFUSED}}}}}"
    reading = read(one, b=one)
    assert [str(found) for found in reading.problems] == [
        "dialplans/campaigns/b.yaml:1:13: campaign c is given already at dialplans/campaigns/a.yaml:1:13 [campaign]"
    ]


def test_the_schema_has_every_word() -> None:
    schema = json_schema("campaigns")
    assert set(schema["$defs"]["Written"]["properties"]) == set(Written.__struct_fields__)
    assert schema["$defs"]["Written"]["required"] == ["scene", "mode"]
