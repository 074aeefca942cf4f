"""Vocabulary of flows, closed: every kind of step, its words, what each may hold, and what it means.

One table: the reader reads by it, the JSON Schema is made from it, and the guide's reference is printed from it. So
an editor completes exactly what the loader takes.
"""

from __future__ import annotations

from collections.abc import Iterable

from dsl.tree import Node
from ivr import steps as p
from ivr.compiler import building
from ivr.compiler import shapes as s
from ivr.compiler import values as v
from ivr.compiler.grammar import Kind, Option, Reading, Shape

_THEN = Option(
    "then",
    s.target,
    "The next step; without it the flow ends: a called flow returns, else the line is hung up.",
    p.RETURN,
)
_SITE_KEYS = Option(
    "global_keys",
    s.keys,
    "Keys that work in every menu, such as 0 for a person; again and back are steps that are always there.",
    {"*": p.AGAIN, "#": p.BACK},
    site=True,
)
_BY_KEYS = Option(
    "by_keys", s.lines, "Phrases that name the keys, said where speech is not heard: no ear, or too late."
)
_ASKING = (
    Option("short", s.lines, "Phrases to say instead when the question is put again."),
    Option("no_input", s.retry, "Silence: what to say, how many tries, then where.", required=True, site=True),
    Option("wrong", s.retry, "A wrong answer: what to say, how many tries, then where.", required=True, site=True),
    Option(
        "first_key_s", v.seconds, "Seconds of silence after the prompt before it counts as no input.", 5.0, site=True
    ),
    Option("between_keys_s", v.seconds, "Seconds between two keys of one answer.", 3.0, site=True),
    Option("end_key", v.end_key, "The key that ends an answer at once.", "#"),
    Option("barge_in", v.boolean, "Whether a key stops the prompt.", True, site=True),
    _SITE_KEYS,
)


def _read_case(reading: Reading, node: Node, name: str) -> dict[str, p.Value]:
    fields: dict[str, p.Value] = v.mapping.read(reading, node, name)
    category = fields.get("category")
    if node.is_mapping and not (isinstance(category, p.Const) and isinstance(category.value, str)):
        reading.problem(node.mark, "missing-word", "open_case has a category, as plain text: {category: complaint}")
    return fields


_CASE = Shape({"type": "object", "required": ["category"], "properties": {"category": {"type": "string"}}}, _read_case)


def _outcomes(words: Iterable[str], doc: str) -> tuple[Option, ...]:
    return tuple(Option(word, s.target, doc.format(word), p.RETURN, site=True) for word in words)


