"""Pacing as a campaign writes it, made into the settings of the pacing core."""

from dialer.campaigns.written import WrittenPacing
from dialer.governor.durations import seconds
from dialer.pacing.settings import WINDOWS, HandleTimes, PacingSettings, Window


def pacing_of(name: str, written: WrittenPacing, patience_s: float, machines_wrong: float) -> PacingSettings:
    """The settings of a campaign's pacing. `machines_wrong`: the share of those taken for machines who are people."""
    usual = HandleTimes()
    times = HandleTimes(
        talk_mean_s=seconds(written.talk) if written.talk else usual.talk_mean_s,
        wrap_up_mean_s=seconds(written.wrap_up) if written.wrap_up else usual.wrap_up_mean_s,
    )
    return PacingSettings(
        campaign=name,
        windows=tuple(Window(one.name, written.abandoned_at_most, one.rolling_s, one.every) for one in WINDOWS),
        denominator=written.denominator,
        machines_wrong=machines_wrong,
        patience_s=patience_s,
        handle_times={name: times} if times != usual else {},
        answer_rate=written.answer_rate,
    )
