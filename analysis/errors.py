"""The family of errors that the analysis floor raises."""


class AnalysisError(Exception):
    """A rule of the analysis floor was broken; the message names the rule and says what to do."""
