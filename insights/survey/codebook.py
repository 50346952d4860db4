"""Codebook: the reasons a study distinguishes, as people wrote them in codebook.toml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Special = Literal["validity", "residual"]


@dataclass(frozen=True, slots=True)
class Code:
    """One reason of the codebook, with words and examples by language.

    Attributes
    ----------
    code_id:
        The codebook's own id, stored with every reason.
    include:
        Words or phrases that customers say; matched by lemma, fuzzily and by meaning.
    exclude:
        Notes for people on where a thing belongs instead; never forbidden words.
    special:
        ``validity`` (the answer was not about us), ``residual`` (no reason, other), or None.
    """

    code_id: str
    label: Mapping[str, str]
    definition: Mapping[str, str] = field(default_factory=dict)
    include: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    exclude: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    examples: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    special: Special | None = None


@dataclass(frozen=True, slots=True)
class Codebook:
    """A codebook: its name, version and codes in order."""

    name: str
    version: int
    codes: tuple[Code, ...]

    def code(self, code_id: str) -> Code:
        """Return one code; KeyError names the ones there are."""
        for code in self.codes:
            if code.code_id == code_id:
                return code
        raise KeyError(f"no code {code_id!r}; codes: {', '.join(code.code_id for code in self.codes)}")
