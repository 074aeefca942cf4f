"""Overrides by phone: the code, the PIN, the spoken menu, and the lock after three wrong PINs."""

import pytest

from calls import events as door
from calls.causes import Cause, Outcome
from calls.commands import HangUp, Play, Record, Sentence
from calls.ids import LegId
from calls.numbers import masked
from calls.overrides import Override
from control.machines.override_menu import MENUS, spans_of
from control.messages import commands, events, log_commands
from control.overrides.override_phone import OUTSIDE, PIN
from ivr.commands import CheckSecret, HideDigits, ShowDigits
from ivr.events import SecretChecked
from ivr.vault import HIDDEN
from tests.unit.control import harness
from tests.unit.control.harness import ControlHarness

pytestmark = pytest.mark.unit

LEG = LegId("phone-1")


def dial(house: ControlHarness, account: str = "8001", leg: LegId = LEG) -> None:
    house.tell(door.CallArrived(leg, account, "*66", device=account))


def words(house: ControlHarness) -> list[str]:
    return [media.text for media in house.last(Play).media if isinstance(media, Sentence)]


def key_pin(house: ControlHarness, right: bool = True, leg: LegId = LEG) -> None:
    """The vault has put dots in the place of the digits before the core sees them."""
    house.press(leg, HIDDEN * 6 + "#")
    check = house.last(CheckSecret)
    house.tell(SecretChecked(check.call, check.attempt, right))


def inside(*more: str) -> ControlHarness:
    house = ControlHarness(*more)
    dial(house)
    key_pin(house)
    return house


def only(house: ControlHarness) -> Override:
    (override,) = house.router.register.overrides
    return override


def test_the_pin_is_hidden_before_it_is_keyed_and_no_digit_of_it_is_in_the_journal() -> None:
    house = ControlHarness()
    dial(house)
    assert (house.last(HideDigits).leg, house.last(HideDigits).name) == (LEG, PIN)
    assert words(house) == ["override_pin"]
    house.press(LEG, HIDDEN * 6 + "#")
    assert house.last(CheckSecret).check == PIN
    assert house.last(ShowDigits).leg == LEG
    keyed = [event.digit for _, event in house.journal if isinstance(event, door.DigitPressed)]
    assert set(keyed) == {HIDDEN, "#"}


@pytest.mark.parametrize(
    ("keys", "kind", "target", "until"),
    [
        ("1111", "closure", "queue:care", "today"),
        ("2121", "closure", "line:95183", "lifted"),
        ("4109001530#11", "hours", "hours:always", "today"),
    ],
)
def test_what_is_keyed_is_in_force(keys: str, kind: str, target: str, until: str) -> None:
    house = inside()
    assert words(house) == ["override_menu"]
    house.press(LEG, keys)
    override = only(house)
    assert (override.kind, override.target, override.author) == (kind, target, "phone 8001")
    assert (override.ends_at is None) == (until == "lifted")
    assert override.spans == (((540, 930),) if kind == "hours" else ())
    assert words(house) == ["override_set", "override_menu"]


def test_the_reason_says_whose_phone_it_was() -> None:
    for account, told in (("8001", "from phone 8001, of agent 01"), ("9999", "from phone 9999")):
        house = ControlHarness()
        dial(house, account)
        key_pin(house)
        house.press(LEG, "1111")
        assert only(house).reason == f"by phone with the PIN, {told}"
    house = ControlHarness()
    house.tell(door.CallArrived(LEG, "13900000001", "95184"))
    key_pin(house)
    house.press(LEG, "1111")
    assert only(house).reason == "by phone with the PIN, from outside"
    assert only(house).author == f"phone {masked('13900000001')}"


def test_nothing_is_set_that_was_not_confirmed() -> None:
    house = inside()
    house.press(LEG, "111" + "2")
    assert house.router.register.overrides == []
    assert words(house) == ["override_dropped", "override_menu"]
    house.press(LEG, "111")
    house.tell(door.CallEnded(LEG, Cause.NORMAL))
    assert house.router.register.overrides == []
    assert not house.router.register.menus


