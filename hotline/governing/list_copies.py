"""Copies of lists that others keep, such as a national registry: those that a policy needs and that are missing, too
old, or will be within days. Their rules deny every call that they cover; whoever runs the house hears of it before."""

from collections.abc import Iterator, Mapping

from dialer.governor.do_not_call import DoNotCall
from dialer.governor.durations import in_words, seconds
from dialer.governor.policy import Policy

SOON_S = 3 * 86_400.0


def copy_warnings(policy: Policy, as_of: Mapping[str, float], now: float) -> Iterator[str]:
    """One for each rule that covers calls of some scene. `as_of`: when the copies were taken; UTC epoch seconds."""
    covering = {rule.name: rule for _, found in policy.scenes.values() for rule in found.rules}
    for name, rule in sorted(covering.items()):
        words = rule.words
        if not isinstance(words, DoNotCall) or not words.at_most_age:
            continue
        most = seconds(words.at_most_age)
        for list_ in words.lists:
            taken_at = as_of.get(list_)
            again = f"hotline do-not-call import FILE --list {list_}"
            if taken_at is None:
                yield f"there is no copy of the list {list_}, and {name} denies the calls that it covers: {again}"
            elif taken_at + most <= now:
                yield f"the copy of the list {list_} is too old, and {name} denies the calls that it covers: {again}"
            elif taken_at + most <= now + SOON_S:
                left_s = taken_at + most - now
                left = in_words(left_s // 3600 * 3600) if left_s >= 3600 else "less than an hour"
                yield f"the copy of the list {list_} is too old for {name} in {left}: {again}"
