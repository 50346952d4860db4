"""Which calls go first: named rules, each deciding only where those before it leave a tie."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from insights.meeting.days import days_before
from insights.night.jobs import Job
from insights.store.night_queries import InterviewFacts

DETRACTOR_MAX = 6


@dataclass(frozen=True, slots=True)
class Waiting:
    """A call that waits for its turn: its job, its interview where a row names it, and the first day of the draw."""

    job: Job
    interview: InterviewFacts | None
    draw_from: str


def in_the_next_draw(call: Waiting) -> bool:
    """Put up calls of the next morning's frame: only what is done by then can be drawn."""
    return call.interview is not None and (call.interview.started_at or "") >= call.draw_from


def recorded_detractor(call: Waiting) -> bool:
    """Put up customers whose recorded score is low: somebody is to call them back."""
    return call.interview is not None and call.interview.nps is not None and call.interview.nps <= DETRACTOR_MAX


def newest_interview(call: Waiting) -> str:
    """Put up what was said last; calls without a row come after those with one."""
    return (call.interview.started_at or "") if call.interview else ""


def newest_file(call: Waiting) -> int:
    """Put up what was written last, where no row tells more."""
    return call.job.facts.modified_ns or 0


Rule = Callable[[Waiting], bool | str | int]
RULES: tuple[Rule, ...] = (in_the_next_draw, recorded_detractor, newest_interview, newest_file)


def in_order(jobs: Sequence[Job], interviews: Mapping[str, InterviewFacts], *, today: date) -> list[Job]:
    """Return the jobs in the order of their urgency; of equal ones the first path first.

    Parameters
    ----------
    interviews:
        By interview id.
    today:
        Decides the next meeting: its calls are those since the working day before.
    """
    draw_from = days_before(today)[0].isoformat()

    def urgency(job: Job) -> tuple[bool | str | int, ...]:
        call = Waiting(job, interviews.get(job.facts.interview_id or ""), draw_from)
        return tuple(rule(call) for rule in RULES)

    return sorted(sorted(jobs, key=lambda job: job.facts.path), key=urgency, reverse=True)
