"""Plots people expect, as methods of ``study.plots``; each returns a Picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from insights.study import control, scores
from insights.study.choices import one_of
from insights.study.names import names_in
from insights.study.opened import Opened
from insights.study.picture import Picture, empty_picture
from insights.study.wording import label

if TYPE_CHECKING:
    from insights.statistics.control_charts import Every
    from insights.survey.responses import Mode


class Plots:
    """Pictures of a study, labels in its language: look, change ``.figure``, ``.save("nps.svg")``.

    Examples
    --------
    ``s.plots.nps(by="segment").save("exports/nps.png")``
    """

    def __init__(self, study: Opened) -> None:
        self._study = study

    def nps(self, *, by: str | None = None, wave: str | None = None) -> Picture:
        """Return NPS with 95 % intervals over waves, or over slices ``by``; n beside each."""
        from insights.study.figure_plots import nps_picture

        return nps_picture(scores.nps_table(self._study, wave=wave, by=by), by=by, language=self._study.language)

    def reasons(self, *, wave: str | None = None) -> Picture:
        """Return reasons by score group: complaints to the left, praise to the right, counts and intervals."""
        from insights.study.reason_plots import reasons_picture

        one_of("wave", wave, self._study.waves)
        return reasons_picture(self._study.store, wave=wave, language=self._study.language)

    def satisfaction(self, *, wave: str | None = None) -> Picture:
        """Return the map of satisfaction and importance: stated where it was asked, else derived for NPS."""
        from insights.study.figure_plots import map_picture

        language = self._study.language
        marks = scores.metric_table(self._study, "", wave=wave)
        drivers = scores.driver_table(self._study, "nps", wave=wave)
        picture = map_picture(marks, drivers, self._study.questions(), names=self._names(), language=language)
        return picture or empty_picture(label("map", language), label("no_importance", language))

    def drivers(self, target: str = "nps", *, wave: str | None = None) -> Picture:
        """Return each attribute's share of a score's R squared, with intervals."""
        from insights.study.figure_plots import drivers_picture

        found = scores.driver_table(self._study, target, wave=wave)
        return drivers_picture(found, target=target, names=self._names(), language=self._study.language)

    def control(
        self, figure: str = "nps", *, every: Every = "week", mode: Mode = "phone", wave: str | None = None
    ) -> Picture:
        """Return one mode's control chart: limits that chance alone keeps, running 28 days, signals as large dots."""
        from insights.study.control_plots import control_picture

        one_of("mode", mode, ("phone", "online"))
        found = control.control_table(self._study, figure, every=every, wave=wave)
        return control_picture(found, mode=mode, every=every, language=self._study.language)

    def latency(self, *, wave: str | None = None) -> Picture:
        """Return the waits before answers by question on a log axis; answers that began early are counted."""
        from insights.study.delivery_plots import latency_picture

        return latency_picture(
            scores.answer_table(self._study, wave=wave), names=self._names(), language=self._study.language
        )

    def hesitation(self, *, wave: str | None = None) -> Picture:
        """Return NPS against hesitation while giving it; 1.0 and more is marked."""
        from insights.study.delivery_plots import hesitation_picture

        return hesitation_picture(scores.answer_table(self._study, wave=wave), language=self._study.language)

    def _names(self) -> dict[str, str]:
        return names_in(self._study.store, self._study.language)
