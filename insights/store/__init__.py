"""One SQLite file: schema, migrations, rows, search. The only place with SQL.

Other rooms hand dataclasses in and get dataclasses or rows (dicts) back. A room that needs SQL of its own puts
it beside these modules as ``insights/store/<room>_queries.py``: small functions that take the ``Store`` first,
read with ``query(store, sql, parameters)``, write inside ``with transaction(store):``, and pass every value as a
parameter. A new column or table is a new numbered file in ``migrations/``; views live in ``migrations/views.sql``
and are made anew by every migration.
"""

from insights.store.calls import save_call, save_online_answers, typed_stage_keys
from insights.store.closing import begin_night, close_night, end_night, last_night, score_hesitation
from insights.store.connection import Row, Store, checkpoint, open_store, query, roll_back, transaction
from insights.store.corrections import corrections, hide_clip, mend_quote, mend_turn, swap_parties, undo
from insights.store.failures import StoreError, StudyLockedError
from insights.store.frame import ingest_folder, ingest_frame, response_problems, store_codebook, store_survey
from insights.store.interview_rows import Ingested
from insights.store.linking import link_recordings
from insights.store.loading import (
    load_answers,
    load_asked,
    load_deliveries,
    load_dialogue,
    load_lemmas,
    load_pauses,
    load_reasons,
    load_speech,
)
from insights.store.lock import lock_holder, run_lock
from insights.store.matching import Match, NamePattern, match_recordings
from insights.store.pointing import recording_called, turn_index_at
from insights.store.recordings import (
    already_done,
    done_stages,
    recording_id,
    recordings,
    save_alias,
    save_failure,
    save_waiting,
    stage_key,
)
from insights.store.records import (
    STAGES,
    CallRecord,
    Failure,
    PiiRow,
    RecordingFacts,
    RunRecord,
    TypedRecord,
)
from insights.store.search import Found, count_turns, lemma_text, search_turns
from insights.store.settling import scores_to_settle, settle, unsettle
from insights.store.silenced import hidden_spans, personal_spans

__all__ = [
    "STAGES",
    "CallRecord",
    "Failure",
    "Found",
    "Ingested",
    "Match",
    "NamePattern",
    "PiiRow",
    "RecordingFacts",
    "Row",
    "RunRecord",
    "Store",
    "StoreError",
    "StudyLockedError",
    "TypedRecord",
    "already_done",
    "begin_night",
    "checkpoint",
    "close_night",
    "corrections",
    "count_turns",
    "done_stages",
    "end_night",
    "hidden_spans",
    "hide_clip",
    "ingest_folder",
    "ingest_frame",
    "last_night",
    "lemma_text",
    "link_recordings",
    "load_answers",
    "load_asked",
    "load_deliveries",
    "load_dialogue",
    "load_lemmas",
    "load_pauses",
    "load_reasons",
    "load_speech",
    "lock_holder",
    "match_recordings",
    "mend_quote",
    "mend_turn",
    "open_store",
    "personal_spans",
    "query",
    "recording_called",
    "recording_id",
    "recordings",
    "response_problems",
    "roll_back",
    "run_lock",
    "save_alias",
    "save_call",
    "save_failure",
    "save_online_answers",
    "save_waiting",
    "score_hesitation",
    "scores_to_settle",
    "search_turns",
    "settle",
    "stage_key",
    "store_codebook",
    "store_survey",
    "swap_parties",
    "transaction",
    "turn_index_at",
    "typed_stage_keys",
    "undo",
    "unsettle",
]
