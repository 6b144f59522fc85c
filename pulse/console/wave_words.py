"""How the console says where a wave stands and what comes next."""

from dataclasses import dataclass

from surveys.wave_states import WaveState


@dataclass(frozen=True, slots=True)
class StateTag:
    """A pill: its word, and "" for a state, "solid" for what runs, "dashed" for what waits."""

    word: str
    kind: str


_TAGS = {
    WaveState.DRAFT: StateTag("draft", "dashed"),
    WaveState.PREPARED: StateTag("ready", ""),
    WaveState.OPEN: StateTag("open", "solid"),
    WaveState.CLOSED: StateTag("closed", "dashed"),
    WaveState.STAGED: StateTag("waits for release", "dashed"),
    WaveState.RELEASED: StateTag("released", ""),
    WaveState.CANCELLED: StateTag("cancelled", ""),
    WaveState.DESTROYED: StateTag("destroyed", ""),
}


def state_tag(state: WaveState, *, keys_needed: int = 0) -> StateTag:
    """Return the pill of a state; a draft whose keys are being made says so."""
    if state is WaveState.DRAFT and keys_needed:
        return StateTag("being prepared", "dashed")
    return _TAGS[state]


def people_words(people: int) -> str:
    return "1 person" if people == 1 else f"{people:,} people"


def questions_words(questions: int) -> str:
    return "1 question" if questions == 1 else f"{questions} questions"


def seconds_words(seconds: int) -> str:
    """Return `about 55 seconds`, or minutes from a minute and a half on."""
    if seconds <= 90:  # noqa: PLR2004 - people think of a minute and a half in seconds
        return f"about {seconds} seconds"
    return f"about {round(seconds / 60)} minutes"


def rate_words(percent: int | None) -> str:
    """Return the one figure of an open wave in words; "" where there is none."""
    if percent is None:
        return ""
    return (
        f"About {percent}% of everybody invited have taken part, rounded down to "
        "steps of five and counted once a day."
    )
