"""Plain sentences beside numbers, in Russian and English."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from insights.statistics.change import Change
from insights.statistics.figure import GREYED_UNDER, Figure
from insights.statistics.impact import Impact
from insights.statistics.response import ResponseGap

Language = Literal["ru", "en"]
SMALLEST_P = 0.001


@cache
def _templates() -> dict[str, dict[str, str]]:
    """Return the sentences by name and language."""
    text = files("insights.statistics").joinpath("sentences.toml").read_text(encoding="utf-8")
    templates: dict[str, dict[str, str]] = tomllib.loads(text)
    return templates


def number(value: float, language: Language, *, signed: bool = False) -> str:
    """Return a figure with one decimal, a comma in Russian and a true minus sign.

    Examples
    --------
    >>> number(-0.94, "ru", signed=True), number(13.0, "en")
    ('−0,9', '13.0')
    """
    text = f"{value:+.1f}" if signed else f"{value:.1f}"
    if float(text) == 0.0:
        text = "0.0"
    text = text.replace("-", "−")
    return text.replace(".", ",") if language == "ru" else text


def _sentence(name: str, language: Language, **parts: Any) -> str:  # noqa: ANN401 - formatted as they are
    return _templates()[name][language].format(**parts)


def change_sentence(change: Change, *, language: Language) -> str:
    """Return what a change says in plain words.

    Examples
    --------
    >>> change = Change("nps", 0.84, False, -0.9, -10.0, 8.2, 13.0, (389, 539), "z")
    >>> change_sentence(change, language="en").split(":")[1].strip()
    'no change that 928 interviews could show'
    """
    shown = change.metric.upper() if change.metric.islower() and change.metric.isalpha() else change.metric
    parts = {
        "metric": shown,
        "n": sum(change.n),
        "low": number(change.low, language, signed=True),
        "high": number(change.high, language, signed=True),
    }
    if not change.significant:
        return _sentence(
            "no_change",
            language,
            difference=number(change.difference, language, signed=True),
            detectable=number(change.detectable_difference, language),
            **parts,
        )
    name = "rise" if change.difference > 0 else "fall"
    size = number(abs(change.difference), language)
    return _sentence(name, language, difference=size, p=p_text(change.p_value, language), **parts)


def p_text(p_value: float, language: Language) -> str:
    """Return a p-value with three decimals, the smallest as a bound.

    Examples
    --------
    >>> p_text(0.0412, "en")
    '0.041'
    """
    text = f"{max(p_value, SMALLEST_P):.3f}"
    text = text.replace(".", ",") if language == "ru" else text
    return f"< {text}" if p_value < SMALLEST_P else text


def impact_sentence(impact: Impact, *, label: str, language: Language) -> str:
    """Return what a reason's impact says in plain words, as association."""
    if not impact.significant:
        return _sentence("impact_none", language, label=label, n=impact.n[0])
    return _sentence(
        "impact_lower" if impact.difference < 0 else "impact_higher",
        language,
        label=label,
        n=impact.n[0],
        difference=number(impact.difference, language, signed=True),
        low=number(impact.low, language, signed=True),
        high=number(impact.high, language, signed=True),
    )


def figure_sentence(metric: str, *, value: float, low: float, high: float, n: int, language: Language) -> str:
    """Return what a figure says in plain words; few interviews get a warning with them.

    Examples
    --------
    >>> figure_sentence("NPS", value=38, low=30.8, high=44.6, n=389, language="ru")
    'NPS: 38,0 п.; по 389 интервью истинное значение, вероятно, между 30,8 и 44,6.'
    """
    parts = {"value": number(value, language), "low": number(low, language), "high": number(high, language)}
    said = _sentence("figure", language, metric=metric, n=n, **parts)
    return said if n >= GREYED_UNDER else f"{said} {_sentence('few', language, n=n)}"


def response_sentence(figure: Figure, *, language: Language) -> str:
    """Return what a response rate, or the difference of late and early answers, says in plain words.

    Examples
    --------
    >>> rate = Figure("refusal_rate:REF1", "2026Q4", "all", "phone", 40, 12.5, 5.5, 26.1, "Wilson", 40.0, False)
    >>> response_sentence(rate, language="en")
    '12.5 % of 40 refused or broke off (5.5 to 26.1).'
    """
    late = figure.metric.endswith("_late_minus_early")
    parts = {
        "n": figure.n,
        "value": number(figure.value, language),
        "low": number(figure.low, language, signed=late),
        "high": number(figure.high, language, signed=late),
        "difference": number(figure.value, language, signed=True),
        "detectable": number(float(figure.extra.get("detectable_difference") or 0.0), language),
    }
    side = "lower" if figure.value < 0 else "higher"
    name = f"late_{side if figure.extra.get('significant') else 'none'}" if late else figure.metric
    said = _sentence(name, language, **parts)
    return f"{said} {_sentence('few', language, n=figure.n)}" if figure.greyed else said


def operator_sentence(figure: Figure, *, language: Language) -> str:
    """Return what a figure of ``operator_figures`` says in plain words."""
    shares = {
        name: number(100.0 * float(figure.extra[name] or 0.0), language) for name in ("icc", "icc_low", "icc_high")
    }
    said = _sentence(
        "operators",
        language,
        metric=figure.metric.partition("_operator")[0].upper(),
        value=number(figure.value, language),
        low=number(figure.low, language),
        high=number(figure.high, language),
        plain=number(float(figure.extra["uncorrected"] or 0.0), language),
        n=figure.n,
        n_eff=round(figure.n_eff),
        **shares,
    )
    return f"{said} {_sentence('few', language, n=figure.n)}" if figure.n < GREYED_UNDER else said


def gap_sentence(gap: ResponseGap, *, mode: str, language: Language) -> str:
    """Return why a wave has no response rates; ``mode`` as the reader calls it."""
    return _sentence(gap.why, language, wave=gap.wave, mode=mode, n=gap.n)


def unread_sentence(n: int, language: Language) -> str:
    """Return what becomes of ``n`` rows whose disposition is no known word; ``""`` for none."""
    return _sentence("unread_dispositions", language, n=n) if n else ""


def weights_sentence(language: Language) -> str:
    """Return what weights cannot do about those who did not answer."""
    return _sentence("weights_blind", language)
