"""survey.toml and codebook.toml: each fault is named with its file, its key and the cure."""

from __future__ import annotations

from pathlib import Path

import pytest

from insights.night.inspection import inspect_study
from insights.survey import SurveyError, load_codebook, load_survey

HEAD = 'name = "s"\nversion = 1\nlanguages = ["ru", "en"]\n'
NPS = '[[question]]\nid = "nps"\nkind = "nps"\nscale = [0, 10]\nask.ru = "Порекомендуете?"\nask.en = "Recommend?"\n'
CODE = '[[code]]\nid = "price"\nlabel.ru = "Цена"\ndefinition.ru = "Уровень цен"\n'


def test_the_example_survey_and_codebook_are_accepted(study_dir: Path) -> None:
    assert [question.question_id for question in load_survey(study_dir).questions][:2] == ["nps", "why_nps"]
    assert load_codebook(study_dir).code("mistaken_company").special == "validity"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (HEAD + NPS.replace('"nps"\nscale', '"npss"\nscale'), "kind = 'npss' is unknown (did you mean 'nps'?)"),
        (HEAD + NPS.replace("[0, 10]", "[10, 0]"), "scale = [10, 0] is upside down; write [0, 10]"),
        (HEAD + NPS.replace("[0, 10]", "[1, 5]"), "NPS is defined on [0, 10]"),
        (HEAD + NPS.replace("[0, 10]", "[0, 5, 10]"), "write its two ends"),
        (HEAD + NPS.replace("scale = [0, 10]\n", ""), "no scale; write scale = [0, 10]"),
        (HEAD + NPS + NPS, "question 'nps': 2 entries with one id"),
        (HEAD + NPS + 'follows = "speed"\n', "follows = 'speed' points nowhere; questions: nps"),
        (HEAD + NPS + 'follows = "nps"\n', "follows itself"),
        (HEAD + NPS.replace('ask.en = "Recommend?"\n', ""), "no ask.en"),
        (HEAD + NPS.replace('ask.ru = "Порекомендуете?"', "ask.ru = 3"), "ask.ru is 3; write text in quotes"),
        (HEAD + NPS + 'aliases.ru = "так"\n', "write a list"),
        (HEAD.replace("version = 1", 'version = "1"') + NPS, "version is '1'; write a whole number"),
        (HEAD, "no [[question]]; write at least one"),
        (HEAD + NPS.replace('id = "nps"', "id = 3"), "number 1: id is 3"),
        (HEAD.replace('["ru", "en"]', '["de"]') + NPS, "languages = ['de']"),
        (
            HEAD + NPS + NPS.replace('"nps"\nk', '"w"\nk') + 'folows = "nps"\n',
            "'w': unknown key 'folows'; write 'follows'",
        ),
        (HEAD + NPS.replace("scale", "skale"), "question 'nps': unknown key 'skale'; write 'scale'"),
        (HEAD + NPS + NPS.replace("[[question]]", "[[questions]]"), "unknown key 'questions'; write 'question'"),
        (HEAD + NPS.replace("[[", "[").replace("]]", "]") * 2, "[[question]] or [[code]]"),
        ("name = \n", "not readable as TOML"),
    ],
)
def test_a_wrong_survey_is_refused(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "survey.toml").write_text(text, encoding="utf-8")
    with pytest.raises(SurveyError) as caught:
        load_survey(tmp_path)
    assert said in str(caught.value)
    assert str(caught.value).startswith("survey.toml: ")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (CODE.replace('definition.ru = "Уровень цен"\n', ""), "code 'price': no definition"),
        (CODE.replace('label.ru = "Цена"\n', ""), "code 'price': no label"),
        (CODE + 'special = "strange"\n', "special = 'strange'"),
        (CODE + 'inculde.ru = ["дорого"]\n', "code 'price': unknown key 'inculde'; write 'include'"),
        (CODE + CODE, "2 entries with one id"),
        (CODE + 'include.ru = "дорого"\n', "include.ru is 'дорого'; write a list"),
        ("", "no [[code]]"),
    ],
)
def test_a_wrong_codebook_is_refused(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "codebook.toml").write_text('name = "c"\nversion = 1\n' + text, encoding="utf-8")
    with pytest.raises(SurveyError) as caught:
        load_codebook(tmp_path)
    assert said in str(caught.value)


def test_a_special_code_needs_no_definition(tmp_path: Path) -> None:
    text = 'name = "c"\nversion = 1\n[[code]]\nid = "x"\nlabel.ru = "Иное"\nspecial = "residual"\n'
    (tmp_path / "codebook.toml").write_text(text, encoding="utf-8")
    assert load_codebook(tmp_path).code("x").definition == {}


def test_a_key_of_somebodys_own_is_only_told(study_dir: Path) -> None:
    path = study_dir / "survey.toml"
    path.write_text(path.read_text(encoding="utf-8") + 'note = "asked since May"\nasks = 2\n', encoding="utf-8")
    assert load_survey(study_dir).questions
    found = inspect_study(study_dir)
    assert found.usable
    assert sum("is none of ours and not read" in line for line in found.warnings) == 2


@pytest.mark.parametrize("encoding", ["cp1251", "utf-16"])
def test_a_file_in_another_encoding_is_told_to_be_saved_as_utf_8(study_dir: Path, encoding: str) -> None:
    path = study_dir / "codebook.toml"
    path.write_bytes(path.read_text(encoding="utf-8").encode(encoding, errors="replace"))
    with pytest.raises(SurveyError, match="save it as UTF-8"):
        load_codebook(study_dir)


def test_a_missing_survey_points_to_init(tmp_path: Path) -> None:
    with pytest.raises(SurveyError, match="earful init"):
        load_survey(tmp_path)


def test_every_fault_is_named_at_once(tmp_path: Path) -> None:
    text = (
        HEAD + NPS.replace("[0, 10]", "[10, 0]") + '[[question]]\nid = "b"\nkind = "x"\nask.ru = "а"\nask.en = "b"\n'
    )
    (tmp_path / "survey.toml").write_text(text, encoding="utf-8")
    with pytest.raises(SurveyError) as caught:
        load_survey(tmp_path)
    assert len(caught.value.faults) == 2
