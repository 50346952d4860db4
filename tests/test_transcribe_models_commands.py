"""earful models: what it lists, what it refuses, where it would fetch from."""

import json
import re

import pytest
from click.testing import CliRunner

from insights.cli.main import cli
from transcribe.models.cache import cache_folder, keep


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.setenv("EARFUL_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: CliRunner().invoke(cli, ["models", *arguments])


@pytest.mark.models
def test_the_list_holds_source_hash_licence_and_size_of_each(run):
    result = run("--json")
    assert result.exit_code == 0
    rows = {row["name"]: row for row in json.loads(result.stdout)}
    assert {"whisper-base", "segmentation-3.0", "campplus", "e5-small", "en-core-web-sm"} <= set(rows)
    assert all(row["sha256"] and row["licence"] and row["size_bytes"] and not row["error"] for row in rows.values())
    assert rows["whisper-base"]["source"] == "cache"
    assert rows["campplus"]["source"] == "package"


@pytest.mark.models
def test_a_configured_path_shows_as_such_and_an_altered_file_ends_with_4(run, tmp_path):
    (tmp_path / "own.pt").write_bytes(b"weights")
    (tmp_path / "earful.toml").write_text(f'[models]\nwhisper-base = "{tmp_path / "own.pt"}"\n')
    keep(cache_folder() / "whisper-x.pt", lambda p: p.write_bytes(b"x"), source_sha256="", origin="o", licence="MIT")
    (cache_folder() / "whisper-x.pt").write_bytes(b"y")
    result = run()
    assert result.exit_code == 4
    assert re.search(r"^whisper-base +configured", result.output, re.MULTILINE)
    assert re.search(r"^whisper-x +MISSING OR ALTERED", result.output, re.MULTILINE)


def test_fetching_an_unknown_model_names_those_there_are(run):
    result = run("fetch", "whisper-giant")
    assert result.exit_code == 4
    assert "whisper-small" in result.output
    assert "community-1" in result.output


def test_fetching_says_from_where_and_fails_clearly_without_a_network(run):
    result = run("fetch", "whisper-small")
    assert "fetching whisper-small from https://openaipublic.azureedge.net/" in result.output
    assert result.exit_code != 0


def test_benching_nothing_that_exists_is_wrong_usage(run):
    assert run("bench", "no-such.wav").exit_code == 2
