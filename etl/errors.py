"""What can go wrong in words an analyst can act on. No message ever holds a cell's value."""

from collections.abc import Iterable


class WaymarkError(Exception):
    """Base of everything shown to a user as one sentence, without a traceback."""

    exit_code = 1


class DocumentError(WaymarkError):
    """A source, KPI or plan file does not follow its format."""


class UnreadableFileError(WaymarkError):
    """A file could not be opened or read; `rule` is the finding's code."""

    def __init__(self, rule: str, message: str, remedy: str) -> None:
        super().__init__(f"{message} {remedy}")
        self.rule, self.message, self.remedy = rule, message, remedy


class UsageError(WaymarkError):
    """The call itself is wrong: an unknown name, a month that is no month."""

    exit_code = 2


class WarehouseBusyError(WaymarkError):
    """Another process is writing, or the warehouse cannot be reached; nothing was changed."""

    exit_code = 3


class NotAllowedError(WaymarkError):
    """Whoever asks may not do this, or is no longer signed in; nothing was changed."""


class ConfigurationError(WaymarkError):
    """Waymark must not be served as it is set up; each fault is a sentence."""

    exit_code = 2

    def __init__(self, faults: Iterable[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(self.faults))
