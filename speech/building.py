"""The building of prompts at publish: every static phrase as a sound on disk, made only when it is not there yet.

A sound's name is a hash of what goes into it: the words, the language, the voice with its version and settings, the
levelling; or the bytes of a recording, which wins over the voice, or of a sound that came ready. So a changed word
builds one sound, an unchanged house builds none, and an older version of the flows still finds its own.

One manifest remembers the files' times and sizes, so that ten thousand prompts are known to be sound from one look at
the folders. A file that differs is read and compared, and built again when it is damaged.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from speech.levelling import Levelling
from speech.ready import ReadySounds
from speech.recordings import find_recordings, read_recording
from speech.store import Kept, SoundStore, Stat, digest, write_durably
from speech.voice import Pcm, SpeechError, Voice, VoiceError

_FORMAT = "1"  # part of every name: raise it when the same ingredients give another sound
MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True)
class Prompt:
    """A phrase to be built: its key, its language, its words."""

    key: str
    language: str
    text: str


@dataclass(frozen=True, slots=True)
class Failure:
    """A prompt that could not be built, and why."""

    prompt: Prompt
    reason: str


@dataclass(slots=True)
class Built:
    """The result of a build. `stems` has the absolute path without ending of each (key, language) that has a sound."""

    stems: dict[tuple[str, str], Path] = field(default_factory=dict)
    durations_s: dict[tuple[str, str], float] = field(default_factory=dict)
    made: int = 0
    """Spoken now, or taken from a recording."""
    ready: int = 0
    """Taken from a sound that came ready."""
    kept: int = 0
    failures: list[Failure] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


class _Recording(msgspec.Struct, frozen=True, array_like=True):
    """The hash of a recording as long as its size and time stay the same."""

    size: int
    changed_ns: int
    digest: str


class _Manifest(msgspec.Struct):
    sounds: dict[str, Kept] = {}
    recordings: dict[str, _Recording] = {}
    identities: dict[str, str] = {}


@dataclass(frozen=True, slots=True)
class _Job:
    prompt: Prompt
    name: str
    recording: Path | None
    came_ready: bool = False


@dataclass(slots=True)
class _Survey:
    """The sounds that are wanted, and those that are there."""

    manifest: _Manifest
    jobs: list[_Job] = field(default_factory=list)
    missing: dict[str, list[_Job]] = field(default_factory=dict)  # by name: one sound may serve many prompts


class Builder:
    """Builds prompts into `folder`. `progress(done, total, key)` is called as each is made or found.

    A key that `recordings` has is played from there, words that `ready` has from that; the voice says the rest.
    """

    def __init__(
        self,
        folder: Path,
        voice: Voice,
        *,
        recordings: Path | None = None,
        ready: ReadySounds | None = None,
        levelling: Levelling | None = None,
        parallel: int | None = None,
    ) -> None:
        self._store = SoundStore(folder)
        self._voice = voice
        self._recordings = recordings
        self._ready = ready
        self._levelling = levelling or Levelling()
        self._levelled = repr(self._levelling)
        self._parallel = parallel or os.cpu_count() or 1

    async def build(
        self, prompts: Iterable[Prompt], progress: Callable[[int, int, str], None] = lambda done, total, key: None
    ) -> Built:
        """Make what is missing or damaged. One prompt's failure is reported and the others are built.

        Raises SoundError when the folder cannot be written, with everything that was finished kept.
        """
        wanted = list(prompts)
        built = Built()
        identities = {language: await self._identity(language, built) for language in {p.language for p in wanted}}
        # All looking at the disk is one piece of work beside the event loop: calls go on while ten thousand are
        # compared.
        survey = await asyncio.to_thread(self._survey, wanted, identities, built)
        total, done = len(wanted), len(built.failures)

        def finished(job: _Job) -> None:
            nonlocal done
            done += 1
            progress(done, total, job.prompt.key)

        for job in survey.jobs:
            if job.name not in survey.missing:
                built.kept += 1
                finished(job)
        try:
            await self._make_all(survey, built, finished)
        finally:
            await asyncio.to_thread(self._write_manifest, survey.manifest)
        for job in survey.jobs:
            if job.name in survey.manifest.sounds:
                place = (job.prompt.key, job.prompt.language)
                built.stems[place] = self._store.stem(job.name)
                built.durations_s[place] = survey.manifest.sounds[job.name].duration_s
        return built

    def prune(self, keep: Iterable[Path]) -> int:
        """Remove every sound but those with these stems (of all versions one may roll back to); how many went."""
        stems = set(keep)
        names = {name.partition(".")[0] for name in self._store.scan()}
        gone = [name for name in names if self._store.stem(name) not in stems]
        manifest = self._read_manifest()
        for name in gone:
            self._store.remove(name)
            manifest.sounds.pop(name, None)
        self._write_manifest(manifest)
        return len(gone)

    async def _identity(self, language: str, built: Built) -> str | None:
        """A voice that is away today still has its sounds of yesterday, named by its last identity."""
        try:
            return await self._voice.identity(language)
        except VoiceError as error:
            built.warnings.append(f"the voice for {language} is away, only what is already built is played: {error}")
            return None

    def _survey(self, prompts: list[Prompt], identities: Mapping[str, str | None], built: Built) -> _Survey:
        manifest = self._read_manifest()
        manifest.identities.update({language: name for language, name in identities.items() if name is not None})
        recordings = self._choose_recordings(prompts, list(identities), built)
        survey = _Survey(manifest)
        for prompt in prompts:
            job = self._plan(prompt, recordings.get((prompt.key, prompt.language)), manifest, built)
            if job is not None:
                survey.jobs.append(job)
        scanned = self._store.scan({job.name for job in survey.jobs})
        for job in survey.jobs:
            if job.name in survey.missing or not self._is_sound(job.name, manifest, scanned):
                survey.missing.setdefault(job.name, []).append(job)
        return survey

    def _choose_recordings(
        self, prompts: list[Prompt], languages: list[str], built: Built
    ) -> dict[tuple[str, str], Path]:
        chosen: dict[tuple[str, str], Path] = {}
        if self._recordings is None:
            return chosen
        keys = {(prompt.key, prompt.language) for prompt in prompts}
        for language in sorted(languages):
            for key, paths in find_recordings(self._recordings, language).items():
                chosen[key, language] = paths[0]
                if (key, language) not in keys:
                    built.warnings.append(f"{paths[0]}: no phrase {key} in {language}, or one with values: not played")
                elif len(paths) > 1:
                    built.warnings.append(f"{paths[1]}: {paths[0].name} is played in its place; remove one of them")
        return chosen

    def _plan(self, prompt: Prompt, recording: Path | None, manifest: _Manifest, built: Built) -> _Job | None:
        """Name a prompt's sound by its ingredients."""
        ready = self._ready.find(prompt.language, prompt.text) if self._ready and recording is None else None
        recording = recording or ready
        if recording is not None:
            try:
                of_file = _hash_recording(recording, manifest)
            except OSError as error:
                built.failures.append(Failure(prompt, f"{recording}: {error.strerror}"))
                return None
            return _Job(prompt, digest(_FORMAT, "recording", of_file, self._levelled), recording, ready is not None)
        identity = manifest.identities.get(prompt.language)
        if identity is None:
            built.failures.append(Failure(prompt, f"no voice for {prompt.language} and no recording"))
            return None
        return _Job(prompt, digest(_FORMAT, "voice", identity, prompt.language, prompt.text, self._levelled), None)

    def _is_sound(self, name: str, manifest: _Manifest, scanned: Mapping[str, Stat]) -> bool:
        kept = manifest.sounds.pop(name, None)
        if kept is None or not self._store.is_as_kept(name, kept, scanned):
            kept = self._store.verify(name) if name + ".wav" in scanned else None
        if kept is not None:
            manifest.sounds[name] = kept
        return kept is not None

    async def _make_all(self, survey: _Survey, built: Built, finished: Callable[[_Job], None]) -> None:
        waiting = iter(survey.missing.items())

        async def work() -> None:
            for name, jobs in waiting:
                try:
                    pcm = await self._source(jobs[0])
                except SpeechError as error:
                    built.failures += [Failure(job.prompt, str(error)) for job in jobs]
                else:
                    survey.manifest.sounds[name] = await asyncio.to_thread(self._store.write, name, pcm)
                    if jobs[0].came_ready:
                        built.ready += 1
                    else:
                        built.made += 1
                for job in jobs:
                    finished(job)

        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(min(self._parallel, len(survey.missing))):
                    group.create_task(work())
        except ExceptionGroup as failed:
            raise failed.exceptions[0] from None

    async def _source(self, job: _Job) -> Pcm:
        if job.recording is not None:
            pcm = await asyncio.to_thread(read_recording, job.recording)
        else:
            pcm = await self._voice.synthesise(job.prompt.text, job.prompt.language)
        return await asyncio.to_thread(self._levelling.apply, pcm)

    def _read_manifest(self) -> _Manifest:
        """A manifest that cannot be read is none: then every sound is looked at, and none made twice."""
        try:
            return msgspec.json.decode((self._store.folder / MANIFEST).read_bytes(), type=_Manifest)
        except (OSError, msgspec.DecodeError):
            return _Manifest()

    def _write_manifest(self, manifest: _Manifest) -> None:
        content = msgspec.json.encode(manifest)
        path = self._store.folder / MANIFEST
        if not path.exists() or path.read_bytes() != content:
            write_durably(path, content)


def _hash_recording(path: Path, manifest: _Manifest) -> str:
    about = path.stat()
    known = manifest.recordings.get(str(path))
    if known is not None and (known.size, known.changed_ns) == (about.st_size, about.st_mtime_ns):
        return known.digest
    fresh = _Recording(about.st_size, about.st_mtime_ns, hashlib.sha256(path.read_bytes()).hexdigest())
    manifest.recordings[str(path)] = fresh
    return fresh.digest
