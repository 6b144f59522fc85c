"""The family of errors that the survey floor raises; whoever calls it catches `SurveyError`."""


class SurveyError(Exception):
    """A rule of the survey floor was broken; the message names the rule and says what to do."""


class StateError(SurveyError):
    """What was asked for is not possible in the present state of the stores."""
