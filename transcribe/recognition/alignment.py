"""Words and their times: tokens joined to words, placed by where the network's alignment heads looked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from audio.span import Span
from transcribe.dialogue import Word
from transcribe.recognition.network import FRAMES_PER_S
from transcribe.recognition.protocol import Window

Matrix = npt.NDArray[np.float32]

# Whisper's own smoothing of the looks, in frames.
_MEDIAN_FRAMES = 7
_SHORTEST_WORD_S = 0.04


@dataclass(frozen=True, slots=True)
class Piece:
    """A word as a run of tokens: ``first <= token < last``."""

    text: str
    first: int
    last: int


def pieces_of(tokenizer: Any, tokens: Sequence[int]) -> tuple[Piece, ...]:  # noqa: ANN401
    """Join text tokens to words at blanks; punctuation stays with its word, bare punctuation is left out.

    ``tokenizer`` is whisper's (untyped); ``tokens`` holds text tokens only.
    """
    texts, groups = tokenizer.split_tokens_on_unicode(list(tokens))
    pieces: list[Piece] = []
    at = 0
    for text, group in zip(texts, groups):
        if pieces and not text.startswith(" "):
            pieces[-1] = Piece(pieces[-1].text + text, pieces[-1].first, at + len(group))
        else:
            pieces.append(Piece(text, at, at + len(group)))
        at += len(group)
    stripped = (Piece(piece.text.strip(), piece.first, piece.last) for piece in pieces)
    return tuple(piece for piece in stripped if any(letter.isalnum() for letter in piece.text))


def token_starts(looks: Matrix, *, frames: int) -> npt.NDArray[np.int64]:
    """Return the frame at which each token begins.

    Parameters
    ----------
    looks:
        Scores of the alignment heads, shape (tokens, heads, frames).
    frames:
        Frames of sound; those behind are padding and aren't looked at.

    Notes
    -----
    Whisper's own recipe: scores to shares, each frame compared with its mean over the tokens, a median over
    neighbouring frames, the mean over heads, and the cheapest monotone path through the result.
    """
    from scipy.ndimage import median_filter

    shares = np.exp(looks[..., :frames] - looks[..., :frames].max(axis=-1, keepdims=True))
    shares /= shares.sum(axis=-1, keepdims=True)
    spread = shares.std(axis=0, keepdims=True)
    shares = (shares - shares.mean(axis=0, keepdims=True)) / np.maximum(spread, 1e-9)
    width = min(_MEDIAN_FRAMES, frames | 1)
    smooth = median_filter(shares, size=(1, 1, width), mode="mirror") if frames > width else shares
    return path_starts(-smooth.mean(axis=1))


def path_starts(cost: npt.NDArray[np.floating[Any]]) -> npt.NDArray[np.int64]:
    """Return the first column of each row on the cheapest monotone path from corner to corner.

    >>> path_starts(np.array([[0.0, 9, 9], [9, 0, 0]])).tolist()
    [0, 1]
    """
    rows, columns = cost.shape
    total = np.full((rows + 1, columns + 1), np.inf)
    total[0, 0] = 0.0
    for row in range(rows):
        # Inside a row the path runs on to the right: a running minimum of what entering at each column would cost.
        entered = np.minimum(total[row, 1:], total[row, :-1])
        spent = np.cumsum(cost[row])
        before = np.concatenate(([0.0], spent[:-1]))
        total[row + 1, 1:] = spent + np.minimum.accumulate(entered - before)
    return _traced(total, rows, columns)


def _traced(total: npt.NDArray[np.float64], rows: int, columns: int) -> npt.NDArray[np.int64]:
    starts = np.zeros(rows, dtype=np.int64)
    row, column = rows, columns
    while row > 0:
        starts[row - 1] = max(column - 1, 0)
        diagonal, up, left = total[row - 1, column - 1], total[row - 1, column], total[row, column - 1]
        if left < diagonal and left < up and column > 1:
            column -= 1
        elif up < diagonal:
            row -= 1
        else:
            row, column = row - 1, max(column - 1, 1)
    return starts


def words_of(
    window: Window, pieces: Sequence[Piece], starts: npt.NDArray[np.int64], probabilities: Sequence[float]
) -> tuple[Word, ...]:
    """Return words with times in the call's seconds.

    Parameters
    ----------
    starts:
        First frame of each text token, and of the end where it came.
    probabilities:
        One for each text token; a word's confidence is their mean.
    """
    end_s = window.span.end_s
    edges = [min(window.span.start_s + float(frame) / FRAMES_PER_S, end_s) for frame in starts]
    edges += [end_s] * (pieces[-1].last + 1 - len(edges) if pieces else 0)
    words = []
    for piece in pieces:
        placed = in_speech(Span(edges[piece.first], max(edges[piece.first], edges[piece.last])), window.speech)
        confidence = float(np.mean(probabilities[piece.first : piece.last]))
        words.append(Word(piece.text, placed, confidence))
    return tuple(words)


def in_speech(span: Span, speech: Sequence[Span]) -> Span:
    """Return the part of a word's span in which its voice speaks.

    Whisper lets a word reach into the silence around it; the speech map knows better where sound begins. A word
    over two stretches belongs to the one it shares more of; one outside all speech stays where it is.
    """
    if not speech:
        return span
    shares = [(span.overlap_s(stretch), stretch) for stretch in speech]
    most_s, stretch = max(shares, key=lambda share: share[0])
    if most_s < _SHORTEST_WORD_S:
        return span
    return Span(max(span.start_s, stretch.start_s), min(span.end_s, stretch.end_s))
