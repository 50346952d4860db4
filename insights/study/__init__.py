"""In Jupyter: Study, tables that know their SQL and play, plots, a call's timeline."""

from insights.study.call import Call
from insights.study.picture import Picture
from insights.study.study import Study
from insights.study.table import Table

__all__ = ["Call", "Picture", "Study", "Table"]
