"""The errors of this package: each names what is wrong, shows the value and says what to do."""


class AsyncgradeError(Exception):
    """Something this package refuses to do; the message is for the person who asked for it."""


class UsageError(AsyncgradeError):
    """An option, a mark, a setting or an argument is wrong."""
