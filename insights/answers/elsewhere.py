"""Elsewhere: numbers that are marks, but not the one given: another time, another person, points taken off."""

from __future__ import annotations

from insights.answers.mentions import Mention, after_cue
from insights.answers.scene import Scene
from insights.answers.spoken import phrase_at


def nobody(scene: Scene, mention: Mention) -> bool:
    """Match what nobody gets: "пять никому не ставлю", "nobody gets five from me"."""
    return scene.has(scene.clause(mention), "nobody")


def past(scene: Scene, mention: Mention) -> bool:
    """Match a score of another time: "четыре было в прошлом году", "last time it was nine"."""
    clause = scene.clause(mention)
    sentence = [word for word in scene.words if word.sentence == scene.words[mention.at].sentence]
    return scene.has(clause, "past") or (scene.has(clause, "gave") and scene.has(sentence, "past"))


def someone_elses(scene: Scene, mention: Mention) -> bool:
    """Match what others would give or get: "my wife would say ten", "конкурентам шесть"."""
    words = scene.before(mention)
    own = max((at for at in range(len(words)) if scene.has(words[at : at + 1], "self")), default=-1)
    others = words[own + 1 :]
    return scene.has(others, "rival") or (
        scene.has(others, "someone") and scene.has(scene.clause(mention), "someone_says")
    )


def asked_about(scene: Scene, mention: Mention) -> bool:
    """Match a number whose meaning is asked: "пять это хорошо или плохо", "is five good"."""
    clause = scene.clause(mention)
    before = scene.before(mention)
    return scene.has(clause, "asks_about") or (len(before) == 1 and scene.has(before, "opens_asking"))


def conditional(scene: Scene, mention: Mention) -> bool:
    """Match a score under a condition that doesn't hold: "девять было бы, если бы не задержки".

    "It'd be an eight" with nothing else said is only polite.
    """
    if phrase_at(scene.words, mention.at + 1, scene.known.cue("conditional_fine")):
        return False
    if scene.has(scene.clause(mention), "conditional"):
        return True
    in_doubt = len(scene.mentions) > 1 or scene.has(scene.words, "proviso")
    return in_doubt and scene.has(scene.clause(mention), "conditional_polite")


def taken_off(scene: Scene, mention: Mention) -> bool:
    """Match points taken off: "два балла снимаю", "minus one for the delay"."""
    if after_cue(scene.words, mention.at, scene.language, "minus"):
        return True
    if phrase_at(scene.words, mention.at + 1, scene.known.cue("quarter")):
        return False
    clause = {at for at, word in enumerate(scene.words) if word.clause == scene.words[mention.at].clause}
    numbers = [other.at for other in scene.mentions if other.at in clause]
    return any(
        mention.at == min(numbers, key=lambda number: (abs(number - at), -number))
        for at in clause
        if phrase_at(scene.words, at, scene.known.cue("taken_off"))
    )
