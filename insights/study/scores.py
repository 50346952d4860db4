"""Tables of figures: scores, changes, drivers, response, provenance."""

from __future__ import annotations

from insights.statistics.frame import load_frame
from insights.statistics.measures import nps_measures
from insights.statistics.operators import operator_figures
from insights.statistics.outcomes import unread
from insights.statistics.parts import parts_of
from insights.statistics.sentences import (
    change_sentence,
    gap_sentence,
    operator_sentence,
    response_sentence,
    unread_sentence,
    weights_sentence,
)
from insights.store import StoreError
from insights.store import study_queries as ask
from insights.study import choices
from insights.study import figures as fig
from insights.study.opened import Opened
from insights.study.table import Table
from insights.study.wording import label


def nps_table(study: Opened, *, wave: str | None = None, by: str | None = None) -> Table:
    """Return the NPS of each wave and mode, and of slices."""
    found = fig.nps_figures(study.store, waves=study.only(wave), by=fig.dimension(by))
    return figures_table(study, found, "nps", wave=wave)


def metric_table(
    study: Opened, beginning: str, *, named: str = "value", wave: str | None = None, by: str | None = None
) -> Table:
    """Return every figure whose name begins so; ``""`` begins them all."""
    found = fig.chosen_figures(study.store, beginning, waves=study.only(wave), by=fig.dimension(by))
    return figures_table(study, found, named, wave=wave)


def figures_table(
    study: Opened, found: fig.Found, named: str, *, wave: str | None, empty: str = "no_figures"
) -> Table:
    """Return figures and a note on slices left out, or on why there are none; their column is called ``named``."""
    figures, hidden = found
    columns = [named if name == "value" else name for name in fig.COLUMNS]
    note = fig.hidden_note(hidden, study.language) if figures else label(empty, study.language)
    sql = ask.figures_selection(named, wave=wave).text
    return study.table(fig.figure_rows(figures, named=named), sql=sql, columns=columns, note=note)


def answer_table(study: Opened, *, wave: str | None = None) -> Table:
    """Return every score that was heard with how it was said."""
    return study.select(ask.answers_selection(wave=choices.one_of("wave", wave, study.waves)))


def change_table(study: Opened, first: str, second: str) -> Table:
    """Return how every figure changed between two waves, each with a sentence."""
    from insights.statistics.waves import wave_changes

    choices.two_waves(first, second, study.waves)
    found = wave_changes(study.store, first, second)
    sentences = [change_sentence(one.change, language=study.language) for one in found]
    return study.table(fig.change_rows(found, sentences), sql=ask.figures_selection("all", wave=None).text)


def driver_table(study: Opened, target: str, *, wave: str | None = None) -> Table:
    """Return what goes with a score or with money."""
    from insights.statistics.money import OUTCOMES, money_links
    from insights.statistics.score_drivers import score_drivers

    waves = study.only(wave)
    for money in (outcome for outcome in OUTCOMES if outcome == target):
        links = money_links(study.store, money, waves=waves)
        return figures_table(study, (links, ()), "value", wave=wave, empty="no_outcomes")
    known = choices.target_of(study.questions(), target, outcomes=OUTCOMES)
    found = score_drivers(study.store, known, waves=waves)
    return figures_table(study, (found, ()), "value", wave=wave, empty="few_drivers")


def response_table(study: Opened, *, by: str | None, wave: str | None) -> Table:
    """Return response rates and late against early answers, a sentence beside each; the note says what is missing."""
    language = study.language
    frame = load_frame(study.store, waves=study.only(wave))
    (figures, hidden), gaps = fig.response_figures(frame, study.store, by=fig.dimension(by))
    rows = [
        {**row, "sentence": response_sentence(figure, language=language)}
        for figure, row in zip(figures, fig.figure_rows(figures, named="value"), strict=True)
    ]
    missing = [gap_sentence(gap, mode=label(gap.mode, language), language=language) for gap in gaps]
    notes = [weights_sentence(language), *missing, unread_sentence(unread(frame), language)]
    notes.append(fig.hidden_note(hidden, language))
    sql = ask.outcomes_selection(wave=wave).text
    return study.table(rows, sql=sql, columns=(*fig.COLUMNS, "sentence"), note=" ".join(filter(None, notes)))


def operator_table(study: Opened, *, wave: str | None) -> Table:
    """Return NPS corrected for operators beside the uncorrected one, a sentence with each; nothing of single ones."""
    frame = load_frame(study.store, waves=study.only(wave))
    figures = operator_figures(frame, list(nps_measures(study.store, frame))[:1], parts_of(frame))
    rows = [
        {**row, "sentence": operator_sentence(figure, language=study.language)}
        for figure, row in zip(figures, fig.figure_rows(figures, named="value"), strict=True)
    ]
    note = "" if rows else label("few_operators", study.language)
    sql = ask.figures_selection("nps", wave=wave).text
    return study.table(rows, sql=sql, columns=(*fig.COLUMNS, "sentence"), note=note)


def explain_table(study: Opened, metric_id: int) -> Table:
    """Return how a stored figure came about, a row for each thing known of it."""
    selection = ask.explained_selection(metric_id)
    if not (rows := ask.read(study.store, selection)):
        raise StoreError(f"no figure {metric_id}; `earful metrics` keeps figures and prints their numbers")
    return study.table([{"what": name, "value": value} for name, value in rows[0].items()], sql=selection.text)
