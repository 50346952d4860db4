"""The models earful knows by name, read from ``catalogue.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Literal

from transcribe.models.errors import ModelMissingError

Form = Literal["file", "tree", "whisper-ctranslate2", "lightning-checkpoint"]

# These are converted once into the user's cache; the rest are used where their package put them.
CONVERTED: tuple[Form, ...] = ("whisper-ctranslate2", "lightning-checkpoint")


@dataclass(frozen=True, slots=True)
class Source:
    """One place a model's file comes from.

    Attributes
    ----------
    packages:
        Pinned packages that hold it, as pip writes them.
    files:
        Paths below the folder that packages are installed to; several are parts to be joined in order.
    sha256, size_bytes:
        Of the joined parts, or of the tree.
    """

    packages: tuple[str, ...]
    files: tuple[str, ...]
    sha256: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Known:
    """A model earful can prepare without the network.

    Attributes
    ----------
    sources:
        Tried in order; the first one installed is taken.
    """

    name: str
    licence: str
    origin: str
    form: Form
    purpose: str
    sources: tuple[Source, ...]


@lru_cache(maxsize=1)
def catalogue() -> Mapping[str, Known]:
    """Return every known model by name, in the order of the file.

    >>> catalogue()["whisper-base"].licence
    'MIT'
    """
    text = resources.files("transcribe.models").joinpath("catalogue.toml").read_text(encoding="utf-8")
    return {entry["name"]: _known(entry) for entry in tomllib.loads(text)["model"]}


def known(name: str) -> Known:
    """Return one model of the catalogue.

    Raises
    ------
    ModelMissingError
        When the name isn't there; lists the names that are.
    """
    if name not in catalogue():
        raise ModelMissingError(f"no model called {name!r}; known: {', '.join(catalogue())}")
    return catalogue()[name]


def _known(entry: Mapping[str, object]) -> Known:
    sources = entry["source"]
    if not isinstance(sources, list):
        raise TypeError(f"catalogue.toml, {entry['name']}: source must be a list of tables")
    return Known(
        name=str(entry["name"]),
        licence=str(entry["licence"]),
        origin=str(entry["origin"]),
        form=_form(str(entry["form"])),
        purpose=str(entry["purpose"]),
        sources=tuple(
            Source(tuple(source["packages"]), tuple(source["files"]), source["sha256"], source["size_bytes"])
            for source in sources
        ),
    )


def _form(text: str) -> Form:
    forms: tuple[Form, ...] = ("file", "tree", *CONVERTED)
    for form in forms:
        if form == text:
            return form
    raise ValueError(f"catalogue.toml: form {text!r}; expected one of {', '.join(forms)}")