def test_an_announcement_is_spoken_after_the_words_and_played_to_callers() -> None:
    house = inside()
    house.press(LEG, "3")
    assert words(house) == ["override_choice_all key=1", "override_choice key=2 name=95183"]
    house.press(LEG, "1")
    assert words(house) == ["override_record"]
    assert not house.given(Record)
    house.tell(door.PlaybackFinished(LEG, house.last(Play).attempt, Outcome.FINISHED))
    record = house.last(Record)
    house.tell(door.RecordingFinished(LEG, record.attempt, f"/r/{record.name}.wav", 4.0, ended_by="digit"))
    assert words(house) == ["override_until"]
    house.press(LEG, "11")
    assert (only(house).target, only(house).recording) == ("all", f"/r/{record.name}")
    house.arrive()
    assert getattr(house.last(Play).media[0], "path", "") == f"/r/{record.name}"


def test_a_recording_that_failed_sets_nothing() -> None:
    house = inside()
    house.press(LEG, "31")
    house.tell(door.PlaybackFinished(LEG, house.last(Play).attempt, Outcome.FINISHED))
    record = house.last(Record)
    house.tell(door.RecordingFinished(LEG, record.attempt, "", 0.0, Outcome.FAILED))
    assert words(house) == ["override_not_possible", "override_menu"]


def test_what_is_in_force_is_told_and_one_of_it_ended() -> None:
    house = inside()
    house.press(LEG, "5")
    assert words(house) == ["override_none", "override_menu"]
    house.press(LEG, "6")
    assert words(house) == ["override_none", "override_menu"]
    house.tell(events.OverrideWanted("closure", "queue:care", "li", "storm"))
    house.press(LEG, "5")
    assert words(house) == ["override_closure number=1 name=Care", "override_menu"]
    house.press(LEG, "61")
    assert house.router.register.overrides == []
    assert house.last(log_commands.LogOverride).over_by == "phone 8001"


def test_the_menu_is_spoken_in_the_language_that_was_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(harness.Directory, "languages", lambda of, version: ("zh-CN", "en"))
    house = ControlHarness()
    dial(house)
    assert [(media.text, media.language) for media in house.last(Play).media if isinstance(media, Sentence)] == [
        ("override_pin", "zh-CN"),
        ("override_pin", "en"),
    ]
    key_pin(house)
    assert words(house) == ["override_language key=1", "override_language key=2"]
    house.press(LEG, "2")
    assert {media.language for media in house.last(Play).media if isinstance(media, Sentence)} == {"en"}


def test_three_wrong_pins_lock_the_phone_for_a_while_and_no_other_one() -> None:
    house = ControlHarness()
    dial(house)
    key_pin(house, right=False)
    assert words(house) == ["override_wrong_pin", "override_pin"]
    key_pin(house, right=False)
    key_pin(house, right=False)
    assert words(house) == ["override_locked"]
    told = [notice.event for notice in house.given(commands.Noticed)]
    assert told == ["wrong PIN", "wrong PIN", "wrong PIN", "PIN locked"]
    house.tell(door.PlaybackFinished(LEG, house.last(Play).attempt, Outcome.FINISHED))
    assert house.last(HangUp).leg == LEG
    house.tell(door.CallEnded(LEG, Cause.NORMAL))
    again = LegId("phone-2")
    dial(house, leg=again)
    assert words(house) == ["override_locked"]
    house.tell(door.CallEnded(again, Cause.NORMAL))
    dial(house, "8002", LegId("phone-3"))
    assert words(house) == ["override_pin"]
    house.wait(901.0)
    dial(house, leg=LegId("phone-4"))
    assert words(house) == ["override_pin"]


def test_wrong_pins_are_counted_over_calls_and_restarts_until_a_right_one() -> None:
    house = ControlHarness()
    for number in range(2):
        leg = LegId(f"try-{number}")
        dial(house, leg=leg)
        key_pin(house, right=False, leg=leg)
        house.tell(door.CallEnded(leg, Cause.NORMAL))
    after = house.empty()
    after.router.restore(house.router.snapshot())
    after.now = house.now
    dial(after)
    key_pin(after, right=False)
    assert words(after) == ["override_locked"]


