"""earful.toml: every default written out, everything else refused by name."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from insights.night.inspection import inspect_study
from insights.settings import Settings, SettingsError, load_settings, settings_text


def test_the_written_file_reads_back_as_the_defaults(tmp_path: Path) -> None:
    (tmp_path / "earful.toml").write_text(settings_text(), encoding="utf-8")
    assert load_settings(tmp_path) == Settings()


def test_every_option_carries_a_comment() -> None:
    lines = [line for line in settings_text().splitlines() if " = " in line and not line.startswith("#")]
    assert lines
    assert [line for line in lines if "#" not in line] == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[cases]\nlow_scor = 6\n", "did you mean 'low_score'"),
        ("[casess]\nlow_score = 6\n", "did you mean 'cases'"),
        ('[cases]\nlow_score = "six"\n', "write a whole number from 0 to 10"),
        ('[study]\nlanguage = "de"\n', "expected one of ru, en"),
        ("[privacy]\nredact = 1\n", "write true or false"),
        ("[night]\nworkers = -3\n", "write a whole number, 0 or more"),
        ("[recordings]\nmax_hours = -1\n", "write a number, 0.01 or more"),
        ("[meeting]\nmin_seconds = nan\n", "write a number, 0 or more"),
        ("[meeting]\ncalls = 99\n", "write a whole number from 0 to 20"),
        ('[meeting]\nstrata = "colour"\n', 'expected one of "", segment, nps'),
        ("[privacy]\ncompany_names = [1]\n", "write a list of texts"),
        ('[recognition]\ndevice = "gpu"\n', "write auto, cpu or cuda"),
        ('[recordings]\npattern = "("\n', "mend the regular expression"),
        ('[recordings]\npattern = "(?P<client>.)"\n', "no group (?P<time>…); add it"),
        ('[recordings]\ntime_format = "YYYYMMDD"\n', "it holds no date"),
        ('[recordings]\ntime_format = "%Q"\n', "no format of a time"),
        ("[columns]\ninterview_id = 3\n", "write text in quotes"),
        ("[cases\n", "not readable as TOML"),
        ("cases = 3\n", "write it as a section"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_cure(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "earful.toml").write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=re.escape(said)):
        load_settings(tmp_path)


def test_all_that_does_not_fit_is_named_at_once(tmp_path: Path) -> None:
    text = "[night]\nworkers = -3\nbatch_cals = 2\n[cases]\nlow_score = true\n[mornings]\n"
    (tmp_path / "earful.toml").write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        load_settings(tmp_path)
    assert len(caught.value.faults) == 4
    assert len(inspect_study(tmp_path).faults) == 4 + 2  # neither survey.toml nor codebook.toml is there


def test_a_whole_number_serves_as_seconds(tmp_path: Path) -> None:
    (tmp_path / "earful.toml").write_text("[meeting]\nmin_seconds = 20\n", encoding="utf-8")
    assert load_settings(tmp_path).meeting.min_seconds == 20


def test_headings_and_model_paths_are_free(tmp_path: Path) -> None:
    text = '[columns]\ninterview_id = "Номер анкеты"\n[models]\nwhisper-base = "/m/base.pt"\n'
    (tmp_path / "earful.toml").write_text(text, encoding="utf-8")
    settings = load_settings(tmp_path)
    assert settings.columns == {"interview_id": "Номер анкеты"}
    assert settings.models == {"whisper-base": "/m/base.pt"}
