"""Honest figures against calls with known truth.

``truth`` reads the truth files, ``gold`` makes a study of them and runs the night on it, ``observed`` reads the store
back, ``words``, ``talk``, ``timing`` and ``coding`` compare, ``measures`` adds calls together, ``report`` prints.
"""

from insights.quality.gold import CHANNELS, measure_gold
from insights.quality.measures import CallMeasures, measure_call, pooled
from insights.quality.observed import Observed
from insights.quality.truth import Truth, read_truth

__all__ = ["CHANNELS", "CallMeasures", "Observed", "Truth", "measure_call", "measure_gold", "pooled", "read_truth"]
