"""spaCy components: clauses, cues and reasons on a Doc, for notebooks and for spaCy users."""

from __future__ import annotations

from functools import cache
from typing import Any

from insights.language.tokens import Language
from insights.reasons.clauses import clauses
from insights.reasons.coder import ReasonCoder
from insights.reasons.cues import cue
from insights.reasons.reading import read
from insights.reasons.statement import Statement
from insights.survey.codebook import Codebook

CUES = ("wish", "no_complaint", "competitor", "reporting", "endorsed", "promised")


def reason_pipeline(coder: ReasonCoder, language: Language) -> Any:  # noqa: ANN401 - spaCy is imported lazily
    """Return a spaCy pipeline that fills ``doc.spans["clauses"]`` and ``doc.spans["reasons"]``.

    Each clause span has ``span._.cues`` (names of the cues in it) and ``span._.link``; each reason
    span its code as label, and ``span._.polarity``, ``span._.evidence``, ``span._.confidence``. A
    Doc's statement (question, score) can be given as ``doc._.statement``; without one its text counts
    as an answer to an open question.
    """
    import spacy

    _register()
    nlp = spacy.blank(language)
    nlp.add_pipe("earful_clauses", config={"language": language})
    nlp.add_pipe("earful_cues", config={"language": language})
    nlp.add_pipe("earful_reasons", config={"language": language})
    finder: Any = nlp.get_pipe("earful_reasons")
    finder.coder = coder
    return nlp


@cache
def _register() -> None:
    from spacy.language import Language as SpacyLanguage
    from spacy.tokens import Doc, Span

    for name, default in (("cues", ()), ("link", ""), ("polarity", 0), ("evidence", ""), ("confidence", 0.0)):
        Span.set_extension(name, default=default, force=True)
    Doc.set_extension("statement", default=None, force=True)

    for factory, component in (
        ("earful_clauses", ClauseSplitter),
        ("earful_cues", CueFinder),
        ("earful_reasons", ReasonFinder),
    ):

        def build(nlp: Any, name: str, language: Language, component: type = component) -> object:  # noqa: ANN401
            return component(language)

        SpacyLanguage.factory(factory, func=build)


class ClauseSplitter:
    """Fills ``doc.spans["clauses"]``."""

    def __init__(self, language: Language) -> None:
        self.language = language

    def __call__(self, doc: Any) -> Any:  # noqa: ANN401
        """Annotate one Doc in place and return it."""
        spans = []
        for clause in clauses(read(doc.text, self.language), doc.text, self.language):
            span = doc.char_span(clause.start_char, clause.end_char, label="clause", alignment_mode="expand")
            span._.link = clause.link
            spans.append(span)
        doc.spans["clauses"] = spans
        return doc


class CueFinder:
    """Names the cues of every clause in ``span._.cues``."""

    def __init__(self, language: Language) -> None:
        self.language = language

    def __call__(self, doc: Any) -> Any:  # noqa: ANN401
        """Annotate one Doc in place and return it."""
        for span in doc.spans["clauses"]:
            seen = read(span.text, self.language)
            span._.cues = tuple(name for name in CUES if cue(self.language, name).find(seen))
        return doc


class ReasonFinder:
    """Fills ``doc.spans["reasons"]`` by a ``ReasonCoder``; an empty codebook until one is set."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self.coder = ReasonCoder(Codebook("empty", 0, ()))

    def __call__(self, doc: Any) -> Any:  # noqa: ANN401
        """Annotate one Doc in place and return it."""
        statement = doc._.statement or Statement("", self.language, doc.text)
        spans = []
        for reason in self.coder.code([statement])[0]:
            end_char = reason.start_char + len(reason.quote)
            span = doc.char_span(reason.start_char, end_char, label=reason.code_id, alignment_mode="expand")
            span._.polarity, span._.evidence = reason.polarity, reason.evidence
            span._.confidence = reason.confidence
            spans.append(span)
        doc.spans["reasons"] = spans
        return doc
