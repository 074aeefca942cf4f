"""Settings of transcripts: when recordings are transcribed, and the words that a scene wants or forbids."""

from datetime import time

import pydantic

from hotline.site.keeping import Strict


class Wording(Strict):
    """Words of the house's side of a talk, each as it is written."""

    required: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()


class TranscriptSettings(Strict):
    """Transcripts need the extra `speech`."""

    at: time | None = None
    """Each night at that time of the house's zone, what has none yet; null: only by `hotline transcribe`."""
    hours: float = pydantic.Field(5.0, gt=0, le=23)
    """So long at most; what is left is the next night's."""
    wording: dict[str, Wording] = pydantic.Field(default_factory=dict)
    """By scene of the outgoing call; `calls` for those without one."""

    def of(self, scene: str) -> Wording:
        """The words of a call's scene; of a call without one those of `calls`."""
        return self.wording.get(scene or "calls", Wording())
