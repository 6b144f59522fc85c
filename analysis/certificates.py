"""The public certificate of a release: what is shown, what it rests on, and what was tried on it.

It is made of published figures only, so it may be given to anybody. Whoever has it can check that
no residue lies between 1 and k-1 people, without the server and without the answers. Of the sealed
certificate it has the hash, and by which verifier it was read.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from analysis.questionnaire_documents import described
from analysis.release import Source
from analysis.release_documents import ReleaseHeader, self_attack_document
from analysis.release_proof import ReleaseProof
from surveys.canonical import canonical_json
from surveys.months import Month
from surveys.policy import AnonymityPolicy
from surveys.units import UnitTree

_IMPORTED_NOTES = (
    "These answers were counted from a file. They were not anonymous at their source.",
    "The groups of people are the units as imported; there are no reporting groups.",
    "There is no response rate, because nobody was invited.",
    "Joiners and leavers are not looked at, because no staff list belongs to the file.",
)
_RATE_NOTES = (
    "A response rate is the people who answered of the people invited in the groups under a unit.",
    "Only shown units have one. It is rounded down to steps of {steps} points.",
    "Where fewer than {k} people did not answer, it is a bound, the same however few they were.",
)
_SEALED_NOTE = (
    "Before the release a sealed certificate with the number of people in every group was made, "
    "read by the stand-alone verifier and forgotten. It was never stored: its hash is all that is "
    "left, and nobody can verify it again."
)
_FORM = {"document": "Pulse release certificate", "format": 1}
_COARSE_NOTE = (
    "Cells shown coarsely have means in half points, shares in coarse steps and no single options, "
    "because more people answered, now or in the wave before, than are known to have been invited "
    "there both times, so a change could tell of somebody who joined or left since the last wave."
)


@dataclass(frozen=True, slots=True)
class CertifiedUnits:
    """What is published of units, and what is left of the proof that it may be.

    `published` are respondents of each unit in the tree's order, None where hidden; `has_rates`
    says whether shown cells have a response rate.
    """

    published: Sequence[int | None]
    proof: ReleaseProof
    has_rates: bool


def certificate_text(
    month: Month,
    source: Source,
    *,
    tree: UnitTree,
    certified: CertifiedUnits,
    policy: AnonymityPolicy,
    header: ReleaseHeader,
) -> str:
    """Return the certificate as canonical JSON.

    Args:
        month: the month of the answers.
        source: where the answers came from.
        tree: the units.
        certified: what is published of them.
        policy: the policy that the release was judged under.
        header: what goes for every cell.
    """
    return canonical_json(
        _FORM
        | _breakdowns(header)
        | described(header.questionnaire)
        | {
            "engine": header.engine,
            "items": [item.code for item in header.items],
            "month": str(month),
            "notes": _notes(source, policy, header, has_rates=certified.has_rates),
            "policy": policy.as_document(),
            "policy_sha256": header.policy_sha256,
            "residues": _residues(tree, certified.published),
            "sealed_certificate": _sealed(certified.proof, policy),
            "self_attack": self_attack_document(header.self_attack),
            "shares_in_coarse_steps": header.coarse,
            "smallest_group": policy.threshold + policy.colluders,
            "source": source.value,
            **_unit_counts(tree, certified.published) | _coarse_cells(header),
            "withheld_items": list(header.withheld),
        }
    )


def _unit_counts(tree: UnitTree, published: Sequence[int | None]) -> dict[str, object]:
    return {
        "units": len(tree),
        "units_shown": sum(people is not None for people in published),
    }


def _coarse_cells(header: ReleaseHeader) -> dict[str, object]:
    """Return which units are shown coarsely for who joined or left; nothing where none is."""
    coarse = list(header.coarse_cells)
    return {"cells_shown_coarsely": coarse} if coarse else {}


def _notes(
    source: Source, policy: AnonymityPolicy, header: ReleaseHeader, *, has_rates: bool
) -> list[str]:
    if source is Source.IMPORTED:
        return [*_IMPORTED_NOTES, _SEALED_NOTE]
    notes = [_COARSE_NOTE, _SEALED_NOTE] if header.coarse_cells else [_SEALED_NOTE]
    if not has_rates:
        return notes
    steps, k = policy.response_rate_step, policy.shown_threshold
    return [each.format(steps=steps, k=k) for each in _RATE_NOTES] + notes


def _sealed(proof: ReleaseProof, policy: AnonymityPolicy) -> dict[str, object]:
    """Return what the verifier did; which of its checks ended how would tell hidden numbers."""
    most = policy.shown_threshold - 1
    return {
        "result": f"verified: no combination of shown numbers depends on 1 to {most} people",
        "sha256": proof.sealed_sha256,
        "verifier_sha256": proof.verifier_sha256,
    }


def _breakdowns(header: ReleaseHeader) -> dict[str, object]:
    """Return how units are divided and how many cells are shown; nothing where none is."""
    divided = [asdict(each) for each in header.breakdowns.divided]
    return {"breakdowns": divided} if divided else {}


def _residues(tree: UnitTree, published: Sequence[int | None]) -> list[dict[str, object]]:
    """Return for each shown unit what is left of it without the nearest shown units beneath it."""
    nearest: list[int] = []  # for each unit itself if shown, else the nearest shown one above
    beneath: dict[int, list[int]] = {}
    for place, parent in enumerate(tree.parent_places):
        above = nearest[parent] if parent >= 0 else -1
        if published[place] is None:
            nearest.append(above)
            continue
        nearest.append(place)
        beneath[place] = []
        if above >= 0:
            beneath[above].append(place)
    return [
        {
            "minus": [tree.units[child].code for child in children],
            "respondents": (published[place] or 0) - sum(published[c] or 0 for c in children),
            "unit": tree.units[place].code,
        }
        for place, children in beneath.items()
    ]
