"""A plot never shows a figure without n, interval and method, and speaks the reader's language."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

sys.path.insert(0, str(Path(__file__).parent))

from insights import Study
from insights.demo.two_waves import make_two_waves
from insights.statistics.naming import method_text
from insights.study import Picture
from insights.study.delivery_plots import latency_picture
from insights.study.names import question_names, slice_title
from insights.study.timeline import levels
from transcribe.dialogue import Language


@pytest.fixture(scope="module")
def waves(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_two_waves(tmp_path_factory.mktemp("waves"), interviews=120)


def words_of(picture: Picture) -> str:
    return picture.bytes("svg").decode("utf-8")


@pytest.mark.parametrize(
    ("language", "wanted"),
    [
        ("ru", {"NPS по сегментам, 2026Q4", "все, телефон", "95-процентный интервал: Вальд с поправкой", "меньше 30"}),
        ("en", {"NPS by segment, 2026Q4", "all, phone", "Line: 95 % interval, adjusted Wald", "under 30"}),
    ],
)  # fmt: skip
def test_nps_by_segment_names_its_interval_and_its_few(waves: Path, language: Language, wanted: set[str]) -> None:
    said = words_of(Study(waves, language=language).plots.nps(by="segment", wave="2026Q4"))
    assert {each for each in wanted if each not in said} == set()
    table = Study(waves).nps(by="segment", wave="2026Q4")
    assert said.count("n = ") == len(table)
    row = table.iloc[0]
    shown = f"{row['nps']:.0f}  [{row['low']:.0f}; {row['high']:.0f}]  n = {row['n']}".replace("-", "−")
    assert shown in said


@pytest.mark.parametrize(("language", "name"), [("ru", "Доставка"), ("en", "Delivery")])
def test_drivers_and_map_name_attributes_as_the_codebook_does(waves: Path, language: Language, name: str) -> None:
    study = Study(waves, language=language)
    for picture in (study.plots.drivers(wave="2026Q4"), study.plots.satisfaction(wave="2026Q4")):
        said = words_of(picture)
        assert name in said
        assert "n = 120" in said
        assert "LMG" in said


@pytest.mark.parametrize(("n", "drawn"), [(5, 0), (6, 1)])
def test_the_median_of_waits_has_an_interval_or_is_not_drawn(n: int, drawn: int) -> None:
    answers = pd.DataFrame({"question_id": "q", "latency_s": np.arange(1.0, n + 1)})
    axes = latency_picture(answers, names={}, language="en").figure.axes[0]
    lines = [one.get_segments()[0][:, 0].tolist() for one in axes.collections]  # type: ignore[attr-defined]
    assert lines == [[1.0, 6.0], [3.5, 3.5]] * drawn


def test_answers_before_the_question_ended_count_in_the_median() -> None:
    waits = [-0.5, -0.4, -0.3, -0.2, 0.4, 0.5, 0.6]
    answers = pd.DataFrame({"question_id": "q", "latency_s": waits})
    figure = latency_picture(answers, names={"q": "Вопрос"}, language="ru").figure
    axes = figure.axes[0]
    assert [text.get_text() for text in axes.get_yticklabels()] == ["Вопрос (n = 7)"]
    assert "4" in figure.get_supxlabel()
    assert "0,5" in [text.get_text() for text in axes.get_xticklabels()]


def test_names_fall_back_on_ids() -> None:
    questions = pd.DataFrame(
        {"question_id": ["nps", "nps2", "q"], "kind": ["nps", "nps", "open"], "attribute": [None, None, None]}
    )
    codes = pd.DataFrame({"code": [], "label_ru": [], "label_en": []})
    assert question_names(questions, codes, "ru") == {"nps": "nps", "nps2": "nps2", "q": "q"}
    assert slice_title("region", "ru") == "region"


def test_labels_that_would_run_into_each_other_stand_on_two_levels() -> None:
    axes = Figure(figsize=(10, 4), dpi=100).add_axes((0, 0, 1, 1))
    axes.set_xlim(0, 100)
    assert levels([0, 5, 60], ["a long question", "another", "third"], axes) == [0, 1, 0]


@pytest.mark.parametrize(
    ("method", "russian"),
    [
        ("adjusted Wald or Dirichlet-Jeffreys, the wider", "Вальд с поправкой или Дирихле — Джеффрис, что шире"),
        ("Wilson; weighted; n_eff 45", "Уилсон; с весами; n_eff 45"),
        ("CSI unweighted, linearised by client", "CSI без весов, линеаризация по клиентам"),
        ("LMG, 400 bootstrap draws by client", "LMG, бутстрэп по клиентам, повторов: 400"),
        ("something new", "something new"),
    ],
)
def test_methods_have_russian_names(method: str, russian: str) -> None:
    assert method_text(method, "ru") == russian
    assert method_text(method, "en") == method
