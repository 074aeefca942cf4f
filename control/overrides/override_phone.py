"""Overrides by phone: a star code of the house's phones or a number from outside leads to a spoken menu behind a PIN.

The digits of the PIN go to the vault; here only is known whether it was right. Three wrong ones in a row lock the
phone, or all callers from outside together, for a while. The part of these legs.
"""

from collections.abc import Container

from calls.causes import Outcome
from calls.commands import Answer, HangUp, Media, Play, Record
from calls.events import CallArrived, CallEnded, CommandFailed, DigitPressed, PlaybackFinished, RecordingFinished
from calls.ids import Instant, LegId, file_name, node_of
from calls.numbers import masked
from calls.overrides import ALL
from control.hub.hub import Hub
from control.hub.parts import QuietPart
from control.machines.override_menu import IN_FORCE, MenuEvent, OverrideMenu, PinFailures, spans_of
from control.messages import events
from control.overrides.overrides import Overrides
from control.register.register import Leg, call_id
from ivr.commands import CheckSecret, HideDigits, ShowDigits
from ivr.events import SecretChecked

ROLE = "override"
PIN = "override_pin"
"""The check of the vault, and the name under which it keeps the digits."""
OUTSIDE = "outside"
_END = "#"
_WRONG_PINS, _LOCKED_S = 3, 900.0
_PATIENCE_S = 60.0
"""The question and a time for the keys."""
_TIMES_ASKED = 2
_CHECK_S = 10.0
_RECORD_S, _SILENCE_S = 120.0, 4.0


