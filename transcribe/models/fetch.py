"""The only place that reaches the network: openai's checkpoints and pyannote's pipeline, each from its own home."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

from transcribe.models import cache
from transcribe.models.catalogue import catalogue
from transcribe.models.errors import ModelAlteredError, ModelError, ModelMissingError
from transcribe.models.resolve import ModelFile, resolve

WHISPER_PREFIX = "whisper-"
COMMUNITY = "community-1"
COMMUNITY_REPOSITORY = "pyannote/speaker-diarization-community-1"
_BLOCK_BYTES = 1 << 20
_TIMEOUT_S = 60

Report = Callable[[str], None]


def whisper_urls() -> dict[str, str]:
    """Return openai's addresses by earful's model names; the folder in an address is the file's sha256.

    What a package holds already isn't among them.
    """
    from whisper import _MODELS

    urls = {f"{WHISPER_PREFIX}{name}": url for name, url in _MODELS.items()}
    return {name: url for name, url in urls.items() if name not in catalogue()}


def fetchable() -> tuple[str, ...]:
    """Return the names that `fetch` knows."""
    return (*whisper_urls(), COMMUNITY)


def fetch(name: str, *, token: str = "", report: Report) -> ModelFile:
    """Download a model into the user's cache; ``report`` is told from where.

    Parameters
    ----------
    name:
        ``whisper-small``, ``whisper-medium``, ... as openai names them, or ``community-1``.
    token:
        A Hugging Face token that has accepted the conditions of community-1; openai's files need none.

    Raises
    ------
    ModelError
        When the name is unknown, the network doesn't answer, or the file isn't the announced one.
    """
    urls = whisper_urls()
    if name in urls:
        _fetch_whisper(name, urls[name], report)
    elif name == COMMUNITY:
        _fetch_community(token, report)
    else:
        raise ModelMissingError(f"nothing to fetch called {name!r}; there is {', '.join(fetchable())}")
    return resolve(name)


def _fetch_whisper(name: str, url: str, report: Report) -> None:
    expected = url.split("/")[-2]
    report(f"fetching {name} from {url}")
    path = cache.cache_folder() / f"{name}.pt"
    cache.keep(
        path,
        lambda temporary: download(url, temporary, sha256=expected),
        source_sha256=expected,
        origin=f"openai, {url}",
        licence="MIT",
    )


def download(url: str, path: Path, *, sha256: str) -> None:
    """Write what ``url`` gives into ``path``, refusing bytes with another hash.

    Raises
    ------
    ModelError
        When the address doesn't answer; `ModelAlteredError` when the hash isn't ``sha256``.
    """
    digest = hashlib.sha256()
    try:
        with urllib.request.urlopen(url, timeout=_TIMEOUT_S) as answer, path.open("wb") as file:
            while block := answer.read(_BLOCK_BYTES):
                digest.update(block)
                file.write(block)
    except (urllib.error.URLError, OSError) as error:
        raise ModelError(f"{url}: {error}; check the connection, or copy the file and set its path") from error
    if digest.hexdigest() != sha256:
        raise ModelAlteredError(f"{url}: sha256 {digest.hexdigest()}, expected {sha256}; fetch it again")


def _fetch_community(token: str, report: Report) -> None:
    report(f"fetching {COMMUNITY} from https://huggingface.co/{COMMUNITY_REPOSITORY}")
    # The hub's library reads this when it is imported, which happens nowhere but here.
    os.environ["HF_HUB_OFFLINE"] = "0"
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError

    target = cache.cache_folder() / COMMUNITY
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{COMMUNITY}.", dir=target.parent) as temporary:
        folder = Path(temporary) / COMMUNITY
        try:
            snapshot_download(COMMUNITY_REPOSITORY, token=token or None, local_dir=folder)
        except (HfHubHTTPError, OSError) as error:
            raise ModelError(
                f"{COMMUNITY_REPOSITORY}: {error}; accept its conditions at huggingface.co, then give --token"
            ) from error
        shutil.rmtree(folder / ".cache", ignore_errors=True)
        shutil.rmtree(target, ignore_errors=True)
        folder.replace(target)
    cache.record(target, source_sha256="", origin=f"huggingface.co/{COMMUNITY_REPOSITORY}", licence="CC-BY-4.0")
