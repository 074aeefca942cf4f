"""Errors, split by whose fault they are."""


class HotlineError(Exception):
    """Base of all our errors. `retryable`: the same thing may work later."""

    retryable = False


class BadInput(HotlineError):
    """Somebody's file, option or request is wrong; the message has its place and what to do."""


class BrokenRule(HotlineError):
    """Our own fault: an illegal transition. Never caught inside a core."""


class SwitchError(HotlineError):
    """The switch refused."""


class SwitchAway(SwitchError):
    """No link to the switch, or no answer within the deadline."""

    retryable = True
