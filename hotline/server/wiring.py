"""Wiring: makes the adapters that a site's settings name, the one place that knows them all.

Each is loaded where it is made: a restart has callers waiting for it, and needs one switch only.
"""

import time
from pathlib import Path
from typing import TYPE_CHECKING, assert_never

from calls.dependencies import Dependency
from calls.ports import SoundSource, Switch
from hotline.provisioning.port import NoProvisioning, Provisioning
from hotline.provisioning.web_phones import WebPhones
from hotline.server.serving import Server
from hotline.server.watched_voice import WatchedVoice
from hotline.site.site import Site
from hotline.versions import ear_kind
from hotline.versions.store import Versions
from hotline.versions.voice_kind import kind_of
from ivr.spoken.figures import EDITION, in_words
from speech.clauses import pieces
from speech.espeak import Espeak
from speech.sentences import Sentences
from speech.voice import Voice
from speech.worded import WordedVoice
from switch.accounts import SecretStore
from switch.cell import Cell
from switch.keeping import Keeping
from switch.trunk_lines import TrunkLines

if TYPE_CHECKING:
    from speech.recogniser import Recogniser
    from speech.utterances import Engine

_SENTENCE_S = 2.0
"""How long a caller waits in silence before an apology takes the place of a sentence."""
_PATIENCE_S = 1.5
"""Of that, how long for the voice that is good and slow, before the one that is quick speaks."""
_EARLY_S = 0.3
"""Silence after which whisper is asked already: it takes about as long as the rest of the silence that ends speech."""
_MOST_WAITING = 1
"""Sentences that wait for the one that is spoken: another would wait longer than that, and goes to the quick voice."""


def make_server(site: Site) -> Server:
    """Everything wired together, nothing started. Call on a running event loop."""
    trunks = TrunkLines()
    voice = WatchedVoice(
        make_voice(site, most_waiting=_MOST_WAITING), Dependency("voice", time.time), site.settings.languages[0]
    )
    web_phones = WebPhones(site.web_phones, time.time)
    provisioning = make_provisioning(site, web_phones)
    ear = make_ear(site)
    cell = make_cell(site, trunks, ear)
    return Server(site, cell, make_sentences(site, voice), provisioning, trunks, voice, web_phones, ear)


def make_voice(site: Site, *, most_waiting: int | None = None) -> Voice:
    """The voice for text that nobody has recorded; one with `most_waiting` sentences to speak takes no more."""
    kind = kind_of(site.settings.voice)
    match kind:
        case "kokoro":
            from speech.kokoro.voice import Kokoro

            return Kokoro(in_words, EDITION, most_waiting=most_waiting)
        case "espeak":
            return WordedVoice(Espeak(), in_words, EDITION)
        case "http":
            from speech.http_voice import HttpVoice

            return HttpVoice(site.settings.voice.url, site.settings.voice.name)
        case _:
            assert_never(kind)


def make_sentences(site: Site, voice: Voice) -> Sentences:
    """The maker of sentences that are known only during a call; espeak-ng says what Kokoro cannot in time."""
    versions = Versions(site.versions)

    def apology(language: str) -> Path | None:
        """The recording played in place of a sentence that could not be made in time; None where there is none."""
        current = versions.current()
        clips = versions.program(current).clips.get(language, {}) if current is not None else {}
        return Path(clips["sentence_unavailable"]) if "sentence_unavailable" in clips else None

    folder = site.sounds / "sentences"
    if kind_of(site.settings.voice) != "kokoro":
        return Sentences(folder, voice, deadline_s=_SENTENCE_S, fallback=apology)
    quick = WordedVoice(Espeak(), in_words, EDITION)
    instead = Sentences(site.sounds / "quick-sentences", quick, deadline_s=_SENTENCE_S - _PATIENCE_S, fallback=apology)
    return Sentences(folder, voice, deadline_s=_PATIENCE_S, instead=instead, parallel=_MOST_WAITING + 2, parted=pieces)


def make_cell(site: Site, trunks: TrunkLines | None = None, ear: "Engine | None" = None) -> Cell:
    """All switches of the site, as one; `trunks` are the site's, and `ear` hears the callers of all."""
    states = {node: Dependency(f"switch {node}", time.time) for node in site.switches}
    keeping = Keeping()
    return Cell(
        [make_switch(site, node, trunks, states[node], keeping, ear) for node in site.switches], states, keeping
    )


