"""Which adapters a site's settings mean: the one place that knows them all by name."""

from pathlib import Path
from typing import assert_never

from calls.ports import Switch
from hotline.asterisk_house import AsteriskHouse
from hotline.freeswitch_house import FreeSwitchHouse
from hotline.provisioning import NoProvisioning, Provisioning
from hotline.serving import Server
from hotline.site import Site
from hotline.versions import Versions
from speech.espeak import Espeak
from speech.http_voice import HttpVoice
from speech.sentences import Sentences
from speech.voice import Voice
from switch.asterisk.adapter import AsteriskSwitch
from switch.asterisk.door import AsteriskOptions
from switch.freeswitch.adapter import FreeSwitch
from switch.freeswitch.door import FreeSwitchOptions

_SENTENCE_S = 2.0
"""How long a caller waits in silence before an apology takes the place of a sentence."""


def make_server(site: Site) -> Server:
    """Everything wired together, nothing started. Call on a running event loop."""
    return Server(site, make_switch(site), make_sentences(site), make_provisioning(site))


def make_voice(site: Site) -> Voice:
    """Who speaks what nobody has recorded."""
    settings = site.settings.voice
    return Espeak() if settings.kind == "espeak" else HttpVoice(settings.url, settings.name)


def make_sentences(site: Site) -> Sentences:
    """Sentences that are known only during a call."""
    versions = Versions(site.versions)

    def apology(language: str) -> Path | None:
        """What a caller hears in place of a sentence that could not be made in time."""
        current = versions.current()
        clips = versions.program(current).clips.get(language, {}) if current is not None else {}
        return Path(clips["sentence_unavailable"]) if "sentence_unavailable" in clips else None

    return Sentences(site.sounds / "sentences", make_voice(site), deadline_s=_SENTENCE_S, fallback=apology)


def make_switch(site: Site) -> Switch:
    """The door."""
    settings = site.settings.switch
    recordings = site.recordings
    if settings.run_dir is not None:
        recordings = site.folder / settings.run_dir / "spool" / "recording"
    match settings.kind:
        case "asterisk":
            return AsteriskSwitch(
                AsteriskOptions(
                    url=f"http://{settings.host}:{settings.port}/ari",
                    user=settings.user,
                    password=site.switch_password(),
                    application=settings.application,
                    recordings_dir=recordings,
                ),
                name=settings.name,
            )
        case "freeswitch":
            return FreeSwitch(
                FreeSwitchOptions(
                    password=site.switch_password(),
                    host=settings.host,
                    port=settings.port,
                    recordings_dir=recordings,
                ),
                name=settings.name,
            )
        case _:
            assert_never(settings.kind)


def make_provisioning(site: Site) -> Provisioning:
    """What is told to the switch beside calls."""
    settings = site.settings.switch
    if settings.run_dir is None:
        return NoProvisioning()
    match settings.kind:
        case "asterisk":
            return AsteriskHouse(site)
        case "freeswitch":
            return FreeSwitchHouse(site)
        case _:
            assert_never(settings.kind)
