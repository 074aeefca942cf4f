"""Phrases that callers and agents hear, recognised in the sounds; and about how long a sound lasts."""

from calls.commands import Clip, Media, Sentence
from calls.ids import Seconds
from ivr.program import Program
from ivr.rehearsal.stage import Stage

_PAUSE_S = 0.3
_WIDE_S = 0.22
_NARROW_S = 0.065
"""Seconds a character: four and a half Chinese syllables, or two and a half English words, a second."""
_WIDE_FROM = "⺀"


def spoken_s(text: str) -> Seconds:
    """About how long it takes to say this."""
    wide = sum(character >= _WIDE_FROM for character in text)
    return _PAUSE_S + wide * _WIDE_S + (len(text) - wide) * _NARROW_S


class Words:
    """Reads sounds back as phrases. A clip is as long as its phrase takes to say."""

    def __init__(self, program: Program, lengths: dict[str, Seconds]) -> None:
        """`lengths`: of each sound by its path, as the fake switch has them; filled here."""
        self._stage = Stage(program)
        self._phrase: dict[Media, str] = {}
        self._clip: dict[Media, Clip] = {}
        self.lengths = lengths
        for language, texts in program.phrases.items():
            for key, text in texts.items():
                self._phrase[Sentence(text, language)] = key
                path = program.clips.get(language, {}).get(key)
                if path is not None:
                    self._phrase[Clip(path)] = key
                    self.lengths[path] = spoken_s(text)

    def phrase(self, media: Media) -> str:
        """The phrase's key; empty where no phrase reads like that."""
        found = self._phrase.get(media)
        if found is None:
            found = self._stage.read(media).phrase if isinstance(media, Sentence) else ""
            self._phrase[media] = found
        return found

    def clip(self, media: Media) -> Clip:
        """The sound, made for a sentence that has none yet."""
        if isinstance(media, Clip):
            return media
        clip = self._clip.get(media)
        if clip is None:
            clip = self._clip[media] = Clip(f"{media.language}: {media.text}")
            self.lengths[clip.path] = spoken_s(media.text)
        return clip
