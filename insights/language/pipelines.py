"""spaCy pipelines: Russian (slovnet behind spaCy's names) and English, loaded once."""

from __future__ import annotations

from functools import cache
from typing import Any

from insights.language.lemma import lemma
from insights.language.model_files import model_path
from insights.language.tokens import Language, plain


def pipeline(language: Language) -> Any:  # noqa: ANN401 - spaCy is imported lazily
    """Return the spaCy pipeline of a language: parts of speech, lemmas, heads, sentences.

    Russian is ``blank("ru")`` with slovnet's morphology and syntax; its labels are those of
    Universal Dependencies, the English ones ClearNLP's. Loaded at the first call, then shared.

    Raises
    ------
    transcribe.models.ModelError
        When a model's file is missing or altered.
    """
    return _russian() if language == "ru" else _english()


@cache
def _english() -> Any:  # noqa: ANN401
    import spacy

    return spacy.load(model_path("en-core-web-sm"))


@cache
def _russian() -> Any:  # noqa: ANN401
    import spacy

    _register()
    nlp = spacy.blank("ru")
    nlp.add_pipe("earful_slovnet")
    return nlp


@cache
def _register() -> None:
    from spacy.language import Language as SpacyLanguage

    @SpacyLanguage.factory("earful_slovnet")
    def build(nlp: Any, name: str) -> Slovnet:  # noqa: ANN401
        return Slovnet()


@cache
def slovnet_model(name: str) -> Any:  # noqa: ANN401 - slovnet ships no types
    """Return slovnet's ``morph``, ``syntax`` or ``ner`` model on the shared navec vectors."""
    import slovnet

    kind = {"morph": slovnet.Morph, "syntax": slovnet.Syntax, "ner": slovnet.NER}[name]
    return kind.load(str(model_path(f"slovnet-{name}"))).navec(_navec())


@cache
def _navec() -> Any:  # noqa: ANN401
    from navec import Navec

    return Navec.load(str(model_path("navec")))


class Slovnet:
    """spaCy component that fills part of speech, morphology, lemma, head and label by slovnet."""

    def __call__(self, doc: Any) -> Any:  # noqa: ANN401
        """Annotate one Doc in place and return it."""
        words = [token.text for token in doc]
        if not words:
            return doc
        morphology = next(slovnet_model("morph").map([words])).tokens
        syntax = next(slovnet_model("syntax").map([words])).tokens
        for token, form, link in zip(doc, morphology, syntax, strict=True):
            token.pos_ = form.pos
            token.set_morph("|".join(f"{key}={value}" for key, value in (form.feats or {}).items()))
            token.lemma_ = lemma(plain(token.text), "ru")
            head = int(link.head_id) - 1
            token.head = doc[head if head >= 0 else token.i]
            token.dep_ = link.rel
        return doc
