"""Picture: one figure in one quiet style, shown by notebooks and written to a file."""

from __future__ import annotations

import io
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Okabe and Ito's colours: told apart with any kind of colour vision, and as greys in print.
BLUE, ORANGE, GREEN, RED, GREY, INK = "#0072B2", "#E69F00", "#009E73", "#D55E00", "#8A9199", "#24303B"
STYLE: Any = {
    "font.family": "DejaVu Sans",
    "font.size": 10,
    "axes.edgecolor": GREY,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlelocation": "left",
    "axes.titlesize": 12,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.axisbelow": True,
    "grid.color": "#DDE2E6",
    "grid.linewidth": 0.8,
    "svg.fonttype": "none",
    "svg.hashsalt": "earful",
}
QUIET = "#5F6B76"  # of small text: GREY is too pale for words
NOTE_SIZE, NOTE_SIGNS_AN_INCH = 8, 15
SCREEN_DPI = 110
PRINT_DPI = 300


class Picture:
    """A matplotlib figure that shows itself and saves itself.

    Attributes
    ----------
    figure:
        The matplotlib figure, to change whatever you like.
    """

    def __init__(self, figure: Figure) -> None:
        self.figure = figure

    def _repr_png_(self) -> bytes:
        """Return the figure for a notebook."""
        return self.bytes("png", dpi=SCREEN_DPI)

    def bytes(self, kind: str, *, dpi: int = PRINT_DPI) -> bytes:
        """Return the figure as the bytes of a ``png``, ``svg`` or ``pdf`` file."""
        from matplotlib import rc_context

        out = io.BytesIO()
        stamp = {"png": {"Software": None}, "svg": {"Date": None}, "pdf": {"CreationDate": None}}.get(kind, {})
        with rc_context(STYLE):
            self.figure.savefig(out, format=kind, dpi=dpi, metadata=stamp, bbox_inches=None)
        return out.getvalue()

    def save(self, path: str | Path) -> Path:
        """Write ``.png`` (300 dpi), ``.svg`` or ``.pdf`` by the name's ending and return the path.

        Raises
        ------
        ValueError
            For another ending.
        """
        target = Path(path)
        kind = target.suffix.lstrip(".").lower()
        if kind not in ("png", "svg", "pdf"):
            raise ValueError(f"{target.name}: pictures are written as .png, .svg or .pdf")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(self.bytes(kind))
        return target


def new_figure(title: str, *, height_in: float = 3.6, width_in: float = 8.0, note: str = "") -> tuple[Figure, Axes]:
    """Return a figure with one pair of axes in the quiet style; ``note`` stands small at its foot."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure as NewFigure

    with rc_context(STYLE):
        figure = NewFigure(figsize=(width_in, height_in), layout="constrained")
        axes = figure.add_subplot()
        axes.set_title(title)
        axes.grid(visible=True, axis="x")
        if note:
            figure.supxlabel(
                fill(note, int(NOTE_SIGNS_AN_INCH * width_in)), x=0.01, ha="left", fontsize=NOTE_SIZE, color=QUIET
            )
    return figure, axes


def empty_picture(title: str, note: str) -> Picture:
    """Return a picture that says why there is nothing to see."""
    figure, axes = new_figure(title, height_in=1.6)
    axes.set_axis_off()
    axes.text(0.0, 0.5, note, transform=axes.transAxes, va="center", color=QUIET)
    return Picture(figure)
