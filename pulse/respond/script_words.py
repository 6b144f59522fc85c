"""What the script on the answering page says, in each language; {fields} are filled in by it."""

from pulse.languages import Language


def _(message: str) -> str:
    """Mark a message for translators; it is translated when a language is known."""
    return message


_WORDS = {
    "progress": _("Question {number} of {total}"),
    "title_question": _("Question {number} of {total}"),
    "skipped": _("Skipped"),
    "change": _("Change"),
    "error": _("Error:"),
    "code_length": _("The code has 16 characters; this one has {count}. Look at it once more."),
    "code_wrong": _(
        "One of the characters is not right. Compare the code with your message once more."
    ),
    "comment_long": _(
        "Your comment is {count} characters. It can be up to 500. Everything else you answered "
        "is still here."
    ),
    "sending_passes": _("Getting your pass…"),
    "sending_ballots": _("Putting your sealed answers into the box…"),
    "copied": _("Copied"),
    "title_start": _("How is work going?"),
    "title_review": _("Check your answers"),
    "title_sending": _("Sending"),
    "title_thanks": _("Your answers are in the box"),
    "title_code": _("Type your code"),
    "title_used": _("This link has been used"),
    "title_unknown": _("We do not know this link"),
    "title_closed": _("This pulse has closed"),
    "title_not_yet": _("This pulse has not opened yet"),
    "title_offline": _("Your answers are not sent yet"),
    "title_failed": _("Something went wrong"),
}


def script_words(language: Language) -> dict[str, str]:
    return {name: language.translate(message) for name, message in _WORDS.items()}