_ALL = (
    Kind(
        "say",
        s.lines,
        "Say phrases of prompts/, in the caller's language.",
        (
            Option(
                "barge_in", v.boolean, "Whether a key skips the rest (and counts for the very next question).", True
            ),
            _THEN,
        ),
        lambda g: p.Say(lines=g["say"], barge_in=g["barge_in"], then=g["then"]),
    ),
    Kind(
        "menu",
        s.lines,
        "Say the choices and go by the key that is pressed.",
        (Option("keys", s.keys, "Where each key leads.", required=True), *_ASKING),
        building.menu,
    ),
    Kind(
        "collect",
        v.variable,
        "Ask for digits and keep them under this name. The end key ends them, * starts over.",
        (
            Option("say", s.lines, "The question.", required=True),
            Option("length", v.length, "How many digits: 6, or 4-6.", required=True),
            Option("check", v.check, "luhn (bank cards), id_card (GB 11643; * is the X), or a pattern.", ""),
            Option("confirm", s.confirm, "A phrase with {digits:digits} that reads back; keys yes (1) and no (2)."),
            Option("secret", v.boolean, "Never logged, recorded or said; a lookup sends it as secret:NAME.", False),
            _THEN,
            *_ASKING,
        ),
        building.collect,
    ),
    Kind(
        "listen",
        s.lines,
        "Ask, and go by what is said, or by a key.",
        (
            Option(
                "answers",
                s.answers,
                "Words that are understood, the key for the same, and where it leads.",
                required=True,
            ),
            Option("into", v.variable, "Keeps what was said under this name.", ""),
            Option("max_s", v.seconds, "Seconds to listen.", 8.0),
            Option("confidence", v.percent, "Per cent of certainty that the recogniser must have.", 50),
            _BY_KEYS,
            *_ASKING,
        ),
        building.listen,
    ),
    Kind(
        "understand",
        s.lines,
        "Ask what the caller wants, and go by their own words (dialplans/intents), or by a key.",
        (
            Option("leads", s.leads, "Where each intent leads; without an entry its leads_to does, else other.", {}),
            Option("other", s.target, "Where an intent leads that has neither an entry here nor leads_to."),
            Option("keys", s.keys, "Where each key leads: a menu beside the words.", {}),
            Option(
                "clarify",
                s.clarification,
                "A phrase with {first} and {second}: this, or that? Said once, where two are near; keys 1 and 2.",
                required=True,
            ),
            Option(
                "answered",
                s.target,
                "Where an answer of dialplans/answers leads once it was said; without it none is said here.",
            ),
            Option(
                "review", s.lines, "One moment, please: a person at a silent seat looks first, in doubt. Then music."
            ),
            Option("review_s", v.seconds, "Seconds that a person has to look; then the usual way.", 20.0),
            Option("complaint", s.target, "Where complaint_words lead at once, whatever else is said."),
            Option("raised", v.boolean, "Whether a raised voice leads there, too; unless said, it does."),
            Option("into", v.variable, "Keeps the intent's name under this name.", ""),
            Option("max_s", v.seconds, "Seconds to listen.", 10.0),
            Option("confidence", v.percent, "Per cent of certainty that the recogniser must have.", 30),
            _BY_KEYS,
            *_ASKING,
        ),
        building.understand,
    ),
    Kind(
        "answer",
        v.reference("answer"),
        "Say the answer to the question of an intent (dialplans/answers), as it is approved.",
        (
            Option(
                "none",
                s.target,
                "Where to go when it is not said: not approved, ended, or a value is missing.",
                required=True,
            ),
            _THEN,
        ),
        lambda g: p.SayAnswer(answer=g["answer"], then=g["then"], none=g["none"]),
    ),
    Kind(
        "survey",
        v.word,
        "Ask for a score by one key and keep it under this question.",
        (
            Option("say", s.lines, "The question.", required=True),
            Option("scores", v.scores, "The least and the greatest score: 1-5.", (1, 5)),
            _THEN,
            *_ASKING,
        ),
        building.survey,
    ),
    Kind(
        "branch",
        s.cases,
        "The first case whose condition (CEL) is true; one that cannot be evaluated is false.",
        (Option("else", s.target, "Where to go when no case is true.", required=True),),
        lambda g: p.Branch(cases=g["branch"], otherwise=g["else"]),
    ),
    Kind(
        "set",
        v.settings,
        "Give variables values; text that begins with = is a CEL expression.",
        (_THEN,),
        lambda g: p.Set(values=g["set"], then=g["then"]),
    ),
    Kind(
        "lookup",
        v.address,
        "Ask an HTTP service; its JSON answer is kept.",
        (
            Option("method", v.choice("POST", "GET"), "POST sends JSON, GET a query.", "POST"),
            Option("send", v.mapping, "Values to send; secret:NAME is filled in by the vault.", {}),
            Option("into", v.variable, "Keeps the answer under this name.", required=True),
            Option("deadline_s", v.seconds, "Seconds that the service has.", 3.0),
            Option("failed", s.target, "Where to go when there is no answer in time, or a bad one.", required=True),
            _THEN,
        ),
        building.lookup,
    ),
    Kind(
        "hours",
        v.reference("hours"),
        "Go by the clock: hours.yaml says when it is open.",
        (
            Option("open", s.target, "Where to go when it is open.", required=True),
            Option("closed", s.target, "Where to go when it is closed.", required=True),
        ),
        lambda g: p.AskHours(hours=g["hours"], open=g["open"], closed=g["closed"]),
    ),
    Kind(
        "language",
        v.language,
        "Speak this language from now on.",
        (_THEN,),
        lambda g: p.Language(language=g["language"], then=g["then"]),
    ),
    Kind(
        "queue",
        v.reference("queue"),
        "Wait for an agent; then is where the caller goes after the talk.",
        (
            Option("skills", v.skills, "Skills that the agent must have: complaints>=3.", ()),
            Option("class", v.choice("general", "important", "urgent"), "How urgent it is.", "general"),
            Option(
                "agent",
                v.agent,
                "Agent to ask for alone at first, if there: last (the one who talked to this number last), or a name.",
            ),
            Option("sticky_s", v.seconds, "Seconds for which that agent is asked for alone.", 20.0),
            Option("vip", v.value, "Whether the caller is one; queues.yaml says what it is worth.", p.Const(False)),
            Option("priority", v.value, "Minutes that count as waited already.", p.Const(0)),
            Option("reason", v.text, "Why the caller calls, in words that the agent hears first.", ""),
            Option("fields", v.mapping, "Values that the agent sees on the screen.", {}),
            Option("keys", s.keys, "Keys that lead out of the queue while waiting.", {}),
            Option(
                "offers",
                s.offers,
                "Offers that a key takes once the queue suggests them: a callback, a message.",
                {},
                site=True,
            ),
            *_outcomes(building.QUEUE_OUTCOMES, "Where to go when the queue says {}."),
            Option(
                "closed",
                s.target,
                "Where to go when somebody has closed the queue for a while (hotline overrides); else as no_agents.",
                site=True,
            ),
            _THEN,
        ),
        building.queue,
    ),
    Kind(
        "recording",
        v.choice("declined", "allowed"),
        "Keep the caller's consent to being recorded. Declined: no talk is recorded, earlier recordings are deleted.",
        (_THEN,),
        lambda g: p.Consent(recording=g["recording"], then=g["then"]),
    ),
    Kind(
        "transfer",
        v.destination,
        "Connect with tel:NUMBER or phone:ACCOUNT; then is where the caller goes after the talk.",
        (
            Option("ring_s", v.seconds, "Seconds to ring.", 30.0),
            *_outcomes(building.TRANSFER_OUTCOMES, "Where to go when it is {}."),
            _THEN,
        ),
        building.transfer,
    ),
    Kind(
        "voicemail",
        v.word,
        "Record a message for this box.",
        (
            Option("say", s.lines, "Phrases to say before the beep."),
            Option("least_s", v.seconds, "Seconds below which a recording is no message.", 1.0),
            Option("max_s", v.seconds, "The longest message.", 120.0),
            Option("silence_s", v.seconds, "Seconds of silence that end the message.", 5.0),
            Option("end_key", v.end_key, "The key that ends the message.", "#"),
            Option("failed", s.target, "Where to go when there is no message; else then."),
            _THEN,
        ),
        building.voicemail,
    ),
    Kind(
        "open_case",
        _CASE,
        "Open a case for the complaint workflow; its number is the variable case.",
        (
            Option("deadline_s", v.seconds, "Seconds to wait for the number.", 3.0),
            Option("failed", s.target, "Where to go when there is no number in time; else then."),
            _THEN,
        ),
        building.open_case,
    ),
    Kind(
        "call",
        v.reference("flow", v.PATH),
        "Walk another flow and come back.",
        (
            Option("with", v.mapping, "Its arguments.", {}),
            Option("into", v.names, "Values that it returns: variable here, by name there.", {}),
            _THEN,
        ),
        lambda g: p.Call(flow=g["call"], arguments=g["with"], into=g["into"], then=g["then"]),
    ),
    Kind(
        "flow",
        v.reference("flow", v.PATH),
        "Go to another flow for good.",
        (Option("with", v.mapping, "Its arguments.", {}),),
        lambda g: p.Jump(flow=g["flow"], arguments=g["with"]),
    ),
    Kind("goto", s.target, "Go to a step.", (), lambda g: p.Goto(then=g["goto"])),
    Kind(
        "return",
        v.mapping,
        "Go back to the flow that called this one, with values.",
        (),
        lambda g: p.Return(values=g["return"] or {}),
        takes_nothing=True,
    ),
    Kind(
        "hangup",
        s.lines,
        "Say goodbye, if there is a phrase, and hang up.",
        (),
        lambda g: p.HangUp(lines=g["hangup"] or ()),
        takes_nothing=True,
    ),
)

KINDS: dict[str, Kind] = {kind.word: kind for kind in _ALL}
"""Kinds of steps by their word."""

SITE_WORDS: dict[str, Option] = {option.name: option for kind in _ALL for option in kind.options if option.site}
"""Words that defaults.yaml may give for all flows."""
