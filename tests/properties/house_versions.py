"""Two versions of a small house for the machine of all: every way that a call can go, and people who change between."""

from collections.abc import Set

from acd.config import Configuration, read
from calls.commands import Media, Sentence
from calls.ids import AgentId
from calls.trunks import Trunk
from control.register.call import Call
from control.rules.outgoing_rules import OutgoingRules
from control.rules.transfer_rules import TransferRules
from control.rules.treatment import Announce, CallbackRules, QueueTreatment
from dsl.hours import OtherHours
from ivr.compiler.compiling import compile_folder
from ivr.program import Program

FLOW = """\
flow: main
start: choose
choose:
  menu: word
  keys:
    1: wait
    2: {open_case: {category: complaint}, then: {queue: care, then: choose}}
    3: {transfer: "tel:+861012345", ring_s: 20, then: bye}
    4: secret
    5: note
    6: {queue: desk, keys: {9: choose}, then: bye}
  no_input: {say: word, tries: 1, then: bye}
  wrong: {say: word, tries: 1, then: bye}
wait:
  queue: care
  skills: [care]
  keys: {9: note}
  offers:
    callback: {key: 1, say: word, then: bye}
    message: {key: 2, say: word, then: note}
  then: bye
secret:
  collect: pin
  say: word
  length: 2
  check: luhn
  secret: true
  no_input: {say: word, tries: 1, then: bye}
  wrong: {say: word, tries: 1, then: bye}
  then: find
find:
  lookup: http://127.0.0.1/find
  send: {pin: "secret:pin"}
  into: found
  deadline_s: 3
  failed: choose
  then: {queue: care, then: bye}
note:
  voicemail: care
  say: word
  max_s: 30
  failed: bye
  then: bye
bye: {hangup: word}
"""
DEFAULTS = "languages: [en]\nno_agents: {hangup: word}\ntimed_out: {hangup: word}\nfull: {hangup: word}\n"


WORDS = """\
word: word
callback_confirm: "{phone:phone}"
callback_number: which number
callback_refused: not that one
"""


def _program(version: str) -> Program:
    done = compile_folder(
        {
            "prompts/en.yaml": WORDS,
            "dialplans/queues.yaml": "queues: {care: {}, desk: {}}\n",
            "dialplans/agents.yaml": "agents: {'01': {skills: {care: 4}}}\n",
            "dialplans/defaults.yaml": DEFAULTS,
            "dialplans/entry.yaml": "default: main\n",
            "dialplans/flows/main.yaml": FLOW,
        },
        version=version,
    )
    assert done.program is not None, [str(problem) for problem in done.problems]
    return done.program


STEPS = [{"after_s": 1, "offer": "callback"}, {"after_s": 30, "offer": "message"}]


def _people(*queues: str, agents: tuple[str, ...]) -> Configuration:
    rules = {
        "care": {"ring_s": 10, "wrap_up_s": 5, "max_wait_s": 120, "miss_limit": 3, "steps": STEPS},
        "desk": {"ring_s": 10, "join_empty": False, "max_length": 2, "leave_empty": True},
    }
    people, problems = read(
        {"queues": {name: rules[name] for name in queues}},
        {"agents": {name: {"account": f"80{name}", "skills": {"care": 3}} for name in agents}},
    )
    assert not problems
    return people


VERSIONS = {"v1": _program("v1"), "v2": _program("v2")}
PEOPLE = {
    "v1": _people("care", "desk", agents=("01", "02", "03")),
    "v2": _people("care", agents=("02", "03", "04")),  # a queue and an agent less while calls of v1 go on
}
AGENTS = ("01", "02", "03", "04")


CALLBACK = CallbackRules(expires_s=600.0, tries=2, retry_s=30.0)
HABITS = QueueTreatment(
    announce=Announce(first_s=20.0, every_s=30.0), callback=CALLBACK, alert_s=(60.0, 90.0), record_hold=False
)


class Directory:
    """What the published versions would say."""

    def __init__(self, scenes: bool) -> None:
        self._scenes = scenes

    def entry(self, version: str, called: str) -> str | None:
        return "main" if called == "95183" else None

    def carried(self, version: str, number: str, down: Set[str]) -> bool:
        return not down

    def is_own(self, version: str, number: str) -> bool:
        return number == "95183"

    def zone(self, version: str) -> str:
        return "UTC"

    def region(self, version: str) -> str:
        return "CN"

    def trunk(self, version: str, name: str) -> Trunk | None:
        return None

    def line(self, version: str, called: str) -> str:
        return called

    def closed_flow(self, version: str, line: str) -> str:
        return ""

    def override_access(self, version: str) -> tuple[str, str]:
        return "*66", "95184"

    def targets(self, version: str) -> tuple[tuple[str, str], ...]:
        return tuple((f"queue:{name}", name) for name in PEOPLE[version].queues)

    def languages(self, version: str) -> tuple[str, ...]:
        return ("en",)

    def hours_zone(self, version: str, hours: str) -> str:
        return "UTC"

    def has_scenes(self, version: str) -> bool:
        return self._scenes

    def outgoing(self, version: str) -> OutgoingRules:
        return OutgoingRules(kinds=("mobile",), caller_id="95183", record=True)

    def account(self, version: str, agent: AgentId) -> str | None:
        return f"80{agent}" if agent in PEOPLE[version].agents else None

    def agent(self, version: str, account: str) -> AgentId | None:
        return AgentId(account[2:]) if account[2:] in PEOPLE[version].agents else None

    def records(self, version: str, queue: str) -> bool:
        return queue == "care"

    def whisper(self, version: str, call: Call) -> tuple[Media, ...]:
        return (Sentence(call.queue, "en"),) if call.queue == "care" else ()

    def treatment(self, version: str, queue: str) -> QueueTreatment:
        return HABITS

    def open(self, version: str, hours: str, utc: float, others: OtherHours | None = None) -> bool:
        return hours == "always"

    def say(self, version: str, language: str, phrase: str, **values: object) -> tuple[Media, ...]:
        told = " ".join(f"{name}={value}" for name, value in values.items())
        return (Sentence(f"{phrase} {told}".strip(), language),)

    def sound(self, version: str, phrase: str) -> tuple[Media, ...]:
        return (Sentence(phrase, "en"),)

    def transfer_rules(self, version: str) -> TransferRules:
        return TransferRules(kinds=("mobile",))

    def has_queue(self, version: str, name: str) -> bool:
        return name in PEOPLE[version].queues

    def has_flow(self, version: str, name: str) -> bool:
        return name in VERSIONS[version].flows

    def pause_reason(self, version: str, code: str) -> str | None:
        return {"": "break"}.get(code)
