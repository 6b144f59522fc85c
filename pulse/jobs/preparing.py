"""Preparing a wave from the console's wish to the logged descriptor, in the background.

Two stores and two folders are written, so the order matters: invitations, keys, descriptor, boxes,
log, and the wave's state last. Cut short anywhere, it goes on where it was.
"""

import json
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

from analysis.disclosure.engine import ENGINE_VERSION
from pulse.installation import Installation
from pulse.jobs.wave_log import log_once
from surveys.box_files import box_path
from surveys.box_making import make_box
from surveys.breakdown_questions import declared_breakdowns
from surveys.custody import WaveKeys
from surveys.descriptors import Descriptor
from surveys.ledger.log import EntryKind
from surveys.policy_log import policy_in_force
from surveys.preparing_waves import (
    FrozenRules,
    box_keys,
    freeze,
    lay_out,
    make_pass_key,
    note_progress,
    pass_key_tree,
    plan_layout,
)
from surveys.roster import staff_on
from surveys.unit_registry import tree_as_of
from surveys.wave_states import WaveState
from surveys.waves import Wave, all_waves, descriptor_of, find_wave, set_state

_KEYS_AT_ONCE = 2
_KEYS_PER_NOTE = 8
_MUCH_CHANGED = 0.2

Stopper = Callable[[], bool]


def never() -> bool:
    """Do not stop before the end."""
    return False


def keys_of(site: Installation, code: str) -> WaveKeys:
    """Return the places of a wave's keys in this installation."""
    return WaveKeys(site.settings.keys, site.settings.answering.opening_keys, code)


def begin_preparing(site: Installation, code: str) -> Wave:
    """Make groups and invitations of a draft; the keys follow in `go_on_preparing`.

    Raises:
        StateError: it is no draft, nobody works here on its opening day, there are too few, or the
            policy does not declare a breakdown question any more.
    """
    with site.stores.archive() as archive:
        policy = policy_in_force(archive)
    with site.stores.registry() as registry:
        wave = find_wave(registry, code)
        declared_breakdowns(policy, wave.breakdowns)  # before keys are made, not after
        layout = plan_layout(
            staff_on(registry, wave.opens_on),
            tree_as_of(registry, wave.opens_on),
            policy,
            box_parts=site.settings.answering.box_parts,
        )
        lay_out(registry, code, layout, keys_of(site, code))
    with site.stores.registry() as registry:
        return find_wave(registry, code)


def go_on_preparing(
    site: Installation, code: str, *, day: date, should_stop: Stopper = never
) -> bool:
    """Do what is left of preparing a wave; return whether it is prepared now.

    Args:
        site: the installation.
        code: of a wave that is being prepared.
        day: the day for the log.
        should_stop: asked between keys, so that a worker can end soon.
    """
    with site.stores.registry() as registry:
        wave = find_wave(registry, code)
    if not wave.is_being_prepared:
        return wave.state is not WaveState.DRAFT
    if not _make_keys(site, wave, should_stop):
        return False
    descriptor = _freeze(site, wave)
    _make_boxes(site, descriptor)
    log_once(site, EntryKind.PREPARED, _prepared_body(site, descriptor), day=day)
    with site.stores.registry() as registry:
        set_state(registry, code, WaveState.PREPARED)
    return True


def _make_keys(site: Installation, wave: Wave, should_stop: Stopper) -> bool:
    """Make the pass keys that are missing, a few at a time; return whether all are there."""
    keys = keys_of(site, wave.code)
    missing = [p for p in range(wave.keys_needed) if not keys.pass_key(p).exists()]
    made = wave.keys_needed - len(missing)
    with ThreadPoolExecutor(_KEYS_AT_ONCE) as makers:
        while missing:
            if should_stop():
                return False
            places, missing = missing[:_KEYS_PER_NOTE], missing[_KEYS_PER_NOTE:]
            for making in [makers.submit(make_pass_key, keys, place) for place in places]:
                making.result()
            made += len(places)
            with site.stores.registry() as registry:
                note_progress(registry, wave.code, made)
    return True


def _freeze(site: Installation, wave: Wave) -> Descriptor:
    with site.stores.archive() as archive:
        policy = policy_in_force(archive)
    with site.stores.registry() as registry:
        tree = tree_as_of(registry, wave.opens_on)
        rules = FrozenRules(tree, policy, ENGINE_VERSION)
        return freeze(registry, wave, rules, keys_of(site, wave.code))


def _make_boxes(site: Installation, descriptor: Descriptor) -> None:
    with site.stores.registry() as registry:
        leaves = pass_key_tree(registry, descriptor.code).leaves
    for part, path in box_paths(site, descriptor).items():
        if not path.exists():
            invited = sum(g.invited for g in descriptor.groups if g.box_part == part)
            make_box(path, wave=descriptor.code, keys=box_keys(leaves, part), invited=invited)


def box_paths(site: Installation, descriptor: Descriptor) -> Mapping[str, Path]:
    """Return where each box of a wave lies, by its part of the organisation."""
    boxes = site.settings.answering.boxes
    parts = sorted({group.box_part for group in descriptor.groups})
    return {part: box_path(boxes, wave=descriptor.code, part=part) for part in parts}


def _prepared_body(site: Installation, descriptor: Descriptor) -> dict[str, object]:
    """Return the log entry: the descriptor, and how much groups changed since the last wave."""
    before = _groups_before(site, descriptor)
    now = {str(group.unit): group.invited for group in descriptor.groups}
    kept = [unit for unit in now if unit in before]
    return {
        "wave": descriptor.code,
        "descriptor": json.loads(descriptor.text),
        "descriptor_sha256": descriptor.sha256,
        "groups": len(now),
        "groups_gone": len(set(before) - set(now)),
        "groups_much_changed": sum(
            abs(now[unit] - before[unit]) > _MUCH_CHANGED * before[unit] for unit in kept
        ),
        "groups_new": len(now) - len(kept),
        "invited": descriptor.invited,
        "invited_before": sum(before.values()),
    }


def _groups_before(site: Installation, descriptor: Descriptor) -> dict[str, int]:
    """Return people per reporting group of the newest earlier wave; empty before the first."""
    with site.stores.registry() as registry:
        earlier = [
            wave
            for wave in all_waves(registry)
            if wave.descriptor_sha256 is not None
            and wave.code != descriptor.code
            and wave.state is not WaveState.CANCELLED
        ]
        if not earlier:
            return {}
        groups = descriptor_of(registry, earlier[-1].code).groups
    return {str(group.unit): group.invited for group in groups}
