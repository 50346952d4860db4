"""Study: a study's store opened read-only in Jupyter; every question a researcher asks is one method."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from insights.settings import StudyFolder, load_settings
from insights.store import count_turns, open_store, search_turns
from insights.store import query as run_query
from insights.store import study_queries as ask
from insights.store.coding_queries import code_sets
from insights.study import choices, control, scores
from insights.study.call import Call
from insights.study.masked import found_rows, mask_quotes
from insights.study.opened import Opened
from insights.study.plots import Plots
from insights.study.sound import Listening
from insights.study.table import Table
from insights.study.themes import theme_rows
from insights.study.wording import label
from transcribe.dialogue import Language, Party

if TYPE_CHECKING:
    from insights.statistics.control_charts import Every

Group = Literal["detractor", "passive", "promoter"]
Polarity = Literal["complaint", "neither", "praise"]
STORE_FILE = "study.db"
LANGUAGES = ("ru", "en")


class Study:
    """A study, read-only: safe beside a running night.

    Parameters
    ----------
    path:
        ``study.db``, or the study's folder.
    language:
        Of plots, players and sentences: ``"ru"`` or ``"en"``; None = as ``earful.toml`` says.

    Raises
    ------
    StoreError
        Where there is no store, or it is newer than this earful.

    Examples
    --------
    >>> Study("no-such-folder")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    insights.store.failures.StoreError: no-such-folder/study.db: no store here yet; run `earful ingest` ...
    """

    def __init__(self, path: str | Path = STORE_FILE, *, language: Language | None = None) -> None:
        given = Path(path)
        file = given if given.suffix == ".db" else given / STORE_FILE
        self.folder = StudyFolder(file.parent)
        self.store = open_store(file, readonly=True)
        self.settings = load_settings(self.folder.root)
        choices.one_of("language", language, LANGUAGES)
        self.language: Language = language or self.settings.study.language
        self.listening = Listening(self.store, self.folder, self.settings)
        self._opened = Opened(self.store, self.listening, self.language)
        self.plots = Plots(self._opened)

    def __repr__(self) -> str:
        """Say what is in the study."""
        return f"<Study {self.folder.root}: waves {', '.join(self.waves) or 'none yet'}>"

    @property
    def waves(self) -> list[str]:
        """Waves that hold interviews, in order of their names."""
        return self._opened.waves

    # Figures

    def nps(self, *, wave: str | None = None, by: str | None = None) -> Table:
        """Return the NPS of each wave and mode, and of slices, with n, 95 % interval and method; points.

        Parameters
        ----------
        wave:
            One wave; None = all.
        by:
            ``"segment"``, ``"role"``, ``"operator-team"``, ``"requester"``, ``"event-age"`` or ``"hesitation"``.
            Slices under 10 interviews are left out, those under 30 marked ``few``.

        Examples
        --------
        ``s.nps(by="segment", wave="2026Q4")``
        """
        return scores.nps_table(self._opened, wave=wave, by=by)

    def csi(self, *, wave: str | None = None, by: str | None = None) -> Table:
        """Return the satisfaction indices of each wave, with n, interval and method; see :meth:`nps`."""
        return scores.metric_table(self._opened, "csi", named="csi", wave=wave, by=by)

    def metrics(self, *, wave: str | None = None, by: str | None = None) -> Table:
        """Return every figure of the study: NPS, top-two boxes, indices, readiness, mismatches; points."""
        return scores.metric_table(self._opened, "", wave=wave, by=by)

    def change(self, first: str, second: str) -> Table:
        """Return how every figure changed between two waves, what could have been seen, and a sentence on it.

        Examples
        --------
        ``s.change("2026Q3", "2026Q4").loc[0, "sentence"]``
        """
        return scores.change_table(self._opened, first, second)

    def drivers(self, target: str = "nps", *, wave: str | None = None) -> Table:
        """Return what goes with a score, or with ``revenue``, ``orders``, ``churned``: association, never cause."""
        return scores.driver_table(self._opened, target, wave=wave)

    def response(self, *, wave: str | None = None, by: str | None = None) -> Table:
        """Return how many of those who were tried answered (AAPOR's rates), and late against early answers.

        The rates need rows of those who did not answer, with a ``disposition``; the note says where they are missing.
        """
        return scores.response_table(self._opened, by=by, wave=wave)

    def operator_effect(self, *, wave: str | None = None) -> Table:
        """Return NPS as other operators would have found it, with what they add to its error; no single operator."""
        return scores.operator_table(self._opened, wave=wave)

    def control(self, figure: str = "nps", *, every: Every = "week", wave: str | None = None) -> Table:
        """Return a control chart's weeks or days: what chance alone explains, and signals by named rules.

        ``figure`` is ``"nps"`` (by week only), ``"detractors"`` (the share of 0-6) or another share, such as
        ``"csat:speed"``; a week begins on Monday.

        Examples
        --------
        ``s.control("detractors", every="day")``; as a picture: ``s.plots.control("nps")``
        """
        return control.control_table(self._opened, figure, every=every, wave=wave)

    def explain(self, metric_id: int) -> Table:
        """Return how a stored figure came about: formula, filter, rows, versions, command; a row for each.

        Raises
        ------
        StoreError
            Where ``earful metrics`` kept no figure under this number.
        """
        return scores.explain_table(self._opened, metric_id)

    # Voices

    def why(
        self,
        code: str | None = None,
        *,
        group: Group | None = None,
        polarity: Polarity | None = None,
        wave: str | None = None,
        question: str | None = None,
    ) -> Table:
        """Return the quotes behind scores, most certain first; ``.play(3)`` lets three of them be heard.

        Parameters
        ----------
        code:
            A code of the codebook, ``s.codes()`` lists them; None = all.
        group:
            ``"detractor"`` (0-6), ``"passive"`` (7-8) or ``"promoter"`` (9-10).
        polarity:
            ``"complaint"`` (-1, wishes too), ``"neither"`` (0) or ``"praise"`` (1).
        question:
            The score's question; None = any.

        Examples
        --------
        ``s.why("delivery", group="detractor").play(3)``
        """
        codes = [str(one) for one in self.codes()["code"]]
        selection = ask.reasons_selection(
            code=choices.one_of("code", code, codes),
            group=choices.number_of("group", group, ask.GROUPS),
            polarity=choices.number_of("polarity", polarity, ask.POLARITIES),
            **self._about(question, wave),
        )
        rows = mask_quotes(self.listening, ask.read(self.store, selection))
        return self._opened.table(rows, sql=selection.text, columns=ask.columns_of(self.store, selection))

    def hesitant(self, question: str | None = None, *, wave: str | None = None) -> Table:
        """Return scores said later and with more pauses than the person's other answers, most marked first.

        ``hesitation`` is in standard deviations (1.0 and more is listed); ``latency_s`` negative = began early.
        """
        return self._opened.select(ask.hesitant_selection(**self._about(question, wave)))

    def mismatches(self, question: str | None = None, *, wave: str | None = None) -> Table:
        """Return scores recorded otherwise than spoken; ``moves_group`` = 1 where it changes the NPS group."""
        return self._opened.select(ask.mismatch_selection(**self._about(question, wave)))

    def answers(self, *, wave: str | None = None) -> Table:
        """Return every score that was heard with how it was said: waits, pauses, pitch; NaN = not measurable."""
        return scores.answer_table(self._opened, wave=wave)

    def search(
        self, words: str, *, party: Party | None = None, language: Language | None = None, limit: int = 100
    ) -> Table:
        """Return turns that hold all these words in any of their forms, newest calls first; ``.play()`` them.

        Examples
        --------
        ``s.search("долго ждали", party="respondent").play()``
        """
        choices.one_of("party", party, ["operator", "respondent", "other", "unknown"])
        choices.one_of("language", language, LANGUAGES)
        found = search_turns(self.store, choices.words_to_find(words), language=language, party=party, limit=limit)
        selection = ask.found_selection([one.turn_id for one in found])
        columns = [*ask.columns_of(self.store, selection), "clip"]
        rows = found_rows(self.listening, found, ask.read(self.store, selection))
        return self._opened.table(rows, sql=selection.text, columns=columns)

    def count(self, words: str) -> int:
        """Return how many turns hold all these words in any form."""
        return count_turns(self.store, choices.words_to_find(words))

    def themes(self) -> Table:
        """Return what customers talk about and no code covers: words, clauses, how many, by the score's side."""
        return self._opened.table(
            theme_rows(self.store, self.folder), sql=ask.answers_selection(kinds="('open')").text
        )

    def agreement(self) -> Table:
        """Return how far people who coded agree with each other and with the machine (Krippendorff's alpha)."""
        from insights.study.themes import agreement_rows

        rows = agreement_rows(code_sets(self.store))
        return self._opened.table(
            rows, sql="SELECT * FROM reason", note="" if rows else label("no_hand_codes", self.language)
        )

    def call(self, name: str) -> Call:
        """Return one call by its interview, recording id or file name.

        Raises
        ------
        ValueError
            Where no call, or more than one, has that name.

        Examples
        --------
        ``s.call("ru03").timeline()``
        """
        found = ask.recordings_named(self.store, name)
        there = [] if found else [str(one) for one in self.calls()["interview_id"].dropna()][:10]
        return Call(choices.only_call(found, name, there), name, self.listening, self.language)

    # The frame

    def calls(self) -> Table:
        """Return the recordings with their interviews' wave, segment and NPS."""
        return self._opened.select(ask.calls_selection())

    def questions(self) -> Table:
        """Return the survey in use: id, kind, scale, wordings."""
        return self._opened.questions()

    def codes(self) -> Table:
        """Return the codebook in use, with how often the machine and people named each code."""
        return self._opened.select(ask.codes_selection())

    def query(self, sql: str, **values: object) -> Table:
        """Return the rows of your own SELECT; ``:name`` stands for values. Texts come as stored, not masked.

        With columns ``recording_id, start_s, end_s`` the rows play.

        Examples
        --------
        ``s.query("SELECT * FROM pause WHERE kind = :kind ORDER BY end_s - start_s DESC", kind="silent").play()``
        """
        rows = run_query(self.store, choices.select_of(sql), values)
        selection = ask.Selection(sql, values)
        return self._opened.table(
            rows, sql=selection.text, columns=() if rows else ask.columns_of(self.store, selection)
        )

    def _about(self, question: str | None, wave: str | None) -> dict[str, str | None]:
        known = choices.question_of(self.questions(), question)
        return {"question": known, "wave": choices.one_of("wave", wave, self.waves)}
