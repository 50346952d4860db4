"""Planning a night: which files are new, still being written, unusable, known under another name, or to be redone."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from audio.decode import header_promises_more, sha256_of
from audio.failures import AudioError
from insights.night.frame import StudyFrame, declared_language
from insights.night.jobs import Job, Stored
from insights.night.keys import StudyKeys, stages_to_do
from insights.night.order import in_order
from insights.night.scan import Entry, changing
from insights.privacy import may_process
from insights.store import (
    Failure,
    Match,
    RecordingFacts,
    Store,
    done_stages,
    load_answers,
    load_deliveries,
    load_dialogue,
    load_lemmas,
    load_pauses,
    load_reasons,
    load_speech,
    recording_id,
)
from insights.store.night_queries import (
    InterviewFacts,
    interview_facts,
    known_files,
    recording_row,
    runs_of_recording,
)

SETTLE_S = 2.0
ERASED = "erased"  # a person's recording that was kept on purpose; nobody listens to it again
STILL_WRITTEN = "still being written ({what}); it is taken up by the next run once it is whole"
SHUT = "a folder that may not be entered; give the user who runs earful permission, or nobody knows what is in it"
REFUSED = "the respondent refused to be recorded (consent = refused); it is not listened to, only its numbers count"


@dataclass(slots=True)
class Plan:
    """What a night has to do.

    ``jobs`` in the order of their urgency; ``failures`` need no worker; ``aliases`` maps a further name of known
    bytes to its facts, ``moved`` a hash to its file's new place; ``unchanged_n`` files need nothing; ``gone`` are the
    names of files that never could be used and are no longer there.
    """

    jobs: list[Job] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    aliases: dict[str, RecordingFacts] = field(default_factory=dict)
    moved: dict[str, RecordingFacts] = field(default_factory=dict)
    unchanged_n: int = 0
    gone: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Known:
    """What the store knows when the plan is made; ``names`` maps a hash to the paths it was heard or failed under."""

    store: Store
    files: Mapping[str, Mapping[str, object]]
    names: Mapping[str, set[str]]
    interviews: Mapping[str, InterviewFacts]
    matches: Mapping[str, Match]


def plan_night(
    store: Store,
    entries: Sequence[Entry],
    *,
    frame: StudyFrame,
    keys: StudyKeys,
    matches: Mapping[str, Match],
    sleep: Callable[[float], None],
    retry: bool = False,
) -> Plan:
    """Return what is to be done with the entries under ``calls/``.

    Parameters
    ----------
    sleep:
        Waits the given seconds between the two looks at new files.
    retry:
        Try failed and quarantined files again although nothing about them has changed.
    """
    files = known_files(store)
    known = Known(store, files, names_by_hash(files), interview_facts(store), matches)
    plan = Plan(gone=gone(entries, known))
    fresh = {entry.path: entry for entry in entries if not settled(entry, known, retry=retry)}
    if any(entry.is_file for entry in fresh.values()):
        sleep(SETTLE_S)
    moving = changing(fresh.values())
    seen: set[str] = set()
    for entry in entries:
        if entry.path not in fresh:
            plan_redo(entry, known, plan, frame=frame, keys=keys)
        elif entry.path in moving:
            plan.failures.append(waiting(entry, "its size changes"))
        else:
            plan_fresh(entry, known, plan, keys=keys, seen=seen)
    plan.jobs = in_order(plan.jobs, known.interviews, today=datetime.now().astimezone().date())
    return plan


def names_by_hash(files: Mapping[str, Mapping[str, object]]) -> dict[str, set[str]]:
    """Return the paths of each hash, so that a new file is not compared with every known one."""
    names: dict[str, set[str]] = {}
    for row in files.values():
        names.setdefault(str(row["sha256"]), set()).add(str(row["path"]))
    return names


def gone(entries: Sequence[Entry], known: Known) -> list[str]:
    """Return the paths that failed or waited and are no longer there; what was heard stays, its file there or not."""
    there = {entry.path for entry in entries}
    return [
        path
        for path, row in known.files.items()
        if path not in there and row["status"] != "done" and row["error_kind"] != ERASED
    ]


def settled(entry: Entry, known: Known, *, retry: bool) -> bool:
    """Return whether the store holds this very file and need not look at it again."""
    row = known.files.get(entry.path)
    if row is None or row["status"] == "waiting" or (row["size_bytes"], row["modified_ns"]) != stamp(entry):
        return False
    return row["status"] == "done" or row["error_kind"] == ERASED or not retry


def stamp(entry: Entry) -> tuple[int, int]:
    """Return size and time of the entry itself, links not followed."""
    try:
        status = entry.file.lstat()
    except OSError:
        return (-1, -1)
    return (status.st_size, status.st_mtime_ns)


def plan_fresh(entry: Entry, known: Known, plan: Plan, *, keys: StudyKeys, seen: set[str]) -> None:
    """Plan a file that the store does not know as it is now."""
    facts = facts_of(entry, known)
    interview = known.interviews.get(facts.interview_id or "")
    if interview is not None and not may_process(interview.consent):
        plan.failures.append(Failure(facts, "waiting", "consent_refused", REFUSED))
        return
    if entry.is_shut:
        plan.failures.append(Failure(facts, "failed", "forbidden", SHUT))
        return
    try:
        if entry.is_file and header_promises_more(entry.file):
            plan.failures.append(waiting(entry, "its header promises more than is there"))
            return
        sha256 = sha256_of(entry.file)
    except AudioError as error:
        message = str(error).removeprefix(f"{entry.file}: ").replace(str(entry.file), entry.path)
        plan.failures.append(Failure(facts, "failed", error.kind, message))
        return
    if sha256 in seen or elsewhere(entry, sha256, known):
        plan.aliases[entry.path] = replace(facts, sha256=sha256)
        return
    seen.add(sha256)
    if done_stages(known.store, sha256):
        plan.moved[sha256] = facts
    language = interview.language if interview else None
    if not plan_stages(entry, facts, sha256, known, plan, keys=keys, language=language):
        plan.unchanged_n += 1  # copied or renamed, the bytes are the same


def elsewhere(entry: Entry, sha256: str, known: Known) -> bool:
    """Return whether the same bytes are stored under another name that is still there."""
    root = entry.file.parents[entry.path.count("/")]
    return any(path != entry.path and (root / path).exists() for path in known.names.get(sha256, ()))


def plan_redo(entry: Entry, known: Known, plan: Plan, *, frame: StudyFrame, keys: StudyKeys) -> None:
    """Plan the stages that a changed survey, codebook, setting or model touches; most nights none."""
    row = known.files[entry.path]
    if row["status"] != "done" or row["path"] != entry.path:
        plan.unchanged_n += 1
        return
    facts = facts_of(entry, known)
    interview = known.interviews.get(str(row["interview_id"]))
    language = interview.language if interview else None
    if not plan_stages(entry, facts, str(row["sha256"]), known, plan, keys=keys, language=language):
        plan.unchanged_n += 1


def plan_stages(
    entry: Entry,
    facts: RecordingFacts,
    sha256: str,
    known: Known,
    plan: Plan,
    *,
    keys: StudyKeys,
    language: str | None,
) -> bool:
    """Add the job that brings this recording up to date; return whether there was anything to do."""
    wanted = keys.of_call(sha256, language=language)
    todo = stages_to_do(wanted, done_stages(known.store, sha256))
    if not todo:
        return False
    plan.jobs.append(
        Job(
            facts=replace(facts, sha256=sha256),
            file=str(entry.file),
            keys=wanted,
            todo=todo,
            language=declared_language(language),
        )
    )
    return True


def with_stored(store: Store, job: Job) -> Job:
    """Return a job with what an earlier night found, where its words need not be heard again.

    Asked for when the job's turn comes: what a whole study holds would not fit into memory.
    """
    if "recognition" in job.todo:
        return job
    found = recording_id(job.facts)
    stored = stored_result(store, found)
    return job if stored is None else replace(job, stored=stored, facts=stored_facts(store, found, job.facts))


def stored_result(store: Store, found: str) -> Stored | None:
    """Return what an earlier night found, or None where its speech map is not kept."""
    speech = load_speech(store, found)
    if speech is None:
        return None
    return Stored(
        heard=load_dialogue(store, found, as_heard=True),
        dialogue=load_dialogue(store, found),
        lemmas=load_lemmas(store, found),
        speech=speech,
        answers=load_answers(store, found),
        deliveries=load_deliveries(store, found),
        pauses=load_pauses(store, found),
        reasons=load_reasons(store, found),
        runs=runs_of_recording(store, found),
    )


def facts_of(entry: Entry, known: Known) -> RecordingFacts:
    """Return what is known of an entry without opening it."""
    size_bytes, modified_ns = stamp(entry)
    match = known.matches.get(entry.path)
    return RecordingFacts(
        path=entry.path,
        size_bytes=size_bytes,
        modified_ns=modified_ns,
        interview_id=match.interview_id if match else None,
        matched_by=match.by if match else None,
    )


def stored_facts(store: Store, found: str, facts: RecordingFacts) -> RecordingFacts:
    """Return the facts with what the store keeps of layout and quality."""
    row = recording_row(store, found)
    return replace(facts, layout=row["layout"], quality=json.loads(row["quality_json"]))


def waiting(entry: Entry, what: str) -> Failure:
    """Return the state of a file that is not whole yet."""
    size_bytes, modified_ns = stamp(entry)
    facts = RecordingFacts(path=entry.path, size_bytes=size_bytes, modified_ns=modified_ns)
    return Failure(facts, "waiting", "still_written", STILL_WRITTEN.format(what=what))
