"""Exclusions: named rules, in order, that tell a number which is no score ("ждал десять минут")."""

from __future__ import annotations

from collections.abc import Callable

from insights.answers.counting import is_counted
from insights.answers.elsewhere import asked_about, conditional, nobody, past, someone_elses, taken_off
from insights.answers.mentions import Mention, after_cue, is_alone, is_big
from insights.answers.scene import Scene
from insights.answers.spoken import phrase_at, phrase_before

RUN_LENGTH = 3
# The ends of a range lie this close together; further apart they are a scale or two thoughts.
RANGE_WIDTH = 2
# How many words may stand between "чем" and the number compared with.
COMPARED_WORDS = 2
ARTICLES = ("a", "an")
# Scales that people name whatever the question's own.
USUAL_SCALES = ((0, 5), (1, 5), (0, 10), (1, 10))


Rule = Callable[[Scene, Mention], bool]


def compound(scene: Scene, mention: Mention) -> bool:
    """Match a part of a larger number: "сорок пять", "twenty-five", "пять тысяч"."""
    at = mention.at
    if is_big(scene.words, at, scene.language):
        return True
    joined = is_big(scene.words, at - 1, scene.language) and not scene.words[at].gap.strip(" -")
    return joined or (is_big(scene.words, at + 1, scene.language) and not scene.words[at + 1].gap.strip(" -"))


def outside_scale(scene: Scene, mention: Mention) -> bool:
    """Match a number the scale doesn't hold."""
    return not scene.scale[0] <= mention.value <= scene.scale[1]


def number_run(scene: Scene, mention: Mention) -> bool:
    """Match three and more different numbers in a row: a telephone or document number, not a score."""
    spots = {other.at: other.value for other in scene.mentions}
    first = last = mention.at
    while first - 1 in spots and scene.words[first].sentence == scene.words[first - 1].sentence:
        first -= 1
    while last + 1 in spots and scene.words[last + 1].sentence == scene.words[last].sentence:
        last += 1
    values = [spots[at] for at in range(first, last + 1)]
    return len(values) >= RUN_LENGTH and len(set(values)) > 1


def scale_wording(scene: Scene, mention: Mention) -> bool:
    """Match the scale itself, said again: "от нуля до десяти?", "from one to five"."""
    scales = (*USUAL_SCALES, scene.scale)
    for start in range(len(scene.words)):
        ends = [scene.near(start), scene.near(start + 2)]
        joined = phrase_at(scene.words, start + 1, scene.known.cue("scale_to")) == 1
        if joined and ends[0] and ends[1] and (ends[0].value, ends[1].value) in scales and mention in ends:
            return True
    return False


def top_of_scale(scene: Scene, mention: Mention) -> bool:
    """Match what a number stands for: "пять это максимум?", "ten is the best, right?"."""
    words, at = scene.words, mention.at
    tops = scene.known.cue("top_of_scale")
    follows = at + 1 < len(words) and phrase_at(words, at + 1, tops) > 0
    is_verdict = not words[at].asked and len(scene.mentions) == 1
    return follows and not is_verdict and words[at + 1].sentence == words[at].sentence


def denominator(scene: Scene, mention: Mention) -> bool:
    """Match the top of the scale after "из", "out of" or a slash."""
    if "/" in scene.words[mention.at].gap:
        return True
    return phrase_before(scene.words, mention.at, scene.known.cue("out_of")) > 0


def part_of(scene: Scene, mention: Mention) -> bool:
    """Match some of several: "один из нас", "five of us", but not "восемь из десяти"."""
    words, after = scene.words, mention.at + 1
    if phrase_at(words, after, scene.known.cue("not_out_of")):
        return False
    if _after_whole(scene, mention):
        return True
    length = phrase_at(words, after, (*scene.known.cue("out_of"), *scene.known.cue("of")))
    if not length or words[after].clause != words[mention.at].clause or after + length >= len(words):
        return False
    follower = after + length
    if scene.near(follower) is not None:
        return is_counted(words, follower, scene.language)
    return not is_big(words, follower, scene.language) and words[follower].text != "course"


def _after_whole(scene: Scene, mention: Mention) -> bool:
    """Return whether the whole was named before: "из пяти заказов два привезли с браком"."""
    sentence = scene.words[mention.at].sentence
    return any(
        other.at < mention.at
        and scene.words[other.at].sentence == sentence
        and denominator(scene, other)
        and is_counted(scene.words, other.at, scene.language)
        for other in scene.mentions
    )


def counted(scene: Scene, mention: Mention) -> bool:
    """Match a number of things: minutes, times, years, managers."""
    return is_counted(scene.words, mention.at, scene.language) or _counted_with_next(scene, mention)


def _counted_with_next(scene: Scene, mention: Mention) -> bool:
    """Match the first half of "два-три раза" counts the same things as the second."""
    following = scene.near(mention.at + 1) or scene.near(mention.at + 2)
    if following is None or scene.words[following.at].clause != scene.words[mention.at].clause:
        return False
    return is_counted(scene.words, following.at, scene.language)


def still_counted(scene: Scene, mention: Mention) -> bool:
    """Match a second thought about a count: "года четыре, наверное. Может, пять"."""
    before = [other for other in scene.mentions if other.at < mention.at]
    if not before or not is_counted(scene.words, before[-1].at, scene.language):
        return False
    between = scene.words[before[-1].at + 1 : mention.at]
    linked = scene.has(between, "or_link") or scene.has(scene.clause(mention)[:1], "or_link")
    return linked and not any(scene.has(scene.clause(mention), cue) for cue in ("give", "unit"))