class OverridePhone(QuietPart):
    """Walks the menu; what it comes to is `Overrides`' business."""

    def __init__(self, hub: Hub, overrides: Overrides) -> None:
        self._hub = hub
        self._overrides = overrides

    def arrived(self, event: CallArrived, account: str) -> None:
        """A phone of the house (`account`), or with an empty one a caller from outside, wants the menu."""
        hub, register = self._hub, self._hub.register
        party = account or OUTSIDE
        author = f"phone {account or masked(event.caller) or 'unknown'}"
        register.legs[event.leg] = Leg(event.leg, ROLE, None, account or event.caller, hub.now, hub.now)
        menu = register.menus[event.leg] = OverrideMenu(event.leg, party, author)
        hub.give(Answer(event.leg, hub.mint(event.leg)))
        if self._is_locked(party):
            menu.on("pin_keyed")
            menu.on("locked")
            self._say(menu, *self._everywhere("override_locked"))
        else:
            self._ask(menu)

    def adopted(self, live: Container[LegId]) -> None:
        """A gap is over: put each question again to those who are there. A PIN is hidden anew first, for the vault may
        have died with its controller, and a check with it."""
        for menu in self._hub.register.menus.values():
            if menu.leg not in live:
                continue
            if menu.state == "leaving":
                self._hub.give(HangUp(menu.leg))
                continue
            if menu.state == "checking":
                menu.on("wrong_pin")  # nothing is counted: nobody said that it was wrong
            self._ask(menu)

    def ended(self, leg: Leg, event: CallEnded) -> None:
        """The phone is gone; what was not confirmed is nothing."""
        self._hub.register.menus.pop(leg.leg, None)

    def failed(self, leg: Leg, event: CommandFailed) -> None:
        """A sound or a recording came to nothing."""
        menu = self._hub.register.menus.get(leg.leg)
        if menu is not None and event.attempt == menu.attempt and menu.state == "recording":
            self._not_recorded(menu)

    def played(self, leg: Leg, event: PlaybackFinished) -> None:
        """Words are through: after the last ones it hangs up, after those that ask for an announcement it records."""
        menu = self._hub.register.menus.get(leg.leg)
        if menu is None or event.attempt != menu.attempt:
            return
        if menu.state == "leaving":
            self._hub.give(HangUp(leg.leg))
        elif menu.state == "recording":
            menu.attempt = self._hub.mint(leg.leg)
            name = f"announcements/{file_name(menu.attempt)}"
            self._hub.give(Record(leg.leg, menu.attempt, name, _RECORD_S, _SILENCE_S, _END))

    def recorded(self, event: RecordingFinished) -> bool:
        """Take an announcement that was spoken; False for a recording of somebody else."""
        menu = self._hub.register.menus.get(event.leg)
        if menu is None:
            return False
        if event.attempt != menu.attempt:
            return True
        if event.outcome is Outcome.FAILED or not event.path:
            self._not_recorded(menu)
        elif menu.on("recorded"):
            menu.recording = event.path.rpartition(".")[0]
            self._ask(menu)
        return True

    def _not_recorded(self, menu: OverrideMenu) -> None:
        if menu.on("not_recorded"):
            self._ask(menu, *self._words(menu, "override_not_possible"))

    def checked(self, event: SecretChecked) -> bool:
        """Take the vault's word on a PIN; False for a check of somebody else."""
        register = self._hub.register
        menu = next((menu for menu in register.menus.values() if menu.attempt == event.attempt), None)
        if menu is None or menu.state != "checking":
            return menu is not None
        failures = register.pin_failures.setdefault(menu.party, PinFailures())
        if event.ok:
            del register.pin_failures[menu.party]
            self._to_the_menu(menu)
            return True
        failures.count += 1
        advice = "somebody mistyped it, or tries: `hotline overrides pin` makes another one"
        self._hub.notice("warning", "wrong PIN", detail=f"{menu.author}, {failures.count} in a row", advice=advice)
        if failures.count < _WRONG_PINS:
            menu.on("wrong_pin")
            self._ask(menu, *self._everywhere("override_wrong_pin"))
            return True
        failures.count, failures.locked_until = 0, self._hub.now + _LOCKED_S
        advice = "overrides can be set with hotline and over HTTP meanwhile"
        detail = f"{menu.author}: {menu.party} for {_LOCKED_S / 60:g} minutes"
        self._hub.notice("warning", "PIN locked", detail=detail, advice=advice)
        menu.on("locked")
        self._say(menu, *self._everywhere("override_locked"))
        return True

    def _to_the_menu(self, menu: OverrideMenu) -> None:
        menu.on("right_pin")
        if len(languages := self._languages()) == 1:
            menu.language = languages[0]
            menu.on("chosen")
        self._ask(menu)

    # keys

    def digit(self, leg: Leg, event: DigitPressed) -> None:
        """A key: an answer to the question that is put."""
        menu = self._hub.register.menus.get(leg.leg)
        if menu is None or menu.state in ("checking", "recording", "leaving"):
            return
        menu.due_at, menu.asked = self._hub.now + _PATIENCE_S, 0
        key = event.digit
        match menu.state:
            case "pin":
                if key == _END:
                    self._check(menu)
            case "language":
                languages = self._languages()
                if self._choice(menu, key, len(languages)) is not None:
                    menu.language = languages[int(menu.keys) - 1]
                    self._go_on(menu, "chosen")
            case "action":
                self._act(menu, key)
            case "target":
                self._target(menu, key)
            case "hours":
                self._hours(menu, key)
            case "until" if key in ("1", "2"):
                menu.until = "today" if key == "1" else "lifted"
                self._go_on(menu, "chosen")
            case "confirming" if key == "1":
                self._set(menu)
            case "confirming" if key == "2":
                self._go_on(menu, "done", *self._words(menu, "override_dropped"))
            case _:
                self._not_that(menu)

    def _check(self, menu: OverrideMenu) -> None:
        hub = self._hub
        menu.on("pin_keyed")
        menu.attempt, menu.due_at = hub.mint(menu.leg), hub.now + _CHECK_S
        hub.give(CheckSecret(call_id(menu.leg), menu.attempt, PIN, PIN))
        hub.give(ShowDigits(call_id(menu.leg), menu.leg))

    def _act(self, menu: OverrideMenu, key: str) -> None:
        match key:
            case "1" | "2":
                menu.action, menu.kind = "close", "closure"
                menu.target = "queue" if key == "1" else "line"
            case "3":
                menu.action, menu.kind, menu.target = "announce", "announcement", "announcement"
            case "4":
                menu.action, menu.kind, menu.target = "hours", "hours", "hours"
            case "5":
                self._go_on(menu, "done", *self._in_force(menu))
                return
            case "6":
                menu.action, menu.target = "lift", "override"
            case _:
                self._not_that(menu)
                return
        if self._choices(menu):
            self._go_on(menu, "chosen")
        else:
            self._ask(menu, *self._words(menu, "override_none"))

    def _target(self, menu: OverrideMenu, key: str) -> None:
        choices = self._choices(menu)
        chosen = self._choice(menu, key, len(choices))
        if chosen is None:
            return
        menu.target, _ = choices[chosen]
        match menu.action:
            case "lift":
                self._overrides.lifted(events.OverrideLifted(int(menu.target), menu.author))
                self._go_on(menu, "done", *self._words(menu, "override_lifted"))
            case "announce":
                self._go_on(menu, "to_record")
            case "hours":
                self._go_on(menu, "to_hours")
            case _:
                self._go_on(menu, "chosen")

    def _choice(self, menu: OverrideMenu, key: str, count: int) -> int | None:
        """The place of what was chosen, once its digits are there; None: not yet, or it is none."""
        menu.keys += key
        if len(menu.keys) < len(str(count)) and key.isdecimal():
            return None
        if menu.keys.isdecimal() and 1 <= int(menu.keys) <= count:
            return int(menu.keys) - 1
        self._not_that(menu)
        return None

    def _hours(self, menu: OverrideMenu, key: str) -> None:
        if key != _END:
            menu.keys += key
            return
        spans = spans_of(menu.keys)
        if spans is None:
            self._not_that(menu)
        else:
            menu.spans = spans
            self._go_on(menu, "chosen")

    def _set(self, menu: OverrideMenu) -> None:
        self._overrides.wanted(
            events.OverrideWanted(
                menu.kind,
                menu.target,
                menu.author,
                self._told_of(menu),
                menu.until,
                recording=menu.recording if menu.kind == "announcement" else "",
                node=node_of(menu.leg),
                spans=menu.spans if menu.kind == "hours" else (),
            )
        )
        self._go_on(menu, "done", *self._words(menu, "override_set"))

    def _told_of(self, menu: OverrideMenu) -> str:
        """The reason of what is set by phone, where nobody can write one: whose phone it was."""
        if menu.party == OUTSIDE:
            return "by phone with the PIN, from outside"
        agent = self._hub.directory.agent(self._hub.register.version, menu.party)
        whose = f", of agent {agent}" if agent is not None else ""
        return f"by phone with the PIN, from phone {menu.party}{whose}"

    def _not_that(self, menu: OverrideMenu) -> None:
        self._ask(menu, *self._words(menu, "override_not_possible"))

    def _go_on(self, menu: OverrideMenu, event: MenuEvent, *first: Media) -> None:
        menu.on(event)
        self._ask(menu, *first)

    # words

    def _ask(self, menu: OverrideMenu, *first: Media) -> None:
        """Put the question of the state, after the words in `first`."""
        hub = self._hub
        menu.keys = ""
        menu.due_at = hub.now + _PATIENCE_S
        match menu.state:
            case "pin":
                hub.give(HideDigits(call_id(menu.leg), menu.leg, PIN))
                asked = self._everywhere("override_pin")
            case "language":
                asked = tuple(
                    media
                    for place, language in enumerate(self._languages(), 1)
                    for media in hub.directory.say(hub.register.version, language, "override_language", key=str(place))
                )
            case "action":
                asked = self._words(menu, "override_menu")
            case "target":
                asked = self._offered(menu)
            case "hours":
                asked = self._words(menu, "override_hours")
            case "recording":
                asked = self._words(menu, "override_record")
                menu.due_at = hub.now + _RECORD_S + _PATIENCE_S
            case "until":
                asked = self._words(menu, "override_until")
            case "confirming":
                asked = self._words(menu, "override_confirm")
            case _:
                asked = ()
        self._say(menu, *first, *asked)

    def _offered(self, menu: OverrideMenu) -> tuple[Media, ...]:
        choices, said = self._choices(menu), list[Media]()
        width = len(str(len(choices)))
        for place, (target, title) in enumerate(choices, 1):
            phrase = "override_choice_all" if target == ALL else "override_choice"
            values = {} if target == ALL else {"name": title}
            said += self._words(menu, phrase, key=f"{place:0{width}}", **values)
        return tuple(said)

    def _choices(self, menu: OverrideMenu) -> list[tuple[str, str]]:
        """What may be chosen, each with the words for it."""
        hub = self._hub
        what = menu.target.partition(":")[0]
        if what == "override" or menu.action == "lift":
            return [(str(one.number), one.name or one.target) for one in hub.register.overrides]
        targets = hub.directory.targets(hub.register.version)
        if menu.action == "announce":
            return [(ALL, ""), *((target, title) for target, title in targets if target.startswith("line:"))]
        return [(target, title) for target, title in targets if target.startswith(f"{what}:")]

    def _in_force(self, menu: OverrideMenu) -> tuple[Media, ...]:
        titles = dict(self._hub.directory.targets(self._hub.register.version))
        said: list[Media] = []
        for one in self._hub.register.overrides:
            name = titles.get(one.target, one.name)
            values = {} if one.target == ALL else {"name": name}
            phrase = IN_FORCE[one.kind] if values else "override_announcement_all"
            said += self._words(menu, phrase, number=one.number, **values)
        return tuple(said) or self._words(menu, "override_none")

    def _languages(self) -> tuple[str, ...]:
        return self._hub.directory.languages(self._hub.register.version)

    def _words(self, menu: OverrideMenu, phrase: str, **values: str | int) -> tuple[Media, ...]:
        return self._hub.directory.say(self._hub.register.version, menu.language, phrase, **values)

    def _everywhere(self, phrase: str) -> tuple[Media, ...]:
        """In each language: it is not known yet which one the person speaks."""
        directory, version = self._hub.directory, self._hub.register.version
        return tuple(media for language in self._languages() for media in directory.say(version, language, phrase))

    def _say(self, menu: OverrideMenu, *media: Media) -> None:
        menu.attempt = self._hub.mint(menu.leg)
        if media:
            self._hub.give(Play(menu.leg, menu.attempt, media))
        elif menu.state == "leaving":
            self._hub.give(HangUp(menu.leg))

    # time

    def next_deadline(self) -> Instant | None:
        """When a question has had no answer for too long."""
        menus = self._hub.register.menus
        if not menus:
            return None
        return min((menu.due_at for menu in menus.values() if menu.due_at is not None), default=None)

    def tick(self) -> None:
        """Ask again, and at last hang up; a check of which nothing is heard is a question without an answer."""
        for menu in list(self._hub.register.menus.values()):
            if menu.due_at is None or menu.due_at > self._hub.now:
                continue
            menu.asked += 1
            if menu.asked >= _TIMES_ASKED or menu.state in ("checking", "recording", "leaving"):
                menu.due_at = None
                menu.on("silent")
                self._hub.give(HangUp(menu.leg))
            else:
                self._ask(menu)

    def _is_locked(self, party: str) -> bool:
        failures = self._hub.register.pin_failures.get(party)
        if failures is None or failures.locked_until is None:
            return False
        if failures.locked_until <= self._hub.now:
            failures.locked_until = None
            return False
        return True
