"""The figures of shown units: coded so that no group can be proved to be of one mind."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from analysis.coding import CodedItem, CodingRules, Flags, Whole, code_item
from analysis.disclosure.attack import ControlSilentError
from analysis.disclosure.rules import Rules
from analysis.disclosure.unanimity import (
    ContradictionError,
    PublishedItem,
    UnanimityReport,
    find_unanimous,
)
from analysis.errors import ReleaseRefused
from analysis.self_attack import published_item
from analysis.tally import MonthTally
from surveys.instruments import ItemCode
from surveys.policy import AnonymityPolicy
from surveys.units import UnitTree


@dataclass(frozen=True, slots=True)
class ShownUnits:
    """The pattern as published: for every unit its respondents or None, and the shown places."""

    published: tuple[int | None, ...]
    places: tuple[int, ...]
    respondents: Whole  # of the shown places only
    coarse: Flags  # which of the shown places are shown coarsely


@dataclass(frozen=True, slots=True)
class CodedMonth:
    """The items that are published and how coarsely; the attack on them found nothing."""

    items: Mapping[ItemCode, CodedItem]
    coarse: bool
    withheld: tuple[ItemCode, ...]
    one_mind: UnanimityReport


def code_units(
    tally: MonthTally,
    counts: Whole,
    shown: ShownUnits,
    *,
    tree: UnitTree,
    policy: AnonymityPolicy,
) -> CodedMonth:
    """Code every item so that no group can be proved to be of one mind.

    First in the finest steps. If a proof is found, in the coarse steps; an item for which there is
    still one is withheld everywhere, and the others keep their fine steps if those were safe.
    """
    codes = list(tally.items)
    widths = np.cumsum([tally.items[code].counts.shape[1] for code in codes])[:-1]
    by_item = dict(zip(codes, np.split(counts, widths, axis=1), strict=True)) if codes else {}
    fine = _coded(tally, by_item, shown, _coding(shown, policy, coarse=False))
    proved = _one_mind(tally, fine, shown, tree=tree, policy=policy, coarse=False)
    unsafe = {code for code, found in zip(fine, proved.found, strict=True) if found}
    if not unsafe:
        return CodedMonth(fine, coarse=False, withheld=(), one_mind=proved)
    coarse = _coded(tally, by_item, shown, _coding(shown, policy, coarse=True))
    proved = _one_mind(tally, coarse, shown, tree=tree, policy=policy, coarse=True)
    withheld = {code for code, found in zip(coarse, proved.found, strict=True) if found}
    is_coarse = bool(unsafe - withheld)
    kept = {c: v for c, v in (coarse if is_coarse else fine).items() if c not in withheld}
    proved = _one_mind(tally, kept, shown, tree=tree, policy=policy, coarse=is_coarse)
    if sum(proved.found):
        raise ReleaseRefused("The coarse figures still prove an answer. Nothing is kept.")
    return CodedMonth(kept, coarse=is_coarse, withheld=tuple(sorted(withheld)), one_mind=proved)


def _coding(shown: ShownUnits, policy: AnonymityPolicy, *, coarse: bool) -> CodingRules:
    return CodingRules.of(policy, coarse=coarse, coarse_cells=shown.coarse)


def _coded(
    tally: MonthTally,
    counts: Mapping[ItemCode, Whole],
    shown: ShownUnits,
    coding: CodingRules,
) -> dict[ItemCode, CodedItem]:
    return {
        code: code_item(
            rows,
            shown.respondents,
            scale=tally.items[code].scale,
            reverse_keyed=tally.items[code].item.reverse_keyed,
            rules=coding,
        )
        for code, rows in counts.items()
    }


def _one_mind(
    tally: MonthTally,
    coded: Mapping[ItemCode, CodedItem],
    shown: ShownUnits,
    *,
    tree: UnitTree,
    policy: AnonymityPolicy,
    coarse: bool,
) -> UnanimityReport:
    items = published_units(tally, coded, shown, tree, policy, coarse=coarse)
    rules = Rules(policy.threshold, policy.colluders)
    try:
        return find_unanimous(tree.parent_places, shown.published, items, rules)
    except (ControlSilentError, ContradictionError) as failure:
        raise ReleaseRefused(
            "The search for groups of one mind failed its own check. Nothing of the month is kept."
        ) from failure


def published_units(
    tally: MonthTally,
    coded: Mapping[ItemCode, CodedItem],
    shown: ShownUnits,
    tree: UnitTree,
    policy: AnonymityPolicy,
    *,
    coarse: bool,
) -> list[PublishedItem]:
    """Return each item's figures as everybody can read them, a row per unit."""
    coding = _coding(shown, policy, coarse=coarse)
    return [
        published_item(
            item,
            labels=len(tally.items[code].scale.labels),
            places=shown.places,
            steps=coding.steps(shown.respondents).tolist(),
            units=len(tree),
            mean_steps=coding.mean_steps(shown.respondents).tolist(),
        )
        for code, item in coded.items()
    ]
