"""What the worker does once a minute: whatever the rows of the waves say is due. No queue.

Nothing is remembered between two minutes but what the stores hold, so a worker can be stopped and
started at any time, and a second one waits for its turn.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

from sqlalchemy.exc import SQLAlchemyError

from analysis.errors import AnalysisError
from analysis.publishing import ReleaseRefused
from pulse.assets import AssetsError, manifest
from pulse.installation import Installation
from pulse.jobs.closing import (
    FINISHED,
    close_wave,
    destroy_wave,
    finish_wave,
    give_up_wave,
    is_cleaned_up,
    release_wave,
    stage_wave,
)
from pulse.jobs.housekeeping import tidy_up
from pulse.jobs.leases import lease, note_worker
from pulse.jobs.opening import cancel_wave, extend_wave, open_wave
from pulse.jobs.preparing import begin_preparing, go_on_preparing, never
from pulse.jobs.rates import count_rate
from pulse.logs import log_failure
from surveys.calendar import has_closed, has_opened
from surveys.challenges import AFTER_CLOSE, challenges_of, release_day
from surveys.errors import SurveyError
from surveys.wave_states import WaveState
from surveys.wave_wishes import WaveStep, forget_step, note_failure, wish_of, wished_waves
from surveys.waves import Wave, all_waves

_LEASE = "worker"
ANSWERING_FILES = (
    "answering.css",
    "answering.js",
    "participation.js",
    "passes.js",
    "sealing.js",
)
"""The files that decide what a phone does; the log keeps their hashes for every wave."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that is due: its name for the log, and what does it."""

    name: str
    wave: str
    act: Callable[[], object]


def tick(
    site: Installation,
    now: datetime,
    *,
    should_stop: Callable[[], bool] = never,
    wished_only: bool = False,
) -> int:
    """Do what is due and return how many steps were done; 0 while another worker has the turn.

    A step that fails is noted for HR and does not keep the others from being done.

    Args:
        site: the installation.
        now: local time.
        should_stop: asked between steps and keys.
        wished_only: look only at waves for which somebody has just asked for something.
    """
    with site.stores.registry() as registry:
        codes = wished_waves(registry)
        if not wished_only:
            codes = tuple(wave.code for wave in all_waves(registry))
    if not wished_only:
        note_worker(site.stores)
        tidy_up(site, now)
    if not codes:
        return 0
    done = 0
    with lease(site.stores, _LEASE) as turn:
        if turn is None:
            return 0
        for step in _due(site, codes, now, should_stop):
            if should_stop() or not turn.renew():
                break
            done += _take(site, step)
    return done


def _take(site: Installation, step: Step) -> bool:
    """Take a step and return whether it worked; a failure is kept for HR, in safe words."""
    try:
        step.act()
    except (SurveyError, AnalysisError, SQLAlchemyError, OSError) as error:
        log_failure(error, page=f"worker: {step.name}")
        with site.stores.registry() as registry:
            note_failure(registry, step.wave, step.name, _why(error))
        return False
    with site.stores.registry() as registry:
        forget_step(registry, step.wave, step.name)
    return True


def _why(error: Exception) -> str:
    """Return what HR may read: our own rules in full, of anything else only what to do."""
    if isinstance(error, SurveyError):
        return str(error)
    if isinstance(error, ReleaseRefused):
        return "The results were not safe to show. Nothing was released and nothing destroyed."
    return "Something does not work on the server. Tell whoever runs it to look into its log."


def served_files() -> Mapping[str, str]:
    """Return the names under which the answering page's files are served; each ends in its hash.

    Raises:
        AssetsError: nothing was built yet.
    """
    built = manifest()
    missing = [name for name in ANSWERING_FILES if name not in built]
    if missing:
        raise AssetsError(f"{missing[0]} is not built; run `make assets`")
    return {name: built[name] for name in ANSWERING_FILES}


def _due(
    site: Installation, codes: Sequence[str], now: datetime, should_stop: Callable[[], bool]
) -> Iterator[Step]:
    """Yield what is due, wave by wave. States are read anew, as one step may lead to the next."""
    for code in codes:
        for _ in WaveState:  # no wave takes more steps than there are states
            before = _wave(site, code)
            if before is None:
                break
            step = _wished_step(site, before, now.date()) or _next_step(
                site, before, now, should_stop
            )
            if step is None:
                break
            yield step
            if _wave(site, code) == before:
                break


def _wished_step(site: Installation, wave: Wave, day: date) -> Step | None:
    with site.stores.registry() as registry:
        wish = wish_of(registry, wave.code)
    acts: dict[WaveStep, Callable[[], object]] = {
        WaveStep.PREPARE: lambda: begin_preparing(site, wave.code),
        WaveStep.OPEN: lambda: open_wave(site, wave.code, day=day, served=served_files()),
        WaveStep.EXTEND: lambda: extend_wave(
            site, wave.code, wish.closes_on or wave.closes_on, day=day
        ),
        WaveStep.CLOSE: lambda: close_wave(site, wave.code, day=day),
        WaveStep.DESTROY: lambda: give_up_wave(site, wave.code, day=day),
        WaveStep.CANCEL: lambda: cancel_wave(site, wave.code, day=day),
    }
    return None if wish.step is None else Step(wish.step.value, wave.code, acts[wish.step])


def _next_step(
    site: Installation, wave: Wave, now: datetime, should_stop: Callable[[], bool]
) -> Step | None:
    code, day = wave.code, now.date()
    step: Step | None = None
    if wave.is_being_prepared:
        step = Step(
            "prepare", code, partial(go_on_preparing, site, code, day=day, should_stop=should_stop)
        )
    elif wave.state is WaveState.PREPARED and has_opened(wave.opens_on, now):
        step = Step("open", code, lambda: open_wave(site, code, day=day, served=served_files()))
    elif wave.state is WaveState.OPEN and has_closed(wave.closes_on, now):
        step = Step("close", code, partial(close_wave, site, code, day=day))
    elif wave.state is WaveState.OPEN:
        step = Step("rate", code, partial(count_rate, site, wave, now))
    elif wave.state in AFTER_CLOSE:
        step = _step_after_close(site, wave, day)
    elif wave.state in FINISHED and not is_cleaned_up(site, code):
        step = Step("destroy", code, partial(finish_wave, site, code, day=day))
    return step


def _step_after_close(site: Installation, wave: Wave, day: date) -> Step | None:
    """Return what comes next between close and release; a challenge may make the wave wait."""
    code = wave.code
    with site.stores.archive() as archive:
        challenges = challenges_of(archive, code)
    due = None if wave.releases_on is None else release_day(wave.releases_on, challenges)
    if any(each.is_given_up for each in challenges):
        return Step("destroy", code, partial(destroy_wave, site, code, day=day))
    if wave.state is WaveState.CLOSED:
        return Step("count", code, partial(stage_wave, site, code, day=day))
    if due is not None and due <= day:
        return Step("release", code, partial(release_wave, site, code, day=day))
    return None


def _wave(site: Installation, code: str) -> Wave | None:
    """Return the wave, or None once its draft is gone."""
    with site.stores.registry() as registry:
        return next((wave for wave in all_waves(registry) if wave.code == code), None)
