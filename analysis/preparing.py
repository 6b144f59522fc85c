"""From counts to a protected release: protect, code, attack, certify. Pure and deterministic.

Equal counts, tree, policy and labels give equal bytes, in whatever order they come. It fails
closed: a release that an attack breaks, or whose parts contradict each other, is refused, and the
refusal holds no count.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from analysis.aggregation import sum_up
from analysis.certificates import certificate_text
from analysis.coding import CodedItem, CodingRules, Flags, Whole, code_item
from analysis.disclosure.attack import AttackReport, ControlSilentError, attack_tree
from analysis.disclosure.engine import ENGINE_VERSION
from analysis.disclosure.rules import Rules
from analysis.disclosure.tree import protect_tree
from analysis.disclosure.unanimity import ContradictionError, UnanimityReport, find_unanimous
from analysis.errors import AnalysisError
from analysis.figure_text import cell_texts
from analysis.release import CodedNumber, ReleasedItem, Source
from analysis.release_documents import (
    CellText,
    ReleaseHeader,
    cells_sha256,
    header_text,
    release_sha256,
    tree_text,
)
from analysis.response_rates import coded_rates
from analysis.self_attack import joined_report, published_item
from analysis.spread import EarlierSpread, within_spread
from analysis.tally import MonthTally
from analysis.wave_gate import NOBODY_INVITED, Invitations, WaveGate
from surveys.canonical import canonical_json, sha256_hex
from surveys.instruments import Construct, ConstructCode, ItemCode
from surveys.months import Month
from surveys.policy import AnonymityPolicy
from surveys.units import UnitCode, UnitTree


class ReleaseRefused(AnalysisError):  # noqa: N818 - a refusal is the name of the field
    """A month cannot be released safely; nothing of it is stored. The message holds no count."""


@dataclass(frozen=True, slots=True)
class PreparedRelease:
    """One month's release before anybody may see it. `cells` has every unit of the tree."""

    month: Month
    source: Source
    threshold: int
    items: tuple[ReleasedItem, ...]
    tree: str
    header: str
    certificate: str
    cells: tuple[CellText, ...]

    @property
    def tables(self) -> Mapping[str, str]:
        """The hash of each part."""
        return {
            "cells": cells_sha256(self.cells),
            "certificate": sha256_hex(self.certificate),
            "header": sha256_hex(self.header),
            "tree": sha256_hex(self.tree),
        }

    @property
    def sha256(self) -> str:
        return release_sha256(self.month, self.source, threshold=self.threshold, tables=self.tables)


@dataclass(frozen=True, slots=True)
class _ShownCells:
    """The pattern as published: for every unit its respondents or None, and the shown places."""

    published: tuple[int | None, ...]
    places: tuple[int, ...]
    respondents: Whole  # of the shown places only
    coarse: Flags  # which of the shown places are shown coarsely


@dataclass(frozen=True, slots=True)
class _CodedMonth:
    """The items that are published and how coarsely; the attack on them found nothing."""

    items: Mapping[ItemCode, CodedItem]
    coarse: bool
    withheld: tuple[ItemCode, ...]
    one_mind: UnanimityReport


def prepare_release(
    tally: MonthTally,
    tree: UnitTree,
    policy: AnonymityPolicy,
    constructs: Mapping[ConstructCode, Construct],
    *,
    source: Source,
    earlier_spread: EarlierSpread,
    invitations: Invitations = NOBODY_INVITED,
) -> PreparedRelease:
    """Return the month's release, protected, attacked and certified.

    Args:
        tally: the counts; every atom is a unit of the tree.
        tree: the units of the month.
        policy: the policy in force.
        constructs: names and questions to ask, of every construct that the items measure.
        source: where the answers came from.
        earlier_spread: what `spread.pooled_earlier` makes of the releases of earlier months.
        invitations: who was invited, now and to the wave before; nobody for imported answers.

    Raises:
        ReleaseRefused: an atom is no unit of the tree, an item has no construct, an attack found
            or missed what it must not, or the figures contradict each other or the invitations.
    """
    own = _own_counts(tally, tree)
    shown = _gated(_protect(own[:, 0], tree, _rules(policy)), tree, invitations.gate)
    counts = _shown_counts(own, shown, tree)
    coded = _code(tally, counts[:, 1:], shown, tree=tree, policy=policy)
    header = ReleaseHeader(
        items=_released_items(tally, constructs, coded, policy=policy, earlier=earlier_spread),
        self_attack=joined_report(_attack(shown, tree, _rules(policy)), coded.one_mind),
        engine=ENGINE_VERSION,
        policy_sha256=sha256_hex(canonical_json(policy.as_document())),
        coarse=coded.coarse,
        withheld=coded.withheld,
        coarse_cells=_coarse_units(shown, tree),
    )
    cells = _PublishedCells(shown, coded, _response_rates(shown, tree, policy, invitations))
    return _written(tally.month, source, tree, policy, header, cells)


