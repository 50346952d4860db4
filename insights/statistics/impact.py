"""Impact of reasons: NPS of those who name a reason minus NPS of the rest, over a family of reasons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from insights.statistics.change import ALPHA, compare
from insights.statistics.estimate import Flags, Floats, Ints
from insights.statistics.families import benjamini_hochberg
from insights.statistics.nps import nps

LEAST_NAMED = 10


@dataclass(frozen=True, slots=True)
class Impact:
    """The difference in NPS between those who name a reason and the rest; goes with, never causes.

    ``n`` counts those who name it and the rest; ``p_adjusted`` is after Benjamini-Hochberg over the family.
    Differences, bounds and NPS in points.
    """

    code_id: str
    polarity: int
    n: tuple[int, int]
    nps_named: float
    nps_rest: float
    difference: float
    low: float
    high: float
    p_value: float
    p_adjusted: float
    significant: bool
    method: str


def impacts(
    scores: Floats, named: Mapping[tuple[str, int], Flags], *, weights: Floats, clusters: Ints
) -> tuple[Impact, ...]:
    """Return the impact of each reason that at least 10 name and 10 do not, the strongest first.

    Parameters
    ----------
    scores:
        NPS answers, shape (n,), no NaN.
    named:
        For each (code, polarity), who named it: shape (n,).
    weights, clusters:
        Shape (n,).
    """
    found = []
    for (code_id, polarity), who in sorted(named.items()):
        if min(int(who.sum()), int((~who).sum())) < LEAST_NAMED:
            continue
        with_it = nps(scores[who], weights=weights[who], clusters=clusters[who])
        rest = nps(scores[~who], weights=weights[~who], clusters=clusters[~who])
        change = compare(code_id, rest, with_it)
        found.append(
            Impact(
                code_id=code_id,
                polarity=polarity,
                n=(with_it.n, rest.n),
                nps_named=with_it.value,
                nps_rest=rest.value,
                difference=change.difference,
                low=change.low,
                high=change.high,
                p_value=change.p_value,
                p_adjusted=1.0,
                significant=False,
                method=f"{change.method}; Benjamini-Hochberg",
            )
        )
    adjusted = benjamini_hochberg([impact.p_value for impact in found])
    corrected = [
        replace(impact, p_adjusted=float(p), significant=bool(p < ALPHA)) for impact, p in zip(found, adjusted)
    ]
    return tuple(sorted(corrected, key=lambda impact: -abs(impact.difference)))


def flags_of(pairs: Mapping[tuple[str, int], set[int]], n: int) -> dict[tuple[str, int], Flags]:
    """Return, for each reason, the rows that name it as flags of shape (n,).

    Examples
    --------
    >>> flags_of({("price", -1): {0, 2}}, 3)[("price", -1)].tolist()
    [True, False, True]
    """
    flags: dict[tuple[str, int], Flags] = {}
    for key, rows in pairs.items():
        flags[key] = np.zeros(n, dtype=bool)
        flags[key][sorted(rows)] = True
    return flags
