"""The errors of this package: each says what is wrong, shows the value and says what to do."""


class AsyncgradeError(Exception):
    """Anything this package refuses to do; the message is meant for the person who asked for it."""


class UsageError(AsyncgradeError):
    """Something was asked for in a way that cannot work: an option, a mark or an argument is wrong."""