@dataclass(frozen=True, slots=True)
class _PublishedCells:
    """Which units are shown, and what each shows."""

    shown: _ShownCells
    coded: _CodedMonth
    rates: tuple[CodedNumber, ...]  # of the shown places; none where nobody was invited


def _written(
    month: Month,
    source: Source,
    tree: UnitTree,
    policy: AnonymityPolicy,
    header: ReleaseHeader,
    cells: _PublishedCells,
) -> PreparedRelease:
    """Return the release as the texts that are stored and hashed."""
    published = cells.shown.published
    return PreparedRelease(
        month=month,
        source=source,
        threshold=policy.shown_threshold,
        items=header.items,
        tree=tree_text(tree),
        header=header_text(header),
        certificate=certificate_text(
            month,
            source,
            tree=tree,
            published=published,
            policy=policy,
            header=header,
            has_rates=bool(cells.rates),
        ),
        cells=_cells(tree, cells),
    )


def _rules(policy: AnonymityPolicy) -> Rules:
    return Rules(policy.threshold, policy.colluders)


def _own_counts(tally: MonthTally, tree: UnitTree) -> Whole:
    """Return a row per unit: its own respondents, then its counts of each item as asked."""
    if any(code not in tree for code in tally.atoms):
        raise ReleaseRefused(
            "Answers were counted in a unit that the month's unit tree does not have. "
            "Import the unit tree of that month first."
        )
    columns = [tally.items[code].counts for code in tally.items]
    rows = np.concatenate([tally.respondents[:, np.newaxis], *columns], axis=1)
    own = np.zeros((len(tree), rows.shape[1]), dtype=np.int64)
    own[[tree.place(code) for code in tally.atoms]] = rows
    return own


def _protect(respondents: Whole, tree: UnitTree, rules: Rules) -> _ShownCells:
    pattern = protect_tree(tree.parent_places, respondents.tolist(), rules)
    places = tuple(place for place, is_shown in enumerate(pattern.shown) if is_shown)
    return _ShownCells(
        published=tuple(
            people if is_shown else None
            for people, is_shown in zip(pattern.respondents, pattern.shown, strict=True)
        ),
        places=places,
        respondents=np.array([pattern.respondents[place] for place in places], dtype=np.int64),
        coarse=np.zeros(len(places), dtype=np.bool_),
    )


def _gated(shown: _ShownCells, tree: UnitTree, gate: WaveGate) -> _ShownCells:
    """Return the same pattern, knowing which cells are shown coarsely for who joined or left."""
    units = [tree.units[place].code for place in shown.places]
    coarse = gate.coarse_units(dict(zip(units, shown.respondents.tolist(), strict=True)))
    return replace(shown, coarse=np.array([unit in coarse for unit in units], dtype=np.bool_))


def _coarse_units(shown: _ShownCells, tree: UnitTree) -> tuple[UnitCode, ...]:
    places = np.array(shown.places, dtype=np.int64)[shown.coarse].tolist()
    return tuple(tree.units[place].code for place in places)


def _shown_counts(own: Whole, shown: _ShownCells, tree: UnitTree) -> Whole:
    """Return what each shown unit holds with everything below it, as `_own_counts` has it."""
    counts = sum_up(own, tree.parent_places)[list(shown.places)]
    if not np.array_equal(counts[:, 0], shown.respondents):
        raise ReleaseRefused("The engine and the counts disagree. Nothing of the month is kept.")
    return counts


def _attack(shown: _ShownCells, tree: UnitTree, rules: Rules) -> AttackReport:
    try:
        report = attack_tree(tree.parent_places, shown.published, rules)
    except ControlSilentError as silent:
        raise ReleaseRefused(
            "The self-attack missed a leak that was planted for it. Nothing of the month is kept."
        ) from silent
    if report.leaks:
        raise ReleaseRefused(
            "The self-attack found a group smaller than k. Nothing of the month is kept."
        )
    return report


