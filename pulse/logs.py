"""The log of the web floor: one JSON line per event, and only fields from a short list.

There is no access log. What a person asked for, where from and with which device never reaches
this module: its functions have no parameter for it.
"""

import sys
import traceback
from pathlib import Path
from types import TracebackType

import structlog
from structlog.typing import EventDict, WrappedLogger

ALLOWED_FIELDS = frozenset({"event", "time", "level", "role", "rule", "page", "exception", "place"})
_OUR_FLOORS = ("pulse", "analysis", "surveys")
_PACKAGES = Path(__file__).resolve().parent.parent


def log_refusal(*, role: str, rule: str, page: str) -> None:
    """Log that a rule refused a request; `page` is the route's pattern, never the address."""
    _logger().info("refused", role=role, rule=rule, page=page)


def log_failure(error: BaseException, *, page: str) -> None:
    """Log the type of an unexpected error and the place in our code, not its message.

    Messages of libraries quote what they were given, so they may hold what a person typed.
    """
    _logger().error(
        "failed", exception=type(error).__name__, place=_place(error.__traceback__), page=page
    )


def _place(trace: TracebackType | None) -> str:
    """Return file, line and function of the innermost frame of ours, or of any at all."""
    frames = traceback.extract_tb(trace)
    for frame in reversed(frames):
        path = Path(frame.filename)
        if path.is_relative_to(_PACKAGES) and path.relative_to(_PACKAGES).parts[0] in _OUR_FLOORS:
            return f"{path.relative_to(_PACKAGES)}:{frame.lineno} in {frame.name}"
    return f"{frames[-1].name} in a library" if frames else "unknown"


def _only_allowed(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    return {field: value for field, value in event.items() if field in ALLOWED_FIELDS}


def _logger() -> structlog.typing.FilteringBoundLogger:
    """Return a logger onto the present standard error; nothing global is configured."""
    processors: list[structlog.typing.Processor] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
        _only_allowed,
        structlog.processors.JSONRenderer(sort_keys=True),
    ]
    bound: structlog.typing.FilteringBoundLogger = structlog.wrap_logger(
        structlog.PrintLogger(sys.stderr),
        processors=processors,
        wrapper_class=structlog.make_filtering_bound_logger(0),
    )
    return bound
