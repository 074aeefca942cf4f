"""Unread files of dialplans/ and prompts/: misspelt, misplaced, or left there by an editor.

What was plainly meant to be read (YAML, a recording) is an error, since a site that ignores it is not the one its
admin wrote; anything else is only mentioned. Hidden files, Markdown and JSON Schemas may lie anywhere.
"""

from collections.abc import Iterator, Sequence

from complaints.clocks.reading import CLOCKS
from complaints.dispatch.reading import DISPATCH
from complaints.followups.reading import FOLLOW_UPS
from complaints.grading.reading import GRADES
from dialer.campaigns.reading import CAMPAIGNS
from dialer.scenes.approval import APPROVALS
from dialer.scenes.reading import CASES, SCENES
from dsl.spelling import nearest
from dsl.tree import Mark, Problem
from hotline.site import number_file
from hotline.site.site import Site
from hotline.versions.outgoing import OUTGOING
from hotline.versions.policies import POLICIES
from hotline.versions.transfers import TRANSFERS
from hotline.versions.trunks import TRUNKS
from ivr.compiler.answers import ANSWERS
from ivr.compiler.compiling import AGENTS, DEFAULTS, ENTRY, FLOWS, HOURS, PROMPTS, SKILLS
from ivr.compiler.overrides import OVERRIDES
from ivr.compiler.questionnaires import QUESTIONNAIRES
from ivr.compiler.queue_rules import QUEUES
from reporting.reading import REPORTS
from speech.ready import ENDING as READY_ENDING
from speech.recordings import ENDINGS
from understanding.reading import INTENTS

_TESTS = "dialplans/tests/"
_OF_CASES = (CLOCKS, DISPATCH, FOLLOW_UPS, GRADES, QUESTIONNAIRES)
_OF_CALLS = (AGENTS, APPROVALS, DEFAULTS, ENTRY, HOURS, OUTGOING, OVERRIDES, QUEUES, SKILLS, TRANSFERS, TRUNKS)
_FILES = tuple(sorted((*_OF_CALLS, *_OF_CASES, REPORTS)))
_FOLDERS = (FLOWS, _TESTS, SCENES, CASES, POLICIES, CAMPAIGNS, INTENTS, ANSWERS)
_TOLD_FOLDERS = "flows/, intents/, intents/tests/, answers/, tests/, scenes/, scenes/tests/, campaigns/ and policies/"
_YAML = (".yaml", ".yml")
_RECORDINGS = "prompts/recordings/"
_READY = "prompts/ready/"
_NEVER_MEANT = (".md", ".schema.json")


def unread_files(site: Site, languages: Sequence[str], phrases: Sequence[str]) -> Iterator[Problem]:
    """A problem for each file of the two folders that is not read, with the nearest right name."""
    for prefix, folder in (("dialplans/", site.dialplans), (PROMPTS, site.prompts)):
        for path in sorted(folder.rglob("*")):
            inside = path.relative_to(folder)
            if path.is_dir() or any(part.startswith(".") for part in inside.parts) or path.name.endswith(_NEVER_MEANT):
                continue
            name = f"{prefix}{inside.as_posix()}"
            if name.startswith(_READY) and path.suffix == READY_ENDING:
                continue  # found by the words that they say: hotline voice tells of those that no phrase has
            said = _recording(name, languages, phrases) if name.startswith(_RECORDINGS) else _text(name)
            if said:
                meant = path.suffix.lower() in (*_YAML, *ENDINGS)
                yield Problem(Mark(name, 1, 1), "stray-file", said, warning=not meant)


def unreadable_numbers(site: Site) -> Iterator[Problem]:
    """A problem for each line of the do-not-call file in which no number can be read: until it is mended nobody is
    called."""
    path = site.do_not_call
    if path is None:
        return
    try:
        numbers = number_file.read(path, site.settings.region)
    except OSError as error:
        yield Problem(Mark(path.name, 1, 1), "do-not-call", f"{error.strerror}; nobody is called until it is there")
    except UnicodeError:
        yield Problem(Mark(path.name, 1, 1), "do-not-call", "this is no text; save it as UTF-8 or CSV")
    else:
        for line in numbers.unreadable:
            yield Problem(Mark(path.name, line.line, 1), "do-not-call", f"{line.told}; nobody is called until then")


def _text(name: str) -> str:
    """The reason why a file that should be YAML is not read; empty: it is read."""
    if _is_read(name):
        return ""
    stem, ending = name.rpartition(".")[::2]
    if f".{ending.lower()}" in _YAML and _is_read(f"{stem}.yaml"):
        return f"nobody reads it: rename it to {stem}.yaml"
    folder, _, last = name.rpartition("/")
    yaml = f"{last.rpartition('.')[0]}.yaml"
    places = [f"{place}{yaml}" for place in _FOLDERS] if folder.startswith("dialplans/") else []
    near = nearest(f"{folder}/{yaml}", [*_FILES, *places])
    hint = f"; did you mean {near}?" if near and f".{ending.lower()}" in _YAML else ""
    if name.startswith(PROMPTS):
        return f"nobody reads it: texts stand in {PROMPTS}LANGUAGE.yaml, recordings in {_RECORDINGS}LANGUAGE/{hint}"
    files = ", ".join(file.removeprefix("dialplans/") for file in _FILES)
    return f"nobody reads it: in dialplans/ there are {files}, {_TOLD_FOLDERS}{hint}"


def _is_read(name: str) -> bool:
    if not name.endswith(".yaml"):
        return False
    language = name.removeprefix(PROMPTS)
    return name in _FILES or name.startswith(_FOLDERS) or (language != name and "/" not in language)


def _recording(name: str, languages: Sequence[str], phrases: Sequence[str]) -> str:
    """The reason why a file among the recordings is not played; empty: it is played."""
    language, slash, file = name.removeprefix(_RECORDINGS).partition("/")
    key, _, ending = file.rpartition(".")
    if not slash or "/" in file:
        return f"nobody plays it: it belongs into {_RECORDINGS}LANGUAGE/"
    if language not in languages:
        return f"nobody plays it: there is no language {language}, there are {', '.join(languages)}"
    if f".{ending.lower()}" not in ENDINGS:
        return f"nobody plays it: a recording ends in {', '.join(ENDINGS)}"
    if key not in phrases:
        return f"nobody plays it: there is no phrase {key}{_meant(key, phrases)}"
    return ""


def _meant(word: str, known: Sequence[str]) -> str:
    near = nearest(word, known)
    return f"; did you mean {near}?" if near else ""
