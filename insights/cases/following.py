"""Following a case up: its dossier, the first contact, what the customer was told, how it ended."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Literal, get_args

from insights.cases.opening import stamp
from insights.store import Store
from insights.store.case_queries import case_answers, case_quotes, change_case, client_history, is_code, one_case

CaseOutcome = Literal["recovered", "explained", "mistaken_identity", "not_recovered", "no_contact"]
OUTCOMES: tuple[CaseOutcome, ...] = get_args(CaseOutcome)


class CaseError(ValueError):
    """A case that cannot be followed up; the message says why and what to do."""


def dossier(store: Store, case_id: int, *, now: datetime | None = None) -> dict[str, Any]:
    """Return all that is known for a first call back: case, answers, quotes with clips, the client's history.

    Raises
    ------
    CaseError
        No such case.
    """
    case = _case(store, case_id, now)
    interview_id = case["interview_id"]
    return {
        "case": case,
        "answers": case_answers(store, interview_id),
        "quotes": case_quotes(store, interview_id),
        "history": client_history(store, interview_id),
    }


def contact_case(
    store: Store, case_id: int, *, told: str | None = None, owner: str | None = None, now: datetime | None = None
) -> None:
    """Note the first contact with the customer; a later call changes what was told, never the first moment."""
    case = _case(store, case_id, now)
    values: dict[str, object] = {"first_contact_at": case["first_contact_at"] or stamp(now or datetime.now(UTC))}
    if told:
        values["told"] = told
    if owner:
        values["owner"] = owner
    change_case(store, case_id, values)


def close_case(
    store: Store,
    case_id: int,
    *,
    outcome: CaseOutcome,
    told: str | None = None,
    root_cause: str | None = None,
    closed_by: str | None = None,
    now: datetime | None = None,
) -> None:
    """Close a case with its outcome, what the customer was told, and the code of its root cause.

    Closing with any outcome but ``no_contact`` implies a contact; where none was noted, it is noted now.

    Raises
    ------
    CaseError
        No such case, closed already, or a root cause that the codebook doesn't hold.
    """
    case = _case(store, case_id, now)
    if case["closed_at"]:
        raise CaseError(f"case {case_id} was closed {case['closed_at']} as {case['outcome']}; nothing was changed")
    if root_cause and not is_code(store, root_cause):
        raise CaseError(f"root cause {root_cause!r} is no code of the codebook; see codebook.toml for the ids")
    at = stamp(now or datetime.now(UTC))
    contacted = case["first_contact_at"] or (None if outcome == "no_contact" else at)
    change_case(
        store,
        case_id,
        {
            "outcome": outcome,
            "told": told or case["told"],
            "root_cause_code": root_cause or case["root_cause_code"],
            "first_contact_at": contacted,
            "closed_at": at,
            "closed_by": closed_by,
        },
    )


def _case(store: Store, case_id: int, now: datetime | None) -> dict[str, Any]:
    """Return one case or raise."""
    case = one_case(store, case_id, now=stamp(now or datetime.now(UTC)))
    if case is None:
        raise CaseError(f"no case {case_id}; `earful cases` lists them")
    return case
