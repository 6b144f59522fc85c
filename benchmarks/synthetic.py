"""Seed-fixed synthetic organisations of the size that the benchmarks name."""

import numpy as np


def organisation(teams: int, *, seed: int) -> tuple[list[int], list[int]]:
    """Return parents and own respondents of a tree of teams, services, directorates and a whole.

    Services have 3 to 15 teams, directorates 3 to 15 services; people per team are log-normal
    (median 8, sigma 0.55, clipped to 2..25); response per team is Beta with mean 0.6.
    """
    random = np.random.default_rng(seed)
    parents, counts = [-1], [0]
    service = directorate = 0
    services_left = teams_left = 0
    for _ in range(teams):
        if teams_left == 0:
            if services_left == 0:
                directorate = len(parents)
                parents.append(0)
                counts.append(0)
                services_left = int(random.integers(3, 16))
            service = len(parents)
            parents.append(directorate)
            counts.append(0)
            services_left -= 1
            teams_left = int(random.integers(3, 16))
        people = int(np.clip(round(random.lognormal(np.log(8), 0.55)), 2, 25))
        parents.append(service)
        counts.append(int(random.binomial(people, random.beta(6, 4))))
        teams_left -= 1
    return parents, counts
