"""Working out what takes long before anybody asks for it: at start, after a release or an import.

In a large organisation the turnover numbers take half a minute. Each serving process keeps them in
its own memory, so each has a thread that looks whether there is something new, and works it out.
"""

import os
import threading
from contextlib import suppress

from sqlalchemy.exc import SQLAlchemyError

from analysis.archive import visible_releases
from analysis.workforce import workforce_state
from pulse.dashboards.associations import associations_of
from pulse.dashboards.heatmap import HeatmapQuestion, Order, heatmap_page
from pulse.dashboards.leaver_months import own_months, protected_trees
from pulse.dashboards.scope import Scope
from pulse.dashboards.this_month import this_month_page
from pulse.rules_in_force import rules_in_force
from pulse.stores import Stores

_SECONDS_BETWEEN_LOOKS = 20.0
_NICENESS = 10

State = tuple[object, ...]
"""What is visible, and which workforce figures stand beside it."""


def keep_warm(stores: Stores) -> threading.Event:
    """Start the thread; setting the event that is returned ends it after the present work."""
    ended = threading.Event()

    def work() -> None:
        _step_back()
        warmed: State = ()
        while not ended.is_set():
            # A store that is away for a moment is no reason to stop; readers see what it is.
            with suppress(SQLAlchemyError):
                warmed = warm_up(stores, warmed)
            ended.wait(_SECONDS_BETWEEN_LOOKS)

    threading.Thread(target=work, name="warming", daemon=True).start()
    return ended


def warm_up(stores: Stores, warmed: State) -> State:
    """Work out what pages of the whole organisation need, unless it was in this state already.

    Returns:
        The state that was found.
    """
    with stores.archive() as session:
        heads = visible_releases(session)
        state = (tuple(head.sha256 for head in heads), workforce_state(session))
    if state == warmed or not heads:
        return state
    newest = heads[-1]
    whole = Scope(newest.tree, (newest.tree.root.code,))
    question = HeatmapQuestion(Order.A_TO_Z, level=1)
    with stores.archive() as session:
        this_month_page(session, heads, whole)
    with stores.archive() as session:
        heatmap_page(session, heads, whole, question, newest=newest.month)
    with stores.archive() as session:
        own_months(session, heads, newest.tree.root.code)
        policy = rules_in_force(session)
    if policy is not None:
        protected_trees(stores.archive, heads, threshold=policy.leavers_threshold)
    associations_of(stores.archive, heads)
    return state


def _step_back() -> None:
    """Let requests go first, where the system can tell threads apart."""
    if hasattr(os, "setpriority"):
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICENESS)
