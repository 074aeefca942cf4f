"""The time without audio on the command line of a switch."""

import argparse

import pytest

from switch.media_timeout import MediaTimeout, add_media_timeout_options, media_timeout_of

pytestmark = pytest.mark.unit


def parsed(*words: str, with_accounts: bool = True) -> MediaTimeout | None:
    parser = argparse.ArgumentParser(exit_on_error=False)
    add_media_timeout_options(parser, with_accounts=with_accounts)
    return media_timeout_of(parser.parse_args(words))


def test_what_is_not_named_is_the_default_and_nothing_named_is_nothing() -> None:
    assert parsed() is None
    assert parsed("--media-timeout-muted", "20") == MediaTimeout(muted_s=20)
    assert parsed("--media-timeout-waiting", "90", "--media-timeout-hold", "600") == MediaTimeout(90, hold_s=600)
    assert parsed("--media-timeout-waiting", "90", with_accounts=False) == MediaTimeout(90)


def test_a_switch_whose_phones_are_the_controllers_takes_no_time_for_them() -> None:
    with pytest.raises(SystemExit):
        parsed("--media-timeout-muted", "20", with_accounts=False)


@pytest.mark.parametrize("seconds", ["0", "1", "-5", "8s", "8.5", "90000"])
def test_what_is_no_time_is_refused(seconds: str) -> None:
    with pytest.raises(argparse.ArgumentError, match="use whole seconds, 2 to 86400"):
        parsed(f"--media-timeout-muted={seconds}")
