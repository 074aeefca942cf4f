"""Satisfaction over channels: the survey after calls, and questions that apps, visits or letters ask, by weights.

The index of each channel counts with its weight, however many answered there; a channel without two answers drops out,
and the others' weights grow. With W = weight ÷ sum of the weights: index = Σ W·index, its variance Σ W²·variance.
"""

from collections.abc import Mapping

import msgspec

from reporting.followups import QuestionFigures
from reporting.ratios import Interval, two_decimals
from reporting.satisfaction import SatisfactionFigures, SatisfactionSettings, around, spread

TELEPHONE = "telephone"


class ChannelFigures(msgspec.Struct, frozen=True):
    """What a channel gives. The telephone's are corrected for non-response. `None`: fewer than two answers."""

    weight: float
    sample: int
    index: float | None
    satisfied: float | None


class OverChannels(msgspec.Struct, frozen=True):
    """The index and the share of the satisfied over all channels; None where none has two answers."""

    index: float | None
    index_interval: Interval | None
    satisfied: float | None
    channels: dict[str, ChannelFigures]
    """By `telephone`, or questionnaire and question."""


def over_channels(
    settings: SatisfactionSettings,
    telephone: SatisfactionFigures | None,
    questionnaires: Mapping[str, Mapping[str, QuestionFigures]],
) -> OverChannels | None:
    """The figures by `settings.over`; None where it names no channel."""
    if not settings.over:
        return None
    channels: dict[str, ChannelFigures] = {}
    variances: dict[str, float] = {}
    for name, weight in settings.over.items():
        channels[name], variances[name] = (
            _telephone(weight, telephone)
            if name == TELEPHONE
            else _question(weight, questionnaires, name, settings.weights)
        )
    told = {name: one for name, one in channels.items() if one.index is not None}
    if not told:
        return OverChannels(None, None, None, channels)
    share = {name: one.weight / sum(other.weight for other in told.values()) for name, one in told.items()}
    index = sum(share[name] * (one.index or 0.0) for name, one in told.items())
    satisfied = sum(share[name] * (one.satisfied or 0.0) for name, one in told.items())
    variance = sum(share[name] ** 2 * variances[name] for name in told)
    low, high = min(settings.weights), max(settings.weights)
    return OverChannels(two_decimals(index), around(index, variance, low, high), two_decimals(satisfied), channels)


def _telephone(weight: float, figures: SatisfactionFigures | None) -> tuple[ChannelFigures, float]:
    corrected = None if figures is None else figures.corrected
    sample = 0 if figures is None else figures.sample
    if corrected is None:
        return ChannelFigures(weight, sample, None, None), 0.0
    return ChannelFigures(weight, sample, corrected.index, corrected.satisfied), corrected.index_error**2


def _question(
    weight: float,
    questionnaires: Mapping[str, Mapping[str, QuestionFigures]],
    name: str,
    weights: tuple[float, ...],
) -> tuple[ChannelFigures, float]:
    questionnaire, _, question = name.partition(".")
    figures = questionnaires.get(questionnaire, {}).get(question)
    graded = None if figures is None else figures.satisfaction
    if graded is None or graded.sample < 2:
        return ChannelFigures(weight, 0 if graded is None else graded.sample, None, None), 0.0
    mean, variance = spread(graded.grades, weights)
    return ChannelFigures(weight, graded.sample, two_decimals(mean), graded.satisfied), variance / graded.sample
