"""From counts to a protected release: protect, code, attack, prove, certify.

Equal counts, tree, policy and labels give equal bytes, in whatever order they come, except for the
hash of the sealed certificate, which has a random salt. It fails closed: a release that an attack
breaks, that the verifier refutes or whose parts contradict each other is refused, and the refusal
holds no count.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from analysis.aggregation import sum_up
from analysis.answer_groups import in_shown_groups
from analysis.breakdown_coding import BreakdownRelease, release_breakdowns
from analysis.breakdown_protection import ProtectedBreakdowns, protect_breakdowns
from analysis.certificates import CertifiedUnits, certificate_text
from analysis.coding import Flags, Whole
from analysis.disclosure.attack import AttackReport, ControlSilentError, attack_tree
from analysis.disclosure.engine import ENGINE_VERSION
from analysis.disclosure.rules import Rules
from analysis.disclosure.tree import protect_tree
from analysis.errors import ReleaseRefused
from analysis.figure_text import cell_texts
from analysis.questionnaire_figures import questionnaire_figures
from analysis.release import (
    CodedNumber,
    QuestionnaireFigures,
    ReleasedItem,
    SelfAttack,
    Source,
)
from analysis.release_documents import (
    BreakdownCellsText,
    CellText,
    ReleaseHeader,
    breakdown_cells_sha256,
    cells_sha256,
    header_text,
    release_sha256,
    tree_text,
)
from analysis.release_proof import ReleaseProof, prove_totals
from analysis.response_rates import coded_rates
from analysis.self_attack import joined_report
from analysis.spread import EarlierSpread, within_spread
from analysis.tally import MonthTally
from analysis.unit_coding import CodedMonth, ShownUnits, code_units, published_units
from analysis.wave_gate import NOBODY_INVITED, Invitations, WaveGate
from surveys.canonical import canonical_json, sha256_hex
from surveys.instruments import Construct, ConstructCode
from surveys.months import Month
from surveys.policy import AnonymityPolicy
from surveys.units import UnitCode, UnitTree


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
    breakdown_cells: tuple[BreakdownCellsText, ...] = ()

    @property
    def tables(self) -> Mapping[str, str]:
        """The hash of each part; there is one of breakdown cells only where there are any."""
        divided = {"breakdown_cells": breakdown_cells_sha256(self.breakdown_cells)}
        return (divided if self.breakdown_cells else {}) | {
            "cells": cells_sha256(self.cells),
            "certificate": sha256_hex(self.certificate),
            "header": sha256_hex(self.header),
            "tree": sha256_hex(self.tree),
        }

    @property
    def sha256(self) -> str:
        return release_sha256(self.month, self.source, threshold=self.threshold, tables=self.tables)


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
        tally: the counts; every atom is a unit of the tree of the month.
        tree: the units.
        policy: the policy in force.
        constructs: names and questions to ask, of every construct that the items measure.
        source: where the answers came from.
        earlier_spread: what `spread.pooled_earlier` makes of the releases of earlier months.
        invitations: who was invited, now and to the wave before; nobody for imported answers.

    Raises:
        ReleaseRefused: a unit or construct is unknown, an attack or proof failed, or parts differ.
    """
    judged = _judge(tally, tree, policy, invitations.gate)
    coded, tally = judged.coded, tally.by_unit()
    header = ReleaseHeader(
        items=_released_items(tally, constructs, coded, policy=policy, earlier=earlier_spread),
        self_attack=judged.self_attack,
        engine=ENGINE_VERSION,
        policy_sha256=sha256_hex(canonical_json(policy.as_document())),
        coarse=coded.coarse,
        withheld=coded.withheld,
        breakdowns=judged.breakdowns.described,
        coarse_cells=_coarse_units(judged.shown, tree),
        questionnaire=_questionnaire(judged, tally, tree, policy),
    )
    rates = _response_rates(judged.shown, tree, policy, invitations)
    cells = _PublishedCells(judged.shown, coded, rates, judged.breakdowns.cells, judged.proof)
    return _written(tally.month, source, tree, policy, header, cells)


@dataclass(frozen=True, slots=True)
class _Judged:
    """What may be shown of a month, and how; no attack found anything, and it is proved."""

    shown: ShownUnits
    coded: CodedMonth
    breakdowns: BreakdownRelease
    self_attack: SelfAttack
    proof: ReleaseProof


