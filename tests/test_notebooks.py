from __future__ import annotations

import re
import sys
from pathlib import Path

import nbformat
import pytest

sys.path.insert(0, str(Path(__file__).parent))

from synthetic_study import make_study

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
NAMES = ("01_first_look", "02_why", "03_how_it_was_said", "04_waves_and_drivers")
MOST_BYTES = 1_500_000


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_study(tmp_path_factory.mktemp("example") / "study").root


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_is_committed_without_output_and_with_its_kernel(name: str) -> None:
    notebook = nbformat.read(NOTEBOOKS / f"{name}.ipynb", as_version=4)
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(not cell.outputs and cell.execution_count is None for cell in code)
    assert notebook.metadata.kernelspec.name == "python3"
    assert sum(cell.cell_type == "markdown" for cell in notebook.cells) >= len(code) / 2 - 1


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_runs_on_the_example_study_and_every_cell_shows_something(
    name: str, example: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from nbclient import NotebookClient

    monkeypatch.setenv("EARFUL_STUDY", str(example))
    monkeypatch.setenv("PYTHONPATH", str(NOTEBOOKS.parent))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    notebook = nbformat.read(NOTEBOOKS / f"{name}.ipynb", as_version=4)
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(tmp_path)}}).execute()
    silent = [cell.id for cell in notebook.cells if cell.cell_type == "code" and not cell.outputs]
    assert silent == []
    shown = nbformat.writes(notebook)
    assert len(shown.encode()) < MOST_BYTES
    if name != "04_waves_and_drivers":
        assert "data:audio/" in shown
        assert "Павловной" not in shown
    assert "image/png" in shown or "<svg" in shown


@pytest.mark.parametrize("name", NAMES)
def test_every_paragraph_of_a_notebook_stands_in_english_and_in_russian(name: str) -> None:
    notebook = nbformat.read(NOTEBOOKS / f"{name}.ipynb", as_version=4)
    for cell in (cell for cell in notebook.cells if cell.cell_type == "markdown"):
        lines = [line for line in cell.source.splitlines() if line.strip(" >")]
        headings = [line for line in lines if line.startswith("#")]
        assert all(re.search("[а-яё]", line) and re.search("[a-z]", line) for line in headings), cell.id
        prose = [line for line in lines if not line.startswith("#")]
        russian = [line for line in prose if line.startswith(">")]
        assert len(russian) <= len(prose) - len(russian) <= len(russian) + 1, cell.id
        assert all(re.search("[а-яё]{3}", line) for line in russian), cell.id
        assert not any(re.search("[а-яё]{3}", line) for line in prose if not line.startswith(">")), cell.id
