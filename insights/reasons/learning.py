"""Learning: a refit tried on held-out answers first, and kept only where it agrees with people better."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from insights.language.vectors import Embedder
from insights.reasons.agreement import CodeSet, micro_f1
from insights.reasons.coder import ReasonCoder
from insights.reasons.reason import Reason
from insights.reasons.refit import Example, Refit, learn, load_refit
from insights.reasons.statement import Statement
from insights.survey.codebook import Codebook

_log = logging.getLogger("earful.reasons")
MIN_ANSWERS = 30
_HELD_OUT_OF_100 = 30


@dataclass(frozen=True, slots=True)
class Trial:
    """What a refit would change.

    Attributes
    ----------
    n_learnt, n_held_out:
        Coded answers learnt from, and kept apart to judge by.
    before, after:
        Micro-F1 against the people's codes on the answers kept apart.
    refit:
        Learnt from all answers; None where it would not be better than before.
    """

    n_learnt: int
    n_held_out: int
    before: float
    after: float
    refit: Refit | None


@dataclass(frozen=True, slots=True)
class Coded:
    """An answer as people coded it."""

    statement: Statement
    example: Example


def try_refit(coded: Sequence[Coded], codebook: Codebook, *, embedder: Embedder, current: Refit | None) -> Trial:
    """Return what learning from people's codes brings, measured on answers kept apart.

    Which answers are kept apart hangs on their text alone, so that two trials can be compared.

    Raises
    ------
    ValueError
        With fewer than 30 coded answers, or none of whose codes is frequent enough.
    """
    if len(coded) < MIN_ANSWERS:
        raise ValueError(f"{len(coded)} coded answers: at least {MIN_ANSWERS} are needed to learn and to judge by")
    apart = [one for one in coded if _is_held_out(one.statement.text)]
    rest = [one for one in coded if not _is_held_out(one.statement.text)]
    version = 1 if current is None else current.version + 1
    learnt = learn([one.example for one in rest], codebook, embedder=embedder, version=version)
    before = _f1(apart, ReasonCoder(codebook, embedder=embedder, refit=current))
    after = _f1(apart, ReasonCoder(codebook, embedder=embedder, refit=learnt))
    kept = None
    if after > before:
        kept = learn([one.example for one in coded], codebook, embedder=embedder, version=version)
    return Trial(len(rest), len(apart), before, after, kept)


def _is_held_out(text: str) -> bool:
    return int(hashlib.blake2b(text.encode(), digest_size=4).hexdigest(), 16) % 100 < _HELD_OUT_OF_100


def _f1(coded: Sequence[Coded], coder: ReasonCoder) -> float:
    machine = [machine_codes(reasons) for reasons in (coder.code([one.statement])[0] for one in coded)]
    return micro_f1(
        {str(row): one.example.codes for row, one in enumerate(coded)},
        {str(row): codes for row, codes in enumerate(machine)},
    )


def machine_codes(reasons: Sequence[Reason]) -> CodeSet:
    """Return the set of codes of one answer's reasons."""
    return frozenset(reason.code_id for reason in reasons)


def current_refit(folder: Path) -> Refit | None:
    """Return the newest refit kept in ``folder``; None without one, and with a warning where it no longer fits."""
    paths = sorted(folder.glob("refit-*.npz"))
    if not paths:
        return None
    try:
        return load_refit(paths[-1])
    except ValueError as error:
        _log.warning("%s", error)
        return None


def keep_refit(refit: Refit, folder: Path) -> Path:
    """Write a refit beside the earlier ones and return its path.

    It is numbered after all of them, those that no longer fit included: the newest name is the one in use, and
    tells a night that the answers must be coded again.
    """
    taken = [int(path.stem[-4:]) for path in folder.glob("refit-[0-9][0-9][0-9][0-9].npz")]
    version = max(refit.version, 1 + max(taken, default=0))
    path = folder / f"refit-{version:04d}.npz"
    replace(refit, version=version).save(path)
    return path
