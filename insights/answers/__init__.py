"""Which question was asked where, and which number was spoken in reply.

The data's way: ``questions`` (where each one was put) -> ``linking`` (which turns reply) -> ``reading`` (the number
the words give, by ``mentions`` and ``exclusions``) -> ``read_back`` and ``witness`` (what the clerk and the sound add)
-> ``finding`` (the answers).
"""

from insights.answers.answer import Answer, Asked
from insights.answers.finding import find_answers
from insights.answers.questions import find_questions
from insights.answers.reading import Reading, read_number
from insights.answers.witness import Witness, WitnessRequest

__all__ = ["Answer", "Asked", "Reading", "Witness", "WitnessRequest", "find_answers", "find_questions", "read_number"]