def _judge(divided: MonthTally, tree: UnitTree, policy: AnonymityPolicy, gate: WaveGate) -> _Judged:
    """Protect all tables together; where no breakdown can be shown safely, unit totals alone."""
    rules = _rules(policy)
    tally = divided.by_unit()
    own = _own_counts(tally, tree)
    protected = _protect_breakdowns(divided, tree, policy)
    shown = _gated(_protect(own[:, 0], tree, rules, protected), tree, gate)
    counts = sum_up(own, tree.parent_places)[list(shown.places)]
    _refuse_other_counts(counts[:, 0], shown)
    attacked = _attack(shown, tree, rules)
    coded = code_units(tally, counts[:, 1:], shown, tree=tree, policy=policy)
    figures = published_units(tally, coded.items, shown, tree, policy, coarse=coded.coarse)
    totals = dict(zip(coded.items, figures, strict=True))
    by_unit = _coarse_by_unit(shown, tree, gate)
    breakdowns = release_breakdowns(divided, tree, policy, protected, totals, by_unit)
    attack = joined_report(attacked, coded.one_mind, breakdowns.attacked, breakdowns.tried)
    if protected is not None and breakdowns.described.divided:
        return _Judged(shown, coded, breakdowns, attack, protected.proof)
    proof = prove_totals(tree, own[:, 0], shown, rules, attacked)
    if proof is None:
        raise ReleaseRefused(
            "The verifier refuted the sealed certificate. Nothing of the month is kept."
        )
    return _Judged(shown, coded, breakdowns, attack, proof)


def _refuse_other_counts(people: Whole, shown: ShownUnits) -> None:
    if not np.array_equal(people, shown.respondents):
        raise ReleaseRefused("The engine and the counts disagree. Nothing of the month is kept.")


@dataclass(frozen=True, slots=True)
class _PublishedCells:
    """Which units are shown, what each shows, and the proof that it may be shown."""

    shown: ShownUnits
    coded: CodedMonth
    rates: tuple[CodedNumber, ...]  # of the shown places; none where nobody was invited
    breakdowns: tuple[BreakdownCellsText, ...]
    proof: ReleaseProof


def _written(
    month: Month,
    source: Source,
    tree: UnitTree,
    policy: AnonymityPolicy,
    header: ReleaseHeader,
    cells: _PublishedCells,
) -> PreparedRelease:
    """Return the release as the texts that are stored and hashed."""
    published, has_rates = cells.shown.published, bool(cells.rates)
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
            certified=CertifiedUnits(published, cells.proof, has_rates=has_rates),
            policy=policy,
            header=header,
        ),
        cells=_cells(tree, cells),
        breakdown_cells=cells.breakdowns,
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


def _protect_breakdowns(
    tally: MonthTally, tree: UnitTree, policy: AnonymityPolicy
) -> ProtectedBreakdowns | None:
    if not set(tally.breakdowns) <= set(policy.breakdowns):
        raise ReleaseRefused(
            "The month asks a breakdown question that the policy does not declare so. Nothing of "
            "the month is kept."
        )
    return protect_breakdowns(tally, tree, policy)


def _protect(
    respondents: Whole, tree: UnitTree, rules: Rules, divided: ProtectedBreakdowns | None
) -> ShownUnits:
    """Return which units are shown: as the table with breakdowns says, where there is one."""
    if divided is None:
        pattern = protect_tree(tree.parent_places, respondents.tolist(), rules)
        is_shown, people = pattern.shown, pattern.respondents
    else:
        is_shown, people = divided.totals
    places = tuple(place for place, each in enumerate(is_shown) if each)
    return ShownUnits(
        published=tuple(
            number if each else None for number, each in zip(people, is_shown, strict=True)
        ),
        places=places,
        respondents=np.array([people[place] for place in places], dtype=np.int64),
        coarse=np.zeros(len(places), dtype=np.bool_),
    )


def _gated(shown: ShownUnits, tree: UnitTree, gate: WaveGate) -> ShownUnits:
    """Return the same pattern, knowing which cells are shown coarsely for who joined or left."""
    units = [tree.units[place].code for place in shown.places]
    coarse = gate.coarse_units(dict(zip(units, shown.respondents.tolist(), strict=True)))
    return replace(shown, coarse=np.array([unit in coarse for unit in units], dtype=np.bool_))


def _coarse_units(shown: ShownUnits, tree: UnitTree) -> tuple[UnitCode, ...]:
    places = np.array(shown.places, dtype=np.int64)[shown.coarse].tolist()
    return tuple(tree.units[place].code for place in places)


def _coarse_by_unit(shown: ShownUnits, tree: UnitTree, gate: WaveGate) -> Flags:
    """Return which units have coarse breakdown cells; nobody has looked at hidden ones."""
    coarse = np.full(len(tree), gate.compares, dtype=np.bool_)
    coarse[list(shown.places)] = shown.coarse
    return coarse


def _attack(shown: ShownUnits, tree: UnitTree, rules: Rules) -> AttackReport:
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


def _released_items(
    tally: MonthTally,
    constructs: Mapping[ConstructCode, Construct],
    coded: CodedMonth,
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


def _questionnaire(
    judged: _Judged, tally: MonthTally, tree: UnitTree, policy: AnonymityPolicy
) -> QuestionnaireFigures | None:
    if tally.complete is None:
        return None
    grouped = in_shown_groups(
        tally.complete, tree, judged.shown.published, fewest=policy.shown_threshold
    )
    return questionnaire_figures(replace(tally, complete=grouped), policy, shown=judged.coded.items)


def _response_rates(
    shown: ShownUnits, tree: UnitTree, policy: AnonymityPolicy, invitations: Invitations
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
