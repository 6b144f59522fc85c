"""The fictional organisations of the demo: their units and how many people work in each.

Nobody and nothing here exists. Units and sizes are written out or drawn with a fixed seed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from surveys.months import Month
from surveys.policy import Breakdown
from surveys.units import UnitCode

FIRST_MONTH = Month(2025, 5)
MONTHS = 18


@dataclass(frozen=True, slots=True)
class Organisation:
    """A fictional employer: its tree as rows (code, name, parent) and the people per team.

    `breakdowns` are declared in its policy and asked in some months.
    """

    name: str
    threshold: int
    seed: int
    units: tuple[tuple[str, str, str], ...]
    people: Mapping[UnitCode, int]
    has_open_wave: bool = False
    breakdowns: tuple[Breakdown, ...] = ()

    @property
    def months(self) -> tuple[Month, ...]:
        return tuple(FIRST_MONTH.shifted(place) for place in range(MONTHS))


ROLE = Breakdown(
    "role",
    "Role family",
    (
        "Social work",
        "Family support",
        "Residential and foster care",
        "Management and practice leads",
        "Business support",
    ),
)
TENURE = Breakdown(
    "tenure",
    "Years in the service",
    ("Less than 1 year", "1 to 4 years", "5 to 9 years", "10 years or more"),
)

_EASTMOOR = {
    ("HP", "Help and protection"): {
        ("HP-FD", "Front door"): ("First contact", "Multi-agency hub", "Out of hours"),
        ("HP-AS", "Assessment"): (
            "Assessment North", "Assessment South", "Assessment East",
            "Assessment West", "Assessment Central",
        ),
        ("HP-SC", "Safeguarding and court"): (
            "Safeguarding North", "Safeguarding South", "Safeguarding East",
            "Safeguarding West", "Court work",
        ),
        ("HP-EX", "Exploitation and missing"): ("Exploitation", "Missing children", "Street work"),
    },
    ("CL", "Children in care and leaving care"): {
        ("CL-CC", "Children in care"): (
            "Children in care 1", "Children in care 2", "Children in care 3",
            "Children in care 4", "Family time",
        ),
        ("CL-LC", "Leaving care"): (
            "Leaving care Riverside", "Leaving care Parkside", "Leaving care Hillside",
            "Housing and money",
        ),
        ("CL-HE", "Health and schooling"): ("Virtual school", "Health in care", "Therapy"),
    },
    ("FH", "Families and homes"): {
        ("FH-FO", "Fostering"): (
            "Fostering recruitment", "Fostering assessment", "Fostering support A",
            "Fostering support B",
        ),
        ("FH-AD", "Adoption and permanence"): (
            "Adoption", "Special guardianship", "Life story work",
        ),
        ("FH-RH", "Residential homes"): (
            "Ash House", "Birch House", "Cedar House", "Elm House", "Rowan House",
        ),
    },
    ("EH", "Early help and disabled children"): {
        ("EH-FS", "Family support"): (
            "Family support Harbour", "Family support Mill Lane", "Family support Old Town",
            "Family support Heath", "Family support Docks",
        ),
        ("EH-CC", "Children's centres"): (
            "Centre Harbour", "Centre Mill Lane", "Centre Old Town", "Centre Heath",
        ),
        ("EH-DC", "Disabled children"): ("Disabled children 0 to 12", "Disabled children 13 to 18",
                                         "Short breaks", "Short break home"),
        ("EH-YJ", "Youth justice"): ("Youth justice North", "Youth justice South",
                                       "Restorative work"),
        ("EH-BS", "Business support"): ("Minutes and records", "Systems help", "Reception",
                                        "Practice learning"),
    },
}  # fmt: skip

_FERNHOLLOW = {
    ("OU", "Outreach"): {
        ("OU-1", "Outreach Valley"): ("Valley visits", "Valley groups"),
        ("OU-2", "Outreach Coast"): ("Coast visits", "Coast groups"),
    },
    ("RE", "Respite"): {
        ("RE-1", "Respite days"): ("Day house", "Play scheme"),
        ("RE-2", "Respite nights"): ("Night house", "Host families"),
    },
}


def eastmoor() -> Organisation:
    """A city's children's services: 60 teams of 8 to 25 people on 4 levels, k = 5."""
    city = _organisation("Eastmoor Children’s Services", 5, 2025, _EASTMOOR, (8, 25))
    return replace(city, has_open_wave=True, breakdowns=(ROLE, TENURE))


def fernhollow() -> Organisation:
    """A small charity: 8 teams on 4 levels, k = 10; most teams are too small to be shown."""
    return _organisation("Fernhollow Family Charity", 10, 411, _FERNHOLLOW, (9, 19))


def _organisation(
    name: str,
    threshold: int,
    seed: int,
    plan: Mapping[tuple[str, str], Mapping[tuple[str, str], tuple[str, ...]]],
    sizes: tuple[int, int],
) -> Organisation:
    random = np.random.default_rng(seed)
    units: list[tuple[str, str, str]] = [("ALL", name, "")]
    people: dict[UnitCode, int] = {}
    for (division, division_name), services in plan.items():
        units.append((division, division_name, "ALL"))
        for (service, service_name), teams in services.items():
            units.append((service, service_name, division))
            for place, team_name in enumerate(teams, start=1):
                team = f"{service}-{place}"
                units.append((team, team_name, service))
                drawn = round(random.lognormal(np.log(sum(sizes) / 2.2), 0.3))
                people[UnitCode(team)] = int(np.clip(drawn, *sizes))
    return Organisation(name, threshold, seed, tuple(units), people)
