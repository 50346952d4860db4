"""Reading: which number an answer's words give, by named rules in order, or why none."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from insights.answers.exclusions import RANGE_WIDTH, excluded_by
from insights.answers.mentions import Mention, is_alone, mentions
from insights.answers.scene import Scene
from insights.answers.spoken import any_phrase, phrase_at, spoken

# How far the words of a rule can be trusted before any second witness is heard.
RELIABILITY = {
    "single": 0.97,
    "restated": 0.985,
    "self_correction": 0.95,
    "range_settled": 0.95,
    "tentative": 0.88,
    "garbled": 0.75,
}


@dataclass(frozen=True, slots=True)
class Reading:
    """The number that an answer's words give.

    Attributes
    ----------
    value:
        The number that stands; None where none was said or the words disagree.
    rule:
        Name of the rule that decided ("single", "self_correction", "range", "conflict", "refusal", "no_number").
    reliability:
        Trust in ``value`` before other witnesses, in [0, 1]; 0.0 without a value.
    start_char, end_char:
        Where the number that stands is said; both 0 without one.
    first_value, first_char:
        The number first said where it was revised, else None; where the first number kept is said.
    low, high:
        The range where one was given, else None.
    candidates:
        Every number not excluded, in order.
    excluded:
        (number, rule) of every number left out.
    word_n:
        Words in the text.
    """

    value: float | None
    rule: str
    reliability: float = 0.0
    start_char: int = 0
    end_char: int = 0
    first_value: float | None = None
    first_char: int | None = None
    low: float | None = None
    high: float | None = None
    candidates: tuple[float, ...] = ()
    excluded: tuple[tuple[float, str], ...] = ()
    word_n: int = 0


@dataclass(frozen=True, slots=True)
class Group:
    """One number, or two that make a range, said in one breath."""

    mentions: tuple[Mention, ...]

    @property
    def low(self) -> float:
        """Return the lower number."""
        return min(mention.value for mention in self.mentions)

    @property
    def high(self) -> float:
        """Return the higher number."""
        return max(mention.value for mention in self.mentions)

    @property
    def is_range(self) -> bool:
        """Whether two different numbers were said."""
        return self.low < self.high


def read_number(text: str, language: str, scale: tuple[int, int], *, pauses: Collection[int] = ()) -> Reading:
    """Return the number that an answer to a question with this scale gives.

    Parameters
    ----------
    pauses:
        Offsets of the words that silence goes before; a word that only sounds like a number counts more there.

    >>> read_number("Четыре. Ой, нет, давайте три.", "ru", (1, 5)).value
    3.0
    >>> read_number("I waited ten minutes, so six", "en", (0, 10)).value
    6.0
    """
    words = spoken(text, pauses)
    scene = Scene(words, mentions(words, language), language, scale)
    verdicts = [(mention, excluded_by(scene, mention)) for mention in scene.mentions]
    excluded = tuple((mention.value, rule) for mention, rule in verdicts if rule)
    kept = without_wanted(scene, without_echoes(tuple(mention for mention, rule in verdicts if not rule)))
    groups = grouped(scene, kept)
    for rule in RULES:
        reading = rule(scene, groups)
        if reading is not None:
            return _completed(reading, scene, groups, excluded)
    raise RuntimeError(f"no rule decided over {len(groups)} numbers; the last rule must always decide")


def without_echoes(kept: tuple[Mention, ...]) -> tuple[Mention, ...]:
    """Drop words that only sound like numbers where a real number was said as well."""
    real = tuple(mention for mention in kept if mention.form not in ("homophone", "misheard", "garbled"))
    return real or kept


def without_wanted(scene: Scene, kept: tuple[Mention, ...]) -> tuple[Mention, ...]:
    """Drop numbers that were only meant or thought of, where another number or a "but" follows."""
    meant = [mention for mention in kept if _is_wanted(scene, mention)]
    if len(meant) == len(kept) and meant and scene.has(scene.words[meant[-1].at :], "proviso"):
        return ()
    last = max((mention.at for mention in kept if mention not in meant), default=-1)
    return tuple(mention for mention in kept if mention not in meant or mention.at > last)


def _is_wanted(scene: Scene, mention: Mention) -> bool:
    """Return whether the clause says that the number was only thought of."""
    return scene.has(scene.before(mention), "wanted")


def grouped(scene: Scene, kept: tuple[Mention, ...]) -> tuple[Group, ...]:
    """Return the numbers with the two ends of a range put together."""
    groups: list[Group] = []
    for mention in kept:
        last = groups[-1] if groups else None
        if last and len(last.mentions) == 1 and _make_range(scene, last.mentions[0], mention):
            groups[-1] = Group((last.mentions[0], mention))
        else:
            groups.append(Group((mention,)))
    return tuple(groups)


def _make_range(scene: Scene, first: Mention, second: Mention) -> bool:
    """Return whether two numbers are one range: "восемь-девять", "семь или восемь"."""
    words = scene.words
    if first.value == second.value or abs(first.value - second.value) > RANGE_WIDTH:
        return False
    between = words[first.at + 1 : second.at]
    links = scene.known.cue("range_link")
    if words[first.at].sentence != words[second.at].sentence:
        return False
    return all(phrase_at((word,), 0, links) for word in between)


Decision = Callable[[Scene, tuple[Group, ...]], Reading | None]


def refusal(scene: Scene, groups: tuple[Group, ...]) -> Reading | None:
    """Decide on no number, and the words say so: "затрудняюсь сказать"."""
    if groups or not any_phrase(scene.words, scene.known.cue("refusal")):
        return None
    return Reading(None, "refusal")


def no_number(_scene: Scene, groups: tuple[Group, ...]) -> Reading | None:
    """Decide on no number among the words."""
    return None if groups else Reading(None, "no_number")


def between_numbers(scene: Scene, groups: tuple[Group, ...]) -> Reading | None:
    """Decide on half a point: "восемь с половиной", "7.5"."""
    last = groups[-1].mentions[-1]
    halves = phrase_at(scene.words, last.at + 1, scene.known.cue("half")) > 0
    if not halves and last.value == int(last.value):
        return None
    low = float(int(last.value))
    return Reading(None, "half", low=low, high=low + 1)


def homophone(_scene: Scene, groups: tuple[Group, ...]) -> Reading | None:
    """Decide on only a word that sounds like a number ("for"): no score unless another witness hears it."""
    heard = [mention for group in groups for mention in group.mentions]
    return Reading(None, "homophone") if all(mention.form == "homophone" for mention in heard) else None


def single(scene: Scene, groups: tuple[Group, ...]) -> Reading | None:
    """Decide on one number, said once or again."""
    if len({(group.low, group.high) for group in groups}) > 1 or groups[0].is_range:
        return None
    mention = groups[-1].mentions[-1]
    rule = "restated" if len(groups) > 1 else _kind_of(scene, mention)
    return Reading(mention.value, rule, RELIABILITY[rule])


def _kind_of(scene: Scene, mention: Mention) -> str:
    """Return how a lone number was said: plainly, as a question, garbled."""
    if mention.form in ("garbled", "misheard"):
        return "garbled"
    if scene.words[mention.at].asked and not is_alone(scene.words, mention, scene.language):
        return "tentative"
    return "single"


def range_only(scene: Scene, groups: tuple[Group, ...]) -> Reading | None:
    """Decide on a range and nothing after it that settles it; words of repair after it are told."""
    last = groups[-1]
    if not last.is_range:
        return None
    reopened = any_phrase(scene.words[last.mentions[-1].at + 1 :], scene.known.cue("repair"))
    return Reading(None, "range_reopened" if reopened else "range", low=last.low, high=last.high)


def _said_before(groups: tuple[Group, ...]) -> Group:
    """Return the last group that says something else than the very last one."""
    return next(group for group in reversed(groups) if (group.low, group.high) != (groups[-1].low, groups[-1].high))


def range_settled(_scene: Scene, groups: tuple[Group, ...]) -> Reading | None:
    """Decide on a range, then one of its numbers: "семь-восемь, ну пусть восемь"."""
    before, last = _said_before(groups), groups[-1]
    if not before.is_range or not before.low <= last.low <= before.high:
        return None
    return Reading(last.low, "range_settled", RELIABILITY["range_settled"], low=before.low, high=before.high)


def self_correction(scene: Scene, groups: tuple[Group, ...]) -> Reading | None:
    """Decide on the last number after a word of repair: "четыре. Ой, нет, давайте три"."""
    last = groups[-1].mentions[-1]
    previous = _said_before(groups).mentions[-1]
    between = scene.words[previous.at + 1 : last.at]
    if not any_phrase(between, scene.known.cue("repair")):
        return None
    if not any_phrase(between, scene.known.cue("takes_back")) and not _says_nothing_else(scene, last):
        return None
    return Reading(last.value, "self_correction", RELIABILITY["self_correction"])


def _says_nothing_else(scene: Scene, mention: Mention) -> bool:
    """Return whether the clause holds no more than the number: "но девять", not "но за доставку три"."""
    plain = sorted(
        (p for cue in ("hedge", "unit", "give", "repair") for p in scene.known.cue(cue)), key=len, reverse=True
    )
    clause, at = scene.clause(mention), 0
    while at < len(clause):
        length = 1 if clause[at] is scene.words[mention.at] else phrase_at(clause, at, plain)
        if not length:
            return False
        at += length
    return True


def conflict(_scene: Scene, groups: tuple[Group, ...]) -> Reading | None:
    """Decide on different numbers and no word that tells which one stands."""
    values = [group.low for group in groups] + [group.high for group in groups]
    return Reading(None, "conflict", low=min(values), high=max(values))


RULES: tuple[Decision, ...] = (
    refusal,
    no_number,
    homophone,
    between_numbers,
    single,
    range_only,
    range_settled,
    self_correction,
    conflict,
)


def _completed(
    reading: Reading, scene: Scene, groups: tuple[Group, ...], excluded: tuple[tuple[float, str], ...]
) -> Reading:
    """Return the reading with places, the first value and everything that was heard."""
    first = groups[0].mentions[0] if groups else None
    last = scene.words[groups[-1].mentions[-1].at] if groups else None
    revised = first is not None and len(groups) > 1 and not groups[0].is_range and first.value != reading.value
    return Reading(
        reading.value,
        reading.rule,
        reading.reliability,
        last.start_char if last and reading.value is not None else 0,
        last.end_char if last and reading.value is not None else 0,
        first.value if first and revised and reading.value is not None else None,
        scene.words[first.at].start_char if first else None,
        reading.low,
        reading.high,
        tuple(mention.value for group in groups for mention in group.mentions),
        excluded,
        len(scene.words),
    )