def test_callers_from_outside_are_locked_together_whatever_number_they_show() -> None:
    house = ControlHarness()
    for number in range(3):
        leg = LegId(f"out-{number}")
        house.tell(door.CallArrived(leg, f"1380013800{number}", "95184"))
        key_pin(house, right=False, leg=leg)
        house.tell(door.CallEnded(leg, Cause.NORMAL))
    house.tell(door.CallArrived(LegId("out-9"), "", "95184"))
    assert words(house) == ["override_locked"]
    assert list(house.router.register.pin_failures) == [OUTSIDE]
    assert not any("13800138" in notice.detail for notice in house.given(commands.Noticed)), "masked"
    dial(house)
    assert words(house) == ["override_pin"], "phones of the house still can"


def test_after_a_gap_the_pin_is_hidden_anew_before_another_digit_of_it_comes() -> None:
    house = ControlHarness()
    dial(house)
    house.press(LEG, HIDDEN)
    hides = len(house.given(HideDigits))
    house.tell(door.SwitchLost("a"))
    house.tell(door.SwitchBack("a", (door.LiveLeg(LEG, "8001", "*66", True, True, device="8001"),)))
    assert len(house.given(HideDigits)) == hides + 1
    assert words(house) == ["override_pin"]
    key_pin(house)
    assert words(house) == ["override_menu"]


def test_a_check_that_died_with_its_controller_is_keyed_again_and_counts_for_nothing() -> None:
    house = ControlHarness()
    dial(house)
    house.press(LEG, HIDDEN + "#")
    house.tell(door.SwitchLost("a"))
    house.tell(door.SwitchBack("a", (door.LiveLeg(LEG, "8001", "*66", True, True, device="8001"),)))
    assert words(house) == ["override_pin"]
    assert not house.router.register.pin_failures
    key_pin(house)
    assert words(house) == ["override_menu"]


def test_who_hung_up_in_a_gap_has_left_the_menu() -> None:
    house = inside()
    house.tell(door.SwitchLost("a"))
    house.tell(door.SwitchBack("a", ()))
    assert not house.router.register.menus


def test_silence_is_asked_again_once_and_then_hung_up() -> None:
    house = inside()
    house.wait(61.0)
    assert words(house) == ["override_menu"]
    assert not house.given(HangUp)
    house.wait(60.0)
    assert house.last(HangUp).leg == LEG


def test_a_check_that_never_answers_ends_the_call() -> None:
    house = ControlHarness()
    dial(house)
    house.press(LEG, HIDDEN + "#")
    house.wait(11.0)
    assert house.last(HangUp).leg == LEG
    check = house.last(CheckSecret)
    house.tell(SecretChecked(check.call, check.attempt, True))
    assert house.router.register.menus[LEG].state == "leaving", "too late"


@pytest.mark.parametrize("keys", ["9", "7", "*", "19", "419#", "4118000900#"])
def test_keys_that_are_no_choice_are_told_so_and_asked_again(keys: str) -> None:
    house = inside()
    house.press(LEG, keys)
    assert words(house)[0] == "override_not_possible"
    assert house.router.register.overrides == []


@pytest.mark.parametrize(
    ("keys", "spans"),
    [
        ("0", ()),
        ("09001800", ((540, 1080),)),
        ("00002400", ((0, 1440),)),
        ("18000900", None),
        ("09001860", None),
        ("0900180", None),
        ("2500260*", None),
        ("09002401", None),
        ("", None),
    ],
)
def test_hours_as_they_are_keyed(keys: str, spans: object) -> None:
    assert spans_of(keys) == spans


def test_every_state_but_the_last_is_left_by_silence() -> None:
    assert {state for state, row in MENUS.moves.items() if "silent" not in row} == set()


def test_a_replay_gives_the_same() -> None:
    house = inside()
    house.press(LEG, "1111")
    again = house.empty()
    replayed = [command for at, event in house.journal for command in again.router.handle(event, at)]
    assert replayed == house.commands
