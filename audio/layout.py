"""What the channels of a recording hold: a party each, copies of one mix, or one live side."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt

from audio.recording import Recording, Samples

LayoutKind = Literal[
    "mono",
    "separated",
    "crosstalk",
    "identical",
    "gain_copy",
    "flipped",
    "delayed",
    "one_silent",
    "silent",
    "too_short",
    "unsure",
]
Floats = npt.NDArray[np.float64]

# A channel per party: each side's own activity says who speaks, after the dominance rule.
SEPARATE_KINDS: frozenset[str] = frozenset({"separated", "crosstalk", "too_short"})

PAIR = 2
FRAME_S = 0.02
# Two voices on two channels pull the level difference at least this far apart when the bleed is not strong.
SPLIT_DB = 24.0
# Digital silence or a dead line: below the lowest step of 16-bit sound.
DEAD_DB = -75.0
QUIETEST_SPEECH_DB = -65.0
# Speech runs at least this far over its own channel's noise floor.
OVER_FLOOR_DB = 12.0
# One side "leads" a frame by at least this much; the floor of what a -6 dB bleed leaves.
LEAD_DB = 4.0
# A bleed that lies less than this below its source needs the stricter dominance rule.
HEAVY_BLEED_DB = 15.0
# Copies through two codecs still agree better than this after alignment.
COPY_CORRELATION = 0.9
COPY_SPREAD_DB = 5.0
SAME_GAIN_DB = 0.75
# Above this both channels hold the same voices; led for less of the speech than this, they cannot be told apart.
MIXED_CORRELATION = 0.7
LED_SHARE = 0.25
BLEED_CORRELATION = 0.3
MAX_LATE_S = 0.2
SHORT_S = 6.0
SURE_SILENT_S = 15.0
MAX_LAG_S = 0.5
MIN_LEAD_RUN_S = 0.1
MIN_SPEECH_S = 0.3


@dataclass(frozen=True, slots=True)
class ChannelLayout:
    """How the parties lie on the channels, with what it was judged by.

    Attributes
    ----------
    kind:
        ``mono`` one channel; ``separated`` a channel per party; ``crosstalk`` the same with a strong bleed;
        ``identical``, ``gain_copy``, ``flipped``, ``delayed`` two copies of one mix; ``one_silent`` one side is
        silent or holds noise only; ``silent`` both are; ``too_short`` to tell; ``unsure`` none of them for certain.
    live_channel:
        The channel to listen to where both parties must be found in one; a flipped pair is never averaged.
    evidence:
        Named figures behind the kind: levels and leads (dB), seconds led, correlation, lag (s). NaN where undefined.
    rule:
        Name of the rule that decided.
    """

    kind: LayoutKind
    live_channel: int
    evidence: Mapping[str, float] = field(default_factory=dict)
    rule: str = ""

    @property
    def separate(self) -> bool:
        """True where each channel holds its own party."""
        return self.kind in SEPARATE_KINDS and self.rule != "mixed"


def channel_layout(recording: Recording) -> ChannelLayout:
    """Return how the parties of ``recording`` lie on its channels.

    Raises
    ------
    ValueError
        For more than two channels.

    Examples
    --------
    >>> one = np.zeros((1, 8000), dtype=np.float32)
    >>> channel_layout(Recording("a", one, 8000)).kind
    'mono'
    """
    if recording.channels == 1:
        return ChannelLayout("mono", 0, rule="one_channel")
    if recording.channels != PAIR:
        raise ValueError(f"{recording.call_id}: {recording.channels} channels, expected 1 or 2; split the file first")
    evidence = _evidence(recording)
    live = 0 if evidence["speech_db_0"] >= evidence["speech_db_1"] else 1
    for rule, kind in RULES:
        found = kind(evidence)
        if found is not None:
            return ChannelLayout(found, live, evidence, rule)
    return ChannelLayout("unsure", live, evidence, "nothing_certain")


def frame_level_db(samples: Samples, rate_hz: int, *, frame_s: float = FRAME_S) -> Floats:
    """Return the level of each frame; shape (channels, frames), dB re full scale, -100 for digital silence."""
    length = max(1, round(frame_s * rate_hz))
    frames = samples.shape[1] // length
    cut = samples[:, : frames * length].reshape(samples.shape[0], frames, length)
    power = np.einsum("cfn,cfn->cf", cut, cut, dtype=np.float64) / length
    return np.asarray(10 * np.log10(power + 1e-10), dtype=np.float64)


def _evidence(recording: Recording) -> dict[str, float]:
    """Measure everything the rules look at."""
    level = frame_level_db(recording.samples, recording.rate_hz)
    level = level if level.shape[1] else np.full((PAIR, 1), -100.0)
    floor = np.percentile(level, 10, axis=1)
    top = np.percentile(level, 98, axis=1)
    speech = (level > (floor + OVER_FLOOR_DB)[:, None]) & (level > (top - 40)[:, None]) & (level > QUIETEST_SPEECH_DB)
    lead = level[0] - level[1]
    either = speech.any(axis=0)
    lag_s, correlation = _best_lag(recording, level.max(axis=0))
    # A strong bleed that comes late would look weak at every onset: its level is held over the lag.
    late_s = min(abs(lag_s), MAX_LATE_S) if abs(correlation) > BLEED_CORRELATION else 0.0
    held = _held(level, frames=int(np.ceil(late_s / FRAME_S)))
    smooth = _smooth(lead)
    centre_db = _centre_db(smooth[either])
    evidence = {"duration_s": recording.duration_s, "lag_s": lag_s, "correlation": correlation, "centre_db": centre_db}
    for channel in (0, 1):
        sign = 1 if channel == 0 else -1
        leads = speech[channel] & ((smooth - centre_db) * sign > LEAD_DB)
        evidence[f"floor_db_{channel}"] = float(floor[channel])
        evidence[f"speech_db_{channel}"] = float(top[channel])
        evidence[f"speech_s_{channel}"] = _run_s(speech[channel])
        evidence[f"lead_s_{channel}"] = _run_s(leads)
        ahead = (level[channel] - held[1 - channel])[leads] - sign * centre_db
        evidence[f"lead_db_{channel}"] = float(np.percentile(ahead, 75)) if leads.any() else float("nan")
    evidence["speech_s"] = float(either.sum() * FRAME_S)
    evidence["gain_db"] = float(np.median(lead[either])) if either.any() else float("nan")
    evidence["spread_db"] = _copy_spread_db(recording, lag_s)
    return evidence


def _held(level: Floats, *, frames: int) -> Floats:
    """Return the highest level within ``frames`` of each frame, per channel."""
    padded = np.pad(level, ((0, 0), (frames, frames)), constant_values=-np.inf)
    return np.asarray(np.lib.stride_tricks.sliding_window_view(padded, 2 * frames + 1, axis=1).max(axis=2))


def _smooth(values: Floats, *, frames: int = 5) -> Floats:
    """Return the running mean over ``frames`` (100 ms), same length."""
    return np.asarray(np.convolve(values, np.ones(frames) / frames, "same")[: len(values)], dtype=np.float64)


def _centre_db(lead: Floats) -> float:
    """Return the level difference at which neither side leads: 0 dB unless one side is recorded much quieter.

    Half way between the two ends of the distribution, moved only when one end would not lead at all.
    """
    if len(lead) == 0:
        return 0.0
    low, high = np.percentile(lead, [2, 98])
    if high - low < SPLIT_DB or (low < -LEAD_DB * 2 and high > LEAD_DB * 2):
        return 0.0
    return float((low + high) / 2)


def _run_s(mask: npt.NDArray[np.bool_]) -> float:
    """Return the seconds of ``mask`` that lie in runs of at least ``MIN_LEAD_RUN_S``: clicks are no speech."""
    edge = np.flatnonzero(np.diff(np.concatenate(([0], mask.astype(np.int8), [0]))))
    length = (edge[1::2] - edge[::2]) * FRAME_S
    return float(length[length >= MIN_LEAD_RUN_S].sum())


def _loud_stretches(recording: Recording, level: Floats, *, stretch_s: float = 4.0, at_most: int = 8) -> list[Samples]:
    """Return the loudest stretches of the call, in order, so that a long call costs no more than a short one."""
    step = max(1, round(stretch_s / FRAME_S))
    means = [float(np.mean(10 ** (level[i : i + step] / 10))) for i in range(0, len(level), step)]
    chosen = sorted(np.argsort(means)[::-1][:at_most])
    size = round(stretch_s * recording.rate_hz)
    stretches = [recording.samples[:, int(i) * size : (int(i) + 1) * size] for i in chosen]
    return [stretch for stretch in stretches if stretch.shape[1] > 0]


def _best_lag(recording: Recording, level: Floats) -> tuple[float, float]:
    """Return (lag of channel 1 behind channel 0 in seconds, correlation there, -1 to 1) over the loudest stretches."""
    lags = round(MAX_LAG_S * recording.rate_hz)
    total = np.zeros(2 * lags + 1)
    energy = 0.0
    for stretch in _loud_stretches(recording, level):
        first, second = (side - side.mean() for side in stretch.astype(np.float64))
        size = 1 << int(np.ceil(np.log2(len(first) + lags + 1)))
        cross = np.fft.irfft(np.conj(np.fft.rfft(first, size)) * np.fft.rfft(second, size), size)
        total += np.concatenate((cross[-lags:], cross[: lags + 1]))
        energy += float(np.sqrt((first**2).sum() * (second**2).sum()))
    if energy <= 0:
        return 0.0, float("nan")
    best = int(np.argmax(np.abs(total)))
    return (best - lags) / recording.rate_hz, float(total[best] / energy)


def _copy_spread_db(recording: Recording, lag_s: float) -> float:
    """Return the spread (5th to 95th percentile) of the level difference in loud frames once aligned; NaN if none."""
    lag = round(lag_s * recording.rate_hz)
    n = recording.samples.shape[1] - abs(lag)
    start = (max(0, -lag), max(0, lag))
    aligned = np.stack([recording.samples[c, start[c] : start[c] + n] for c in (0, 1)])
    level = frame_level_db(aligned, recording.rate_hz)
    if level.shape[1] == 0:
        return float("nan")
    # Each side by its own top: a copy 25 dB down is judged where it, too, stands clear of its noise.
    loud = (level > (np.percentile(level, 97, axis=1) - 20)[:, None]).any(axis=0) & (level.min(axis=0) > DEAD_DB)
    if loud.sum() * FRAME_S < MIN_SPEECH_S:
        return float("nan")
    low, high = np.percentile((level[0] - level[1])[loud], [5, 95])
    return float(high - low)


def _silent(evidence: Mapping[str, float], channel: int) -> bool:
    """Tell whether a channel holds no speech: dead, steady noise, or nothing that stands clear of its floor."""
    return evidence[f"speech_db_{channel}"] < DEAD_DB or evidence[f"speech_s_{channel}"] < MIN_SPEECH_S


def both_silent(evidence: Mapping[str, float]) -> LayoutKind | None:
    """Neither side holds speech; in a few seconds of noise somebody may just not have spoken yet."""
    if not (_silent(evidence, 0) and _silent(evidence, 1)):
        return None
    dead = max(evidence["speech_db_0"], evidence["speech_db_1"]) < DEAD_DB
    return "silent" if dead or evidence["duration_s"] >= SHORT_S else "too_short"


def copies(evidence: Mapping[str, float]) -> LayoutKind | None:
    """Both sides carry one mix: same sound after alignment, and nobody leads on one side only."""
    if not (abs(evidence["correlation"]) > COPY_CORRELATION and evidence["spread_db"] < COPY_SPREAD_DB):
        return None
    if evidence["correlation"] < 0:
        return "flipped"
    if evidence["lag_s"] != 0:
        return "delayed"
    return "identical" if abs(evidence["gain_db"]) < SAME_GAIN_DB else "gain_copy"


def too_short(evidence: Mapping[str, float]) -> LayoutKind | None:
    """Too little sound to tell a silent party from one that has not spoken yet."""
    return "too_short" if evidence["duration_s"] < SHORT_S else None


def one_silent(evidence: Mapping[str, float]) -> LayoutKind | None:
    """One side never leads and holds no speech of its own."""
    for channel in (0, 1):
        if _silent(evidence, channel) or evidence[f"lead_s_{channel}"] < MIN_SPEECH_S:
            other_leads = evidence[f"lead_s_{1 - channel}"] > MIN_SPEECH_S
            if other_leads and evidence["duration_s"] >= SURE_SILENT_S:
                return "one_silent"
            if other_leads:
                return "too_short"
    return None


def mixed(evidence: Mapping[str, float]) -> LayoutKind | None:
    """Both sides hold both voices nearly alike: no level tells them apart, one channel goes to the diarizer."""
    if _silent(evidence, 0) or _silent(evidence, 1) or not abs(evidence["correlation"]) > MIXED_CORRELATION:
        return None
    led_s = evidence["lead_s_0"] + evidence["lead_s_1"]
    return "crosstalk" if led_s < LED_SHARE * evidence["speech_s"] else None


def separated(evidence: Mapping[str, float]) -> LayoutKind | None:
    """Each side leads for a while; how far it leads tells how strong the bleed is."""
    if min(evidence["lead_s_0"], evidence["lead_s_1"]) < MIN_SPEECH_S:
        return None
    # The mean of both leads: a gain between the channels adds to one what it takes from the other.
    heavy = (evidence["lead_db_0"] + evidence["lead_db_1"]) / 2 < HEAVY_BLEED_DB
    return "crosstalk" if heavy else "separated"


Rule = Callable[[Mapping[str, float]], LayoutKind | None]

RULES: tuple[tuple[str, Rule], ...] = (
    ("both_silent", both_silent),
    ("copies", copies),
    ("too_short", too_short),
    ("mixed", mixed),
    ("separated", separated),
    ("one_silent", one_silent),
)
