-- The first schema. STRICT everywhere; spans are half-open seconds from the call's first sample; times of day are ISO 8601.

-- The frame: who was asked what, by whom, in which wave.
CREATE TABLE wave(
  wave_id TEXT PRIMARY KEY,
  starts_on TEXT,
  ends_on TEXT
) STRICT;

CREATE TABLE population(
  wave_id TEXT NOT NULL REFERENCES wave ON DELETE CASCADE,
  segment TEXT NOT NULL,
  clients INTEGER NOT NULL CHECK(clients >= 0),
  PRIMARY KEY(wave_id, segment)
) STRICT;

CREATE TABLE client(
  client_id TEXT PRIMARY KEY,
  segment TEXT
) STRICT;

CREATE TABLE respondent(
  respondent_id TEXT PRIMARY KEY,
  client_id TEXT REFERENCES client,
  role TEXT
) STRICT;
CREATE INDEX respondent_client ON respondent(client_id);

CREATE TABLE operator(
  operator_id TEXT PRIMARY KEY,
  team TEXT
) STRICT;

CREATE TABLE survey_version(
  name TEXT NOT NULL,
  version INTEGER NOT NULL,
  sha256 TEXT NOT NULL,
  kind TEXT NOT NULL CHECK(kind IN('survey', 'codebook')),
  content_json TEXT NOT NULL,
  stored_at TEXT NOT NULL,
  PRIMARY KEY(kind, name, version, sha256)
) STRICT;

CREATE TABLE question(
  question_id TEXT PRIMARY KEY,
  survey TEXT NOT NULL,
  survey_version INTEGER NOT NULL,
  idx INTEGER NOT NULL,
  kind TEXT NOT NULL CHECK(kind IN('nps', 'csat', 'attribute', 'importance', 'ncs', 'open', 'closed')),
  scale_min INTEGER,
  scale_max INTEGER CHECK(scale_max IS NULL OR scale_max > scale_min),
  follows TEXT REFERENCES question DEFERRABLE INITIALLY DEFERRED,
  attribute TEXT,
  ask_ru TEXT,
  ask_en TEXT,
  aliases_json TEXT NOT NULL DEFAULT '{}',
  active INTEGER NOT NULL DEFAULT 1 CHECK(active IN(0, 1))
) STRICT;
CREATE INDEX question_follows ON question(follows);
CREATE INDEX question_kind ON question(kind, active, idx);

CREATE TABLE code(
  code_id TEXT PRIMARY KEY,
  codebook TEXT NOT NULL,
  codebook_version INTEGER NOT NULL,
  idx INTEGER NOT NULL,
  label_ru TEXT,
  label_en TEXT,
  definition_ru TEXT,
  definition_en TEXT,
  special TEXT CHECK(special IN('validity', 'residual')),
  active INTEGER NOT NULL DEFAULT 1 CHECK(active IN(0, 1))
) STRICT;

CREATE TABLE coder(
  coder_id TEXT PRIMARY KEY,
  kind TEXT NOT NULL CHECK(kind IN('human', 'machine')),
  version TEXT
) STRICT;

CREATE TABLE interview(
  interview_id TEXT PRIMARY KEY,
  wave_id TEXT REFERENCES wave,
  respondent_id TEXT REFERENCES respondent,
  client_id TEXT REFERENCES client,
  operator_id TEXT REFERENCES operator,
  mode TEXT NOT NULL CHECK(mode IN('phone', 'online')),
  started_at TEXT,
  language TEXT CHECK(language IN('ru', 'en')),
  segment TEXT,
  role TEXT,
  consent TEXT NOT NULL DEFAULT 'unknown' CHECK(consent IN('given', 'refused', 'unknown')),
  disposition TEXT,
  requester TEXT,
  event_at TEXT,
  weight REAL CHECK(weight IS NULL OR weight > 0),
  recording_name TEXT,
  survey TEXT,
  survey_version INTEGER,
  extra_json TEXT NOT NULL DEFAULT '{}',
  row_sha256 TEXT NOT NULL DEFAULT '',
  source_file TEXT,
  source_line INTEGER,
  ingested_at TEXT
) STRICT;
CREATE INDEX interview_wave ON interview(wave_id, mode);
CREATE INDEX interview_respondent ON interview(respondent_id);
CREATE INDEX interview_client ON interview(client_id, started_at);
CREATE INDEX interview_operator ON interview(operator_id);
CREATE INDEX interview_started ON interview(started_at);
CREATE INDEX interview_recording_name ON interview(recording_name) WHERE recording_name IS NOT NULL;

