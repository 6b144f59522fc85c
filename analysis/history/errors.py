"""Why historic responses could not be taken over, apart from what is wrong inside the file."""

from analysis.errors import AnalysisError


class HistoryError(AnalysisError):
    """The import stopped; nothing of the file was imported."""


class MonthsTakenError(HistoryError):
    """The file holds months that were released before; a release is never made twice."""