def _code(
    tally: MonthTally,
    counts: Whole,
    shown: _ShownCells,
    *,
    tree: UnitTree,
    policy: AnonymityPolicy,
) -> _CodedMonth:
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
        return _CodedMonth(fine, coarse=False, withheld=(), one_mind=proved)
    coarse = _coded(tally, by_item, shown, _coding(shown, policy, coarse=True))
    proved = _one_mind(tally, coarse, shown, tree=tree, policy=policy, coarse=True)
    withheld = {code for code, found in zip(coarse, proved.found, strict=True) if found}
    is_coarse = bool(unsafe - withheld)
    kept = {c: v for c, v in (coarse if is_coarse else fine).items() if c not in withheld}
    proved = _one_mind(tally, kept, shown, tree=tree, policy=policy, coarse=is_coarse)
    if sum(proved.found):
        raise ReleaseRefused("The coarse figures still prove an answer. Nothing is kept.")
    return _CodedMonth(kept, coarse=is_coarse, withheld=tuple(sorted(withheld)), one_mind=proved)


def _coding(shown: _ShownCells, policy: AnonymityPolicy, *, coarse: bool) -> CodingRules:
    return CodingRules.of(policy, coarse=coarse, coarse_cells=shown.coarse)


def _coded(
    tally: MonthTally,
    counts: Mapping[ItemCode, Whole],
    shown: _ShownCells,
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
    shown: _ShownCells,
    *,
    tree: UnitTree,
    policy: AnonymityPolicy,
    coarse: bool,
) -> UnanimityReport:
    coding = _coding(shown, policy, coarse=coarse)
    items = [
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
    try:
        return find_unanimous(tree.parent_places, shown.published, items, _rules(policy))
    except (ControlSilentError, ContradictionError) as failure:
        raise ReleaseRefused(
            "The search for groups of one mind failed its own check. Nothing of the month is kept."
        ) from failure


def _released_items(
    tally: MonthTally,
    constructs: Mapping[ConstructCode, Construct],
    coded: _CodedMonth,
    *,
    policy: AnonymityPolicy,
    earlier: EarlierSpread,
) -> tuple[ReleasedItem, ...]:
    unknown = {tally.items[code].item.construct for code in coded.items} - set(constructs)
    if unknown:
        raise ReleaseRefused(f"No construct has the code {min(unknown)!r}; import its pack first.")
    released: list[ReleasedItem] = []
    for code in coded.items:
        item, scale = tally.items[code].item, tally.items[code].scale
        construct = constructs[item.construct]
        spread, basis = within_spread(
            tally.items[code], fewest_answers=policy.reliability_from, earlier=earlier
        )
        low, middle, high = (band.name for band in scale.bands)
        released.append(
            ReleasedItem(
                code=item.code,
                version=item.version,
                construct=construct.code,
                construct_name=construct.name,
                ask_lower=construct.ask_lower,
                ask_higher=construct.ask_higher,
                wording=item.wording,
                labels=scale.labels,
                unscored=scale.unscored,
                band_names=(low, middle, high),
                reverse_keyed=item.reverse_keyed,
                source=item.source,
                licence=item.licence,
                within_sd=spread,
                within_sd_basis=basis,
            )
        )
    return tuple(released)


def _response_rates(
    shown: _ShownCells, tree: UnitTree, policy: AnonymityPolicy, invitations: Invitations
) -> tuple[CodedNumber, ...]:
    respondents = dict(zip(shown.places, shown.respondents.tolist(), strict=True))
    try:
        return coded_rates(tree, invitations.invited, respondents, policy)
    except ValueError as impossible:
        raise ReleaseRefused(
            "Answers and invitations do not fit together. Nothing of the month is kept."
        ) from impossible


def _cells(tree: UnitTree, cells: _PublishedCells) -> tuple[CellText, ...]:
    shown = cells.shown
    written = cell_texts(cells.coded.items, len(shown.places), cells.rates, shown.coarse.tolist())
    texts = dict(zip(shown.places, written, strict=True))
    return tuple(
        CellText(unit.code, shown.published[place], texts.get(place))
        for place, unit in enumerate(tree)
    )
