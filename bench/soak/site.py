"""The soak's site: a menu whose keys lead to everything that a house does. Prompts are tones, sentences spoken."""

from __future__ import annotations

from collections.abc import Sequence

import yaml

from bench.soak import script

_MAIN = f"""\
flow: main
about: Published for the {{count}}th time.
start: choose
choose:
  menu: menu
  keys:
    1: tell
    2: complain
    3: message
    4: decline
    5: slow
    6: outside
    7: colleague
  no_input: {{{{tries: 1, then: end}}}}
  wrong: {{{{tries: 1, then: end}}}}
tell: {{{{say: told, then: desk}}}}
complain:
  open_case: {{{{category: complaint, from: menu}}}}
  then: {{{{say: noted, then: desk}}}}
decline: {{{{recording: declined, then: {{{{say: noted, then: desk}}}}}}}}
desk: {{{{queue: desk, reason: "a question", fields: {{{{from: =caller}}}}, then: rate}}}}
slow: {{{{queue: slow, skills: ["slow>=5"], then: rate}}}}
message:
  voicemail: desk
  say: beep
  max_s: 20
  failed: end
  then: {{{{open_case: {{{{category: callback, from: message}}}}, then: end}}}}
outside: {{{{transfer: "tel:{script.OUTSIDE}", ring_s: 10, busy: end, no_answer: end, failed: end, then: end}}}}
colleague: {{{{transfer: "phone:{script.COLLEAGUE}", ring_s: 10, busy: end, no_answer: end, failed: end, then: end}}}}
rate:
  survey: satisfaction
  say: survey_ask
  scores: 1-5
  no_input: {{{{tries: 0, then: end}}}}
  wrong: {{{{tries: 0, then: end}}}}
  then: end
end: {{{{hangup: bye}}}}
"""
_DEFAULTS = """\
languages: [en]
no_agents: {hangup: bye}
timed_out: {hangup: bye}
full: {hangup: bye}
failed: {hangup: bye}
offers:
  callback: {key: 1, say: callback_offer, then: {hangup: callback_kept}}
"""
_QUEUES = """\
queues:
  desk:
    record: true
    ring_s: 5
    wrap_up_s: 0
    whisper: ""
    miss_limit: 99
    delay_no_answer_s: 1
    delay_rejected_s: 1
    delay_busy_s: 1
    announce: {first_s: 5, every_s: 5, position: limit 5, wait: true}
  slow:
    record: true
    ring_s: 5
    wrap_up_s: 0
    whisper: ""
    miss_limit: 99
    delay_no_answer_s: 1
    delay_rejected_s: 1
    delay_busy_s: 1
    announce: {first_s: 5, every_s: 5, position: limit 5, wait: true}
    callback: {expires_s: 120, tries: 2, retry_s: 5, ring_s: 5, confirm_s: 8}
    steps:
      - {after_s: 4, offer: callback}
      - {after_s: 15, lower: 1}     # nobody has the skill at the level that is asked for first
"""
_SPOKEN = {
    "queue_position": "Your place in the line is {position:number}.",
    "queue_again": "You are waiting already, and your place is {position:number}.",
    "wait_less_than": "The wait in minutes is less than {high:count}.",
    "wait_between": "The wait is {low:count} to {high:count} minutes.",
    "wait_more_than": "The wait is more than {low:count} minutes.",
    "callback_confirm": "We call {phone:phone}. If that is right, press 1.",
}
"""Said by the voice that the controller has, as values come."""
_TONES = {
    "welcome": (script.WELCOME_HZ, 0.5),
    "menu": (script.MENU_HZ, 6.0),
    "noted": (script.NOTED_HZ, 0.5),
    "beep": (script.BEEP_HZ, 0.3),
    "told": (script.TOLD_HZ, 0.5),
    "survey_ask": (script.SURVEY_HZ, 4.0),
    "callback_offer": (script.OFFER_HZ, 1.0),
    "callback_kept": (script.KEPT_HZ, 0.5),
    "bye": (script.BYE_HZ, 0.3),
    "whisper_callback": (script.ASKED_HZ, 0.5),
    "callback_arrived": (script.KEPT_HZ, 0.2),
    "callback_number": (script.NOTED_HZ, 0.5),
    "callback_refused": (script.NOTED_HZ, 0.5),
    "queue_next": (script.NOTED_HZ, 0.3),
    "closed_today": (script.WELCOME_HZ, 0.5),
    "voicemail": (script.WELCOME_HZ, 0.5),
    "sentence_unavailable": (script.WELCOME_HZ, 0.5),
    **{
        f"agent_{word}": (script.NOTED_HZ, 0.3)
        for word in (
            "logged_in", "logged_out", "ready", "paused", "unreachable", "in_wrap_up", "ready_later", "paused_later",
            "logged_out_later", "unknown", "refused",
        )
    },
}  # fmt: skip


def main_flow(count: int) -> str:
    """The front door as it is published for the `count`-th time: other words, the same keys."""
    return _MAIN.format(count=count)


def files(desk: Sequence[str], slow: Sequence[str], gateway: str) -> dict[str, str]:
    """The site's files by path. `gateway` is HOST:PORT of the network outside."""
    people: dict[str, dict[str, object]] = {
        **{account: {"account": account, "queues": ["desk"]} for account in desk},
        **{account: {"account": account, "queues": ["slow"], "skills": {"slow": 4}} for account in slow},
        script.COLLEAGUE: {"account": script.COLLEAGUE, "queues": []},
    }
    prompts = {name: f"{hz:g} {seconds:g}" for name, (hz, seconds) in _TONES.items()}
    return {
        "dialplans/entry.yaml": "default: main\n",
        "dialplans/defaults.yaml": _DEFAULTS,
        "dialplans/queues.yaml": _QUEUES,
        "dialplans/agents.yaml": yaml.safe_dump({"agents": people}),
        "dialplans/trunks.yaml": yaml.safe_dump({"trunks": {"outside": {"address": gateway}}}),
        "dialplans/transfers.yaml": yaml.safe_dump({"codes": {int(script.HANDED_TO): {"queue": "desk"}}}),
        "dialplans/flows/main.yaml": main_flow(1),
        "prompts/en.yaml": yaml.safe_dump({**prompts, **_SPOKEN}),
    }