def lone_one(scene: Scene, mention: Mention) -> bool:
    """Match a "один" or "one" that has company: a score only alone in its clause, or with a unit."""
    if mention.value != 1 or mention.form != "exact":
        return False
    after = mention.at + 1
    if phrase_at(scene.words, after, scene.known.cue("unit")) or "-" in scene.words[mention.at].gap:
        return False
    if scene.near(after + phrase_at(scene.words, after, scene.known.cue("out_of"))) is not None:
        return False
    if scene.language == "en" and mention.at and scene.words[mention.at - 1].text in NOT_A_SCORE_BEFORE_ONE:
        return True
    if _named_as_a_thing(scene, mention):
        return False
    return not is_alone(scene.words, mention, scene.language) and not _opens_answer(scene, mention)


def _named_as_a_thing(scene: Scene, mention: Mention) -> bool:
    """Return whether a clause ends in "a one": the article makes the number a mark, whatever goes before."""
    *before, last = scene.clause(mention)
    return last is scene.words[mention.at] and bool(before) and before[-1].text == "a"


NOT_A_SCORE_BEFORE_ONE = frozenset(
    ("the", "no", "this", "that", "last", "next", "any", "every", "which", "first", "other", "each")
)


def _opens_answer(scene: Scene, mention: Mention) -> bool:
    """Return whether the number opens the answer and a pause or comma follows it."""
    after = mention.at + 1
    return mention.at == 0 and (after >= len(scene.words) or scene.words[after].gap.strip() != "")


def bound(scene: Scene, mention: Mention) -> bool:
    """Match a limit, not a score: "не меньше восьми", "at least seven"."""
    at = mention.at - (mention.at > 0 and scene.words[mention.at - 1].text in ARTICLES)
    return after_cue(scene.words, at, scene.language, "bound")


def preposition(scene: Scene, mention: Mention) -> bool:
    """Match a time, a place in a row, a distance: "в десять", "до пяти", "at ten"."""
    words, at = scene.words, mention.at
    if _in_range(scene, mention) or phrase_before(words, at, scene.known.cue("near")):
        return False
    if not after_cue(words, at, scene.language, "time_preposition"):
        return False
    rated = words[at - 1].text in ("в", "к") and (
        scene.has(scene.clause(mention), "give") or phrase_at(words, at + 1, scene.known.cue("unit")) > 0
    )
    return not rated


def bare_oblique(scene: Scene, mention: Mention) -> bool:
    """Match a case that no score stands in: "двух", "пяти", unless a range or "около" asks for it."""
    if mention.form != "oblique" or _in_range(scene, mention):
        return False
    return phrase_before(scene.words, mention.at, scene.known.cue("near")) == 0


def _in_range(scene: Scene, mention: Mention) -> bool:
    """Return whether the mention is an end of "между шестью и семью" or "от семи до восьми"."""
    words = scene.words
    for start in range(len(words)):
        opens = phrase_at(words, start, (*scene.known.cue("between"), *scene.known.cue("scale_from")))
        first, second = scene.near(start + 1), scene.near(start + 3)
        if opens == 1 and first and second and mention in (first, second) and _close(first, second):
            return True
    return False


def _close(first: Mention, second: Mention) -> bool:
    """Return whether two numbers may be the ends of one range."""
    return abs(first.value - second.value) <= RANGE_WIDTH


def negated(scene: Scene, mention: Mention) -> bool:
    """Match denied: "не десять, а девять", "not quite a five", "десять не поставлю"."""
    words, at = scene.words, mention.at
    before = at - 1
    while before > 0 and phrase_at(words[before : before + 1], 0, scene.known.cue("not_link")):
        before -= 1
    if before >= 0 and before < at and phrase_at(words[before : before + 1], 0, scene.known.cue("not")):
        return words[before].sentence == words[at].sentence
    tail = [word for word in words[at + 1 : at + 4] if word.clause == words[at].clause]
    return scene.has(tail, "not_after")


def compared(scene: Scene, mention: Mention) -> bool:
    """Match the other side of a comparison: "скорее девять, чем десять", "nine rather than ten"."""
    start = max(0, mention.at - 4)
    for at in range(start, mention.at):
        length = phrase_at(scene.words, at, scene.known.cue("than"))
        between = scene.words[at + length : mention.at]
        is_close = (
            length and all(scene.near(k) is None for k in range(at, mention.at)) and len(between) <= COMPARED_WORDS
        )
        if is_close and scene.words[at].sentence == scene.words[mention.at].sentence:
            return True
    return False


def numbered(scene: Scene, mention: Mention) -> bool:
    """Match the number of a room, a house, a contract: "кабинет десять", "room ten"."""
    return after_cue(scene.words, mention.at, scene.language, "numbered")


EXCLUSIONS: tuple[Rule, ...] = (
    compound,
    outside_scale,
    number_run,
    scale_wording,
    top_of_scale,
    denominator,
    part_of,
    counted,
    still_counted,
    lone_one,
    bound,
    preposition,
    bare_oblique,
    negated,
    nobody,
    compared,
    past,
    numbered,
    conditional,
    taken_off,
    someone_elses,
    asked_about,
)


def excluded_by(scene: Scene, mention: Mention) -> str | None:
    """Return the name of the first rule that excludes the mention; None where it may be the score."""
    for rule in EXCLUSIONS:
        if rule(scene, mention):
            return rule.__name__
    return None