-- Rows of responses/*.csv that a later file replaced.
CREATE TABLE response_history(
  response_history_id INTEGER PRIMARY KEY,
  interview_id TEXT NOT NULL REFERENCES interview ON DELETE CASCADE,
  source_file TEXT,
  source_line INTEGER,
  ingested_at TEXT,
  replaced_at TEXT NOT NULL,
  row_json TEXT NOT NULL
) STRICT;
CREATE INDEX response_history_interview ON response_history(interview_id);

CREATE TABLE response_file(
  path TEXT PRIMARY KEY,
  sha256 TEXT NOT NULL,
  row_n INTEGER NOT NULL,
  ingested_at TEXT NOT NULL
) STRICT;

CREATE TABLE response_problem(
  response_problem_id INTEGER PRIMARY KEY,
  path TEXT NOT NULL,
  line INTEGER NOT NULL,
  interview_id TEXT,
  problem TEXT NOT NULL,
  cure TEXT NOT NULL
) STRICT;
CREATE INDEX response_problem_path ON response_problem(path);

CREATE TABLE business_outcome(
  client_id TEXT NOT NULL REFERENCES client ON DELETE CASCADE,
  period TEXT NOT NULL,
  revenue REAL,
  orders REAL,
  churned INTEGER CHECK(churned IN(0, 1)),
  extra_json TEXT NOT NULL DEFAULT '{}',
  PRIMARY KEY(client_id, period)
) STRICT;

-- What was recorded and what a machine heard in it.
CREATE TABLE recording(
  recording_id TEXT PRIMARY KEY,
  interview_id TEXT REFERENCES interview ON DELETE SET NULL,
  path TEXT NOT NULL UNIQUE,
  sha256 TEXT UNIQUE,
  duration_s REAL,
  sample_rate INTEGER,
  channels INTEGER,
  codec TEXT,
  layout TEXT,
  language TEXT CHECK(language IN('ru', 'en')),
  quality_json TEXT NOT NULL DEFAULT '{}',
  speech_json TEXT,
  status TEXT NOT NULL CHECK(status IN('done', 'failed', 'quarantined', 'waiting')),
  error TEXT,
  error_kind TEXT,
  try_n INTEGER NOT NULL DEFAULT 0,
  size_bytes INTEGER,
  modified_ns INTEGER,
  matched_by TEXT CHECK(matched_by IN('name', 'pattern')),
  processed_at TEXT NOT NULL,
  CHECK(status <> 'done' OR (sha256 IS NOT NULL AND duration_s IS NOT NULL)),
  CHECK(status = 'done' OR error IS NOT NULL)
) STRICT;
CREATE INDEX recording_interview ON recording(interview_id);
CREATE INDEX recording_status ON recording(status);

-- A recording that goes takes along all that was heard in it; recorded and settled numbers stay.
CREATE TRIGGER recording_takes_its_voice BEFORE DELETE ON recording BEGIN
  DELETE FROM reason WHERE turn_id IN (SELECT turn_id FROM turn WHERE recording_id = OLD.recording_id);
  DELETE FROM delivery WHERE answer_id IN (SELECT answer_id FROM answer WHERE recording_id = OLD.recording_id);
  DELETE FROM answer WHERE recording_id = OLD.recording_id AND interview_id IS NULL;
  UPDATE answer SET recording_id = NULL, run_id = NULL, spoken_value = NULL, spoken_text = NULL, first_spoken_value = NULL,
    spoken_low = NULL, spoken_high = NULL, confidence = NULL, rule = NULL, start_s = NULL, end_s = NULL, value_start_s = NULL,
    value_end_s = NULL, turn_idxs_json = NULL, text = NULL
  WHERE recording_id = OLD.recording_id;
  DELETE FROM turn WHERE recording_id = OLD.recording_id;
END;

-- Other names under which the very same bytes lie in calls/.
CREATE TABLE recording_alias(
  path TEXT PRIMARY KEY,
  recording_id TEXT NOT NULL REFERENCES recording ON DELETE CASCADE
) STRICT;
CREATE INDEX recording_alias_recording ON recording_alias(recording_id);

-- Interviews that a recording might belong to where more than one does: listed, never linked.
CREATE TABLE recording_candidate(
  recording_id TEXT NOT NULL REFERENCES recording ON DELETE CASCADE,
  interview_id TEXT NOT NULL REFERENCES interview ON DELETE CASCADE,
  why TEXT NOT NULL,
  PRIMARY KEY(recording_id, interview_id)
) STRICT;
CREATE INDEX recording_candidate_interview ON recording_candidate(interview_id);

-- Derived rows name their run, pauses and questions their turn, without a foreign key: all are written in one transaction
-- and die with the recording, and the indexes that such keys need would cost two kilobytes a call.
CREATE TABLE run(
  run_id INTEGER PRIMARY KEY,
  recording_id TEXT REFERENCES recording ON DELETE CASCADE,
  interview_id TEXT REFERENCES interview ON DELETE CASCADE,
  stage TEXT NOT NULL,
  stage_key TEXT,
  tool TEXT NOT NULL,
  version TEXT NOT NULL,
  model_sha256 TEXT,
  parameters_json TEXT NOT NULL DEFAULT '{}',
  seconds REAL,
  status TEXT NOT NULL CHECK(status IN('done', 'failed', 'skipped')),
  error TEXT
) STRICT;
CREATE UNIQUE INDEX run_recording ON run(recording_id, stage) WHERE recording_id IS NOT NULL;
CREATE INDEX run_interview ON run(interview_id) WHERE interview_id IS NOT NULL;

CREATE TABLE turn(
  turn_id INTEGER PRIMARY KEY,
  recording_id TEXT NOT NULL REFERENCES recording ON DELETE CASCADE,
  run_id INTEGER,
  idx INTEGER NOT NULL,
  lane TEXT NOT NULL DEFAULT '',
  party TEXT NOT NULL CHECK(party IN('operator', 'respondent', 'other', 'unknown')),
  party_confidence REAL,
  start_s REAL NOT NULL,
  end_s REAL NOT NULL CHECK(end_s >= start_s),
  text TEXT NOT NULL,
  lemmas TEXT NOT NULL DEFAULT '',
  words_json TEXT NOT NULL DEFAULT '[]',
  overlapped_json TEXT,
  heard_party TEXT,
  heard_json TEXT,
  UNIQUE(recording_id, idx)
) STRICT;

CREATE TABLE pause(
  recording_id TEXT NOT NULL REFERENCES recording ON DELETE CASCADE,
  idx INTEGER NOT NULL,
  turn_id INTEGER,
  run_id INTEGER,
  kind TEXT NOT NULL CHECK(kind IN('silent', 'filled', 'latency')),
  start_s REAL NOT NULL,
  end_s REAL NOT NULL CHECK(end_s >= start_s),
  confidence REAL,
  source TEXT NOT NULL DEFAULT '',
  PRIMARY KEY(recording_id, idx)
) STRICT, WITHOUT ROWID;

CREATE TABLE asked(
  recording_id TEXT NOT NULL REFERENCES recording ON DELETE CASCADE,
  idx INTEGER NOT NULL,
  question_id TEXT NOT NULL REFERENCES question,
  turn_id INTEGER,
  run_id INTEGER,
  start_s REAL NOT NULL,
  end_s REAL NOT NULL CHECK(end_s >= start_s),
  similarity REAL,
  repeated INTEGER NOT NULL DEFAULT 0 CHECK(repeated IN(0, 1)),
  PRIMARY KEY(recording_id, idx)
) STRICT, WITHOUT ROWID;
CREATE INDEX asked_question ON asked(question_id);

-- Recorded is official, spoken is a witness, adjudicated is a person's word. interview_id is NULL while a recording has no row.
CREATE TABLE answer(
  answer_id INTEGER PRIMARY KEY,
  interview_id TEXT REFERENCES interview ON DELETE CASCADE,
  recording_id TEXT REFERENCES recording ON DELETE SET NULL,
  question_id TEXT NOT NULL REFERENCES question,
  run_id INTEGER,
  recorded_value REAL,
  recorded_text TEXT,
  spoken_value REAL,
  spoken_text TEXT,
  first_spoken_value REAL,
  spoken_low REAL,
  spoken_high REAL,
  confidence REAL,
  rule TEXT,
  start_s REAL,
  end_s REAL,
  value_start_s REAL,
  value_end_s REAL,
  turn_idxs_json TEXT,
  text TEXT,
  adjudicated_value REAL,
  adjudicated_by TEXT,
  adjudicated_at TEXT,
  adjudicated_note TEXT,
  value REAL GENERATED ALWAYS AS (coalesce(adjudicated_value, recorded_value, spoken_value)) STORED,
  agreement TEXT GENERATED ALWAYS AS (CASE
    WHEN recorded_value IS NULL AND spoken_value IS NULL THEN 'none'
    WHEN recorded_value IS NULL THEN 'spoken_only'
    WHEN spoken_value IS NULL THEN 'recorded_only'
    WHEN recorded_value = spoken_value THEN 'match'
    ELSE 'mismatch' END) STORED,
  CHECK(interview_id IS NOT NULL OR recording_id IS NOT NULL),
  CHECK((start_s IS NULL AND end_s IS NULL) OR start_s <= end_s),
  UNIQUE(interview_id, question_id)
) STRICT;
CREATE UNIQUE INDEX answer_unlinked ON answer(recording_id, question_id) WHERE interview_id IS NULL;
CREATE INDEX answer_recording ON answer(recording_id);
CREATE INDEX answer_question ON answer(question_id, value, interview_id);
CREATE INDEX answer_numbers ON answer(interview_id, question_id, value, spoken_value);
CREATE INDEX answer_mismatch ON answer(question_id, interview_id) WHERE agreement = 'mismatch';

CREATE TABLE delivery(
  answer_id INTEGER PRIMARY KEY REFERENCES answer ON DELETE CASCADE,
  run_id INTEGER,
  latency_s REAL,
  time_to_value_s REAL,
  pause_n INTEGER,
  pause_total_s REAL,
  pause_median_s REAL,
  pause_max_s REAL,
  filler_n INTEGER,
  filler_probable_n INTEGER,
  lengthening_n INTEGER,
  repeat_n INTEGER,
  hedge_n INTEGER,
  repair_n INTEGER,
  speech_rate REAL,
  artic_rate REAL,
  f0_median_st REAL,
  f0_range_st REAL,
  f0_final_st REAL,
  level_db REAL,
  level_range_db REAL,
  overlap_s REAL,
  word_n INTEGER,
  hesitation REAL,
  hesitation_parts_json TEXT,
  baseline_n INTEGER,
  quality_json TEXT NOT NULL DEFAULT '{}'
) STRICT;
CREATE INDEX delivery_hesitation ON delivery(hesitation) WHERE hesitation IS NOT NULL;

CREATE TABLE reason(
  reason_id INTEGER PRIMARY KEY,
  answer_id INTEGER NOT NULL REFERENCES answer ON DELETE CASCADE,
  code_id TEXT NOT NULL REFERENCES code,
  coder_id TEXT NOT NULL REFERENCES coder,
  run_id INTEGER,
  turn_id INTEGER REFERENCES turn DEFERRABLE INITIALLY DEFERRED,
  polarity INTEGER NOT NULL CHECK(polarity IN(-1, 0, 1)),
  quote TEXT NOT NULL CHECK(quote <> ''),
  start_char INTEGER,
  start_s REAL,
  end_s REAL,
  confidence REAL,
  evidence TEXT NOT NULL DEFAULT '',
  flags_json TEXT NOT NULL DEFAULT '[]',
  heard_json TEXT,
  CHECK((turn_id IS NULL AND start_s IS NULL AND end_s IS NULL) OR (start_s IS NOT NULL AND end_s IS NOT NULL AND start_s < end_s))
) STRICT;
CREATE INDEX reason_answer ON reason(answer_id);
CREATE INDEX reason_code ON reason(code_id, polarity);
CREATE INDEX reason_coder ON reason(coder_id);
CREATE INDEX reason_turn ON reason(turn_id) WHERE turn_id IS NOT NULL;

-- A CHECK cannot see the interview's mode: a reason given by phone without seconds is refused here.
CREATE TRIGGER reason_by_phone_needs_seconds BEFORE INSERT ON reason
WHEN NEW.start_s IS NULL AND NOT EXISTS (
  SELECT 1 FROM answer JOIN interview USING(interview_id) WHERE answer.answer_id = NEW.answer_id AND interview.mode = 'online')
BEGIN
  SELECT RAISE(ABORT, 'a reason given by phone needs start_s < end_s');
END;
CREATE TRIGGER reason_by_phone_keeps_seconds BEFORE UPDATE OF start_s, end_s, answer_id ON reason
WHEN NEW.start_s IS NULL AND NOT EXISTS (
  SELECT 1 FROM answer JOIN interview USING(interview_id) WHERE answer.answer_id = NEW.answer_id AND interview.mode = 'online')
BEGIN
  SELECT RAISE(ABORT, 'a reason given by phone needs start_s < end_s');
END;

CREATE TABLE pii_span(
  pii_span_id INTEGER PRIMARY KEY,
  turn_id INTEGER REFERENCES turn ON DELETE CASCADE,
  answer_id INTEGER REFERENCES answer ON DELETE CASCADE,
  run_id INTEGER,
  kind TEXT NOT NULL CHECK(kind IN('person', 'phone', 'card', 'email', 'address', 'document')),
  start_char INTEGER NOT NULL,
  end_char INTEGER NOT NULL CHECK(end_char > start_char),
  start_s REAL,
  end_s REAL,
  CHECK((turn_id IS NULL) <> (answer_id IS NULL)),
  CHECK((start_s IS NULL AND end_s IS NULL) OR start_s <= end_s)
) STRICT;
CREATE INDEX pii_span_turn ON pii_span(turn_id);
CREATE INDEX pii_span_answer ON pii_span(answer_id);

-- What people mended: kept beside what the machine heard, undoable, applied again after each night.
CREATE TABLE correction(
  correction_id INTEGER PRIMARY KEY,
  recording_id TEXT REFERENCES recording ON DELETE CASCADE,
  interview_id TEXT REFERENCES interview ON DELETE CASCADE,
  kind TEXT NOT NULL CHECK(kind IN('swap', 'turn', 'quote', 'hide')),
  question_id TEXT,
  code_id TEXT,
  turn_idx INTEGER,
  start_s REAL,
  end_s REAL,
  before TEXT,
  after TEXT,
  why TEXT NOT NULL DEFAULT '',
  made_by TEXT NOT NULL,
  made_at TEXT NOT NULL,
  undone_by TEXT,
  undone_at TEXT,
  applied INTEGER NOT NULL DEFAULT 1 CHECK(applied IN(0, 1)),
  CHECK(recording_id IS NOT NULL OR interview_id IS NOT NULL),
  CHECK(kind <> 'hide' OR (start_s IS NOT NULL AND end_s IS NOT NULL AND start_s < end_s))
) STRICT;
CREATE INDEX correction_recording ON correction(recording_id);
CREATE INDEX correction_interview ON correction(interview_id);

-- What people do with it.
CREATE TABLE "case"(
  case_id INTEGER PRIMARY KEY,
  interview_id TEXT NOT NULL REFERENCES interview ON DELETE CASCADE,
  trigger TEXT NOT NULL,
  opened_at TEXT NOT NULL,
  due_at TEXT NOT NULL,
  owner TEXT,
  first_contact_at TEXT,
  told TEXT,
  outcome TEXT CHECK(outcome IN('recovered', 'explained', 'mistaken_identity', 'not_recovered', 'no_contact')),
  root_cause_code TEXT,
  closed_at TEXT,
  closed_by TEXT,
  note TEXT,
  UNIQUE(interview_id, trigger)
) STRICT;
CREATE INDEX case_open ON "case"(due_at) WHERE closed_at IS NULL;

-- Draws and hearings are an audit trail: they name a recording without needing its row to live on.
CREATE TABLE draw_key(
  wave_id TEXT PRIMARY KEY,
  key_hex TEXT NOT NULL,
  key_sha256 TEXT NOT NULL,
  committed_at TEXT NOT NULL
) STRICT;

CREATE TABLE draw(
  draw_id TEXT PRIMARY KEY,
  meeting_on TEXT NOT NULL,
  wave_id TEXT,
  version TEXT NOT NULL,
  key_sha256 TEXT NOT NULL,
  frame_sha256 TEXT NOT NULL,
  frame_json TEXT NOT NULL,
  frame_n INTEGER NOT NULL,
  k INTEGER NOT NULL,
  rules_json TEXT NOT NULL DEFAULT '{}',
  excluded_json TEXT NOT NULL DEFAULT '[]',
  made_at TEXT NOT NULL
) STRICT;
CREATE INDEX draw_meeting ON draw(meeting_on);

CREATE TABLE draw_item(
  draw_id TEXT NOT NULL REFERENCES draw ON DELETE CASCADE,
  recording_id TEXT NOT NULL,
  position INTEGER NOT NULL,
  stratum TEXT NOT NULL DEFAULT '',
  inclusion_probability REAL NOT NULL CHECK(inclusion_probability BETWEEN 0 AND 1),
  rank_hmac TEXT NOT NULL,
  status TEXT NOT NULL DEFAULT 'drawn' CHECK(status IN('drawn', 'reserve', 'replaced')),
  replaced_why TEXT,
  PRIMARY KEY(draw_id, recording_id)
) STRICT;
CREATE INDEX draw_item_recording ON draw_item(recording_id);

CREATE TABLE hearing(
  hearing_id INTEGER PRIMARY KEY,
  draw_id TEXT,
  recording_id TEXT NOT NULL,
  heard_by TEXT NOT NULL,
  heard_at TEXT NOT NULL,
  at_s REAL,
  note TEXT NOT NULL DEFAULT '',
  search TEXT,
  source TEXT NOT NULL DEFAULT '',
  note_key TEXT UNIQUE
) STRICT;
CREATE INDEX hearing_draw ON hearing(draw_id);
CREATE INDEX hearing_recording ON hearing(recording_id);

-- A figure never without n, interval, method, and how to make it again.
CREATE TABLE metric(
  metric_id INTEGER PRIMARY KEY,
  metric TEXT NOT NULL,
  wave TEXT,
  slice TEXT,
  mode TEXT,
  n INTEGER NOT NULL,
  n_eff REAL,
  value REAL,
  low REAL,
  high REAL,
  method TEXT NOT NULL,
  formula TEXT NOT NULL DEFAULT '',
  filter_json TEXT NOT NULL DEFAULT '{}',
  rows_sha256 TEXT NOT NULL DEFAULT '',
  versions_json TEXT NOT NULL DEFAULT '{}',
  command TEXT NOT NULL DEFAULT '',
  extra_json TEXT NOT NULL DEFAULT '{}',
  computed_at TEXT NOT NULL
) STRICT;
CREATE INDEX metric_name ON metric(metric, wave);

-- What was erased, without content: enough to make a metric again, not enough to know anybody.
CREATE TABLE tombstone(
  tombstone_id INTEGER PRIMARY KEY,
  erased_at TEXT NOT NULL,
  why TEXT NOT NULL,
  wave_id TEXT,
  mode TEXT,
  segment TEXT,
  role TEXT,
  operator_id TEXT,
  started_on TEXT,
  weight REAL,
  values_json TEXT NOT NULL DEFAULT '{}'
) STRICT;
CREATE INDEX tombstone_wave ON tombstone(wave_id);

CREATE TABLE night(
  night_id INTEGER PRIMARY KEY,
  started_at TEXT NOT NULL,
  ended_at TEXT,
  status TEXT NOT NULL CHECK(status IN('running', 'done', 'stopped', 'failed')),
  counts_json TEXT NOT NULL DEFAULT '{}'
) STRICT;
CREATE INDEX night_started ON night(started_at);

CREATE TABLE setting(
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT;

-- Full text over what was said and over the lemmas that differ from it (ё folded to е); external content, kept in step by triggers.
CREATE VIRTUAL TABLE turn_fts USING fts5(
  text, lemmas, content='turn', content_rowid='turn_id', columnsize=0, tokenize="unicode61 remove_diacritics 2");
CREATE TRIGGER turn_fts_insert AFTER INSERT ON turn BEGIN
  INSERT INTO turn_fts(rowid, text, lemmas) VALUES (NEW.turn_id, NEW.text, NEW.lemmas);
END;
CREATE TRIGGER turn_fts_delete AFTER DELETE ON turn BEGIN
  INSERT INTO turn_fts(turn_fts, rowid, text, lemmas) VALUES ('delete', OLD.turn_id, OLD.text, OLD.lemmas);
END;
CREATE TRIGGER turn_fts_update AFTER UPDATE OF turn_id, text, lemmas ON turn BEGIN
  INSERT INTO turn_fts(turn_fts, rowid, text, lemmas) VALUES ('delete', OLD.turn_id, OLD.text, OLD.lemmas);
  INSERT INTO turn_fts(rowid, text, lemmas) VALUES (NEW.turn_id, NEW.text, NEW.lemmas);
END;
