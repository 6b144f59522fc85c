"""The family of errors that the analysis floor raises."""


class AnalysisError(Exception):
    """A rule of the analysis floor was broken; the message names the rule and says what to do."""


class ReleaseRefused(AnalysisError):  # noqa: N818 - a refusal is the name of the field
    """A month cannot be released safely; nothing of it is stored. The message holds no count."""