def make_switch(
    site: Site,
    node: str,
    trunks: TrunkLines | None = None,
    state: Dependency | None = None,
    keeping: Keeping | None = None,
    ear: "Engine | None" = None,
) -> Switch:
    """The adapter of one switch, which recognises speech if there is an `ear`; `state` is told of its link, and
    `keeping` asked whether what it told is on disk."""
    settings = site.switches[node]
    recogniser = None if ear is None else _recogniser(ear)
    recordings = site.recordings_of(node)
    match settings.kind:
        case "asterisk":
            from switch.asterisk.adapter import AsteriskSwitch
            from switch.asterisk.call_records import PLACE
            from switch.asterisk.session import AsteriskOptions

            asterisk = AsteriskSwitch(
                AsteriskOptions(
                    url=f"http://{settings.host}:{settings.port}/ari",
                    user=settings.user,
                    password=site.switch_password(node),
                    application=settings.application,
                    recordings_dir=recordings,
                    trunks=trunks,
                    state=state,
                    keeping=keeping or Keeping(),
                    call_records=None if settings.run_dir is None else site.folder / settings.run_dir / PLACE,
                    sound_address=site.settings.speech.address,
                    talking_s=settings.media_timeout.talking_s,
                ),
                name=node,
            )
            return asterisk if recogniser is None else _recognising(asterisk, asterisk, recogniser)
        case "freeswitch":
            from switch.freeswitch.adapter import FreeSwitch
            from switch.freeswitch.session import FreeSwitchOptions

            offered = settings.calls_by == "outbound_socket"
            host, _, port = settings.listen.rpartition(":")
            freeswitch = FreeSwitch(
                FreeSwitchOptions(
                    password=site.switch_password(node),
                    host=settings.host,
                    port=settings.port,
                    recordings_dir=recordings,
                    trunks=trunks,
                    state=state,
                    keeping=keeping or Keeping(),
                    listen=(host, int(port)) if offered else None,
                    controller=settings.application if offered else "",
                ),
                name=node,
            )
            return freeswitch if recogniser is None else _recognising(freeswitch, freeswitch, recogniser)
        case _:
            assert_never(settings.kind)


def _recognising(switch: Switch, sounds: SoundSource, recogniser: "Recogniser") -> Switch:
    from speech.recognising_switch import RecognisingSwitch

    return RecognisingSwitch(switch, sounds, recogniser)


def _recogniser(ear: "Engine") -> "Recogniser":
    from speech.utterances import EngineRecogniser, ScriptedEngine

    return EngineRecogniser(ear, early_s=None if isinstance(ear, ScriptedEngine) else _EARLY_S)


def make_ear(site: Site) -> "Engine | None":
    """The engine that makes words of what callers say; None: they press keys."""
    settings = site.settings.speech
    kind = ear_kind.kind_of(settings)
    match kind:
        case "none":
            return None
        case "scripted":
            from speech.utterances import ScriptedEngine

            return ScriptedEngine(settings.phrases)
        case "whisper":
            from speech.whisper.engine import WhisperEngine

            return WhisperEngine(Dependency("ear", time.time), deadline_s=settings.deadline_s)
        case _:
            assert_never(kind)


def make_provisioning(site: Site, web_phones: WebPhones | None = None) -> dict[str, Provisioning]:
    """The provisioning of each switch; nothing is written for one whose configuration is somebody else's."""
    accounts = SecretStore(site.state / "secrets" / "accounts.json")
    return {node: _provisioning_of(site, node, accounts, web_phones) for node in site.switches}


def _provisioning_of(site: Site, node: str, accounts: SecretStore, web_phones: WebPhones | None) -> Provisioning:
    settings = site.switches[node]
    if settings.run_dir is None:
        return NoProvisioning()
    match settings.kind:
        case "asterisk":
            from hotline.provisioning.asterisk import AsteriskHouse

            return AsteriskHouse(site, node, accounts, web_phones)
        case "freeswitch":
            from hotline.provisioning.freeswitch import FreeSwitchHouse

            return FreeSwitchHouse(site, node, accounts, web_phones)
        case _:
            assert_never(settings.kind)
