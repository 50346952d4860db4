"""One place that finds a model: a configured path, the user's cache, a hash-checked package."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

from transcribe.models import cache
from transcribe.models.catalogue import CONVERTED, Known, catalogue
from transcribe.models.errors import ModelMissingError
from transcribe.models.hashing import sha256_of, size_of
from transcribe.models.packages import checked_files

_log = logging.getLogger("earful.models")


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A model ready to be loaded, its hash checked.

    Attributes
    ----------
    name:
        The catalogue's name, or a fetched model's.
    path:
        File or folder to load.
    source:
        ``configured`` (a path the user gave), ``cache`` or ``package``.
    sha256, size_bytes:
        Of ``path`` as it lies there.
    licence:
        SPDX name; ``as given by its owner`` for a configured path.
    origin:
        Who made it and how it came here.
    """

    name: str
    path: Path
    source: Literal["configured", "cache", "package"]
    sha256: str
    licence: str
    size_bytes: int
    origin: str


def resolve(name: str, *, configured: Mapping[str, str] | None = None) -> ModelFile:
    """Return the file of a model, checked; converts it into the cache where that wasn't done before.

    Parameters
    ----------
    name:
        A name of the catalogue, or of something ``earful models fetch`` put into the cache.
    configured:
        Paths by model name, from ``earful.toml``; they come first and aren't compared with the catalogue.

    Raises
    ------
    ModelMissingError
        When nothing has it; the message says what to install or fetch.
    ModelAlteredError
        When a file's hash isn't the expected one.
    """
    if configured and configured.get(name):
        return _configured(name, Path(configured[name]).expanduser())
    path = cached_path(name)
    note = cache.read_note(path)
    if note is not None:
        hashes = (
            frozenset(source.sha256 for source in catalogue()[name].sources) if name in catalogue() else frozenset()
        )
        cache.checked(path, note, source_sha256=hashes)
        return ModelFile(name, path, "cache", note.sha256, note.licence, size_of(path), note.origin)
    if name not in catalogue():
        raise ModelMissingError(
            f"no model {name!r} in {path.parent} or among {', '.join(catalogue())}; "
            f"give its path in earful.toml or run: earful models fetch {name}"
        )
    return _from_package(catalogue()[name], path)


def cached_path(name: str) -> Path:
    """Return where the cache keeps a model; pipelines fetched from a hub are folders, the rest one file."""
    folder = cache.cache_folder()
    return folder / name if (folder / name).is_dir() else folder / f"{name}.pt"


def _configured(name: str, path: Path) -> ModelFile:
    if not path.exists():
        raise ModelMissingError(f"{path}: no such file, configured for model {name}; mend the path in earful.toml")
    return ModelFile(
        name, path, "configured", sha256_of(path), "as given by its owner", size_of(path), f"configured path {path}"
    )


def _from_package(model: Known, path: Path) -> ModelFile:
    source, files = checked_files(model)
    origin = f"{model.origin}; {' + '.join(source.packages)}"
    if model.form not in CONVERTED:
        return ModelFile(model.name, files[0], "package", source.sha256, model.licence, size_of(files[0]), origin)
    _log.info("converting %s once into %s", model.name, path)
    note = cache.keep(path, _writer(model, files), source_sha256=source.sha256, origin=origin, licence=model.licence)
    return ModelFile(model.name, path, "cache", note.sha256, model.licence, size_of(path), origin)


def _writer(model: Known, files: tuple[Path, ...]) -> Callable[[Path], None]:
    if model.form == "whisper-ctranslate2":
        from transcribe.models.whisper_checkpoint import write_checkpoint

        return partial(write_checkpoint, files)
    from transcribe.models.lightning_checkpoint import write_state_dict

    return partial(write_state_dict, files[0])


def prepare(progress: Callable[[ModelFile], None] | None = None) -> tuple[ModelFile, ...]:
    """Resolve every model of the catalogue, converting what needs it; ``progress`` is told of each one done."""
    ready: list[ModelFile] = []
    for name in catalogue():
        ready.append(resolve(name))
        if progress is not None:
            progress(ready[-1])
    return tuple(ready)


def fetched() -> tuple[str, ...]:
    """Return the names in the user's cache that the catalogue doesn't have: models that were fetched."""
    notes = sorted(cache.cache_folder().glob("*.json"))
    names = (note.name.removesuffix(".json").removesuffix(".pt") for note in notes)
    return tuple(name for name in names if name not in catalogue())
