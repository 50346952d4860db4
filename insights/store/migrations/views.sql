-- Views hold no data: every migration drops and makes them again from this file.

CREATE VIEW nps_answer AS
SELECT a.answer_id, a.interview_id, a.question_id, a.recording_id, i.wave_id, i.mode, i.started_at, i.operator_id, o.team AS operator_team,
       i.respondent_id, coalesce(i.client_id, r.client_id) AS client_id, coalesce(i.segment, c.segment) AS segment,
       coalesce(i.role, r.role) AS role, coalesce(i.weight, 1.0) AS weight,
       a.recorded_value, a.spoken_value, a.adjudicated_value, a.value, a.agreement, a.confidence,
       CASE WHEN a.value >= 9 THEN 1 WHEN a.value <= 6 THEN -1 ELSE 0 END AS nps_class
FROM answer a
JOIN question q ON q.question_id = a.question_id
JOIN interview i ON i.interview_id = a.interview_id
LEFT JOIN respondent r ON r.respondent_id = i.respondent_id
LEFT JOIN client c ON c.client_id = coalesce(i.client_id, r.client_id)
LEFT JOIN operator o ON o.operator_id = i.operator_id
WHERE q.kind = 'nps' AND a.value IS NOT NULL;

CREATE VIEW nps_by_wave AS
SELECT wave_id, mode, count(*) AS n, sum(nps_class = 1) AS promoters, sum(nps_class = 0) AS passives,
       sum(nps_class = -1) AS detractors, round(100.0 * sum(weight * nps_class) / sum(weight), 1) AS nps
FROM nps_answer
GROUP BY wave_id, mode;

CREATE VIEW hidden_clip AS
SELECT correction_id, recording_id, start_s, end_s, why, made_by, made_at
FROM correction
WHERE kind = 'hide' AND undone_at IS NULL;

-- A reason reaches its score through `follows`, else it is the score's own answer, else through the interview's NPS.
CREATE VIEW why AS
SELECT i.wave_id, i.mode, coalesce(i.segment, c.segment) AS segment, coalesce(i.role, p.role) AS role,
       s.question_id AS score_question_id, s.value AS score,
       CASE WHEN sq.kind = 'nps' THEN CASE WHEN s.value >= 9 THEN 1 WHEN s.value <= 6 THEN -1 WHEN s.value IS NOT NULL THEN 0 END
       END AS nps_class,
       rs.code_id, rs.code_id AS code, k.label_ru, k.label_en, k.special, rs.polarity, rs.quote,
       CASE WHEN rs.start_s IS NULL THEN NULL
            WHEN EXISTS (SELECT 1 FROM hidden_clip h WHERE h.recording_id = a.recording_id AND h.start_s < rs.end_s AND rs.start_s < h.end_s)
            THEN NULL
            ELSE rec.path || '#t=' || round(rs.start_s, 2) || ',' || round(rs.end_s, 2) END AS clip,
       rs.start_s, rs.end_s, rs.confidence, rs.evidence, rs.coder_id, rs.reason_id, rs.turn_id,
       a.question_id, a.answer_id, a.recording_id, a.interview_id, i.started_at, d.hesitation
FROM reason rs
JOIN answer a ON a.answer_id = rs.answer_id
JOIN question q ON q.question_id = a.question_id
JOIN interview i ON i.interview_id = a.interview_id
JOIN code k ON k.code_id = rs.code_id
LEFT JOIN respondent p ON p.respondent_id = i.respondent_id
LEFT JOIN client c ON c.client_id = coalesce(i.client_id, p.client_id)
LEFT JOIN recording rec ON rec.recording_id = a.recording_id
LEFT JOIN answer s ON s.interview_id = a.interview_id AND s.question_id =
  CASE WHEN q.follows IS NOT NULL THEN q.follows
       WHEN q.kind IN ('nps', 'csat', 'attribute', 'importance') THEN q.question_id
       ELSE (SELECT n.question_id FROM question n WHERE n.kind = 'nps' ORDER BY n.active DESC, n.idx LIMIT 1) END
LEFT JOIN question sq ON sq.question_id = s.question_id
LEFT JOIN delivery d ON d.answer_id = s.answer_id;

-- Recorded against spoken; what moves a respondent between detractor, passive and promoter weighs most.
CREATE VIEW score_mismatch AS
SELECT a.answer_id, a.interview_id, a.question_id, q.kind, i.wave_id, a.recorded_value, a.spoken_value, a.spoken_text, a.confidence,
       a.adjudicated_value, a.adjudicated_by, a.adjudicated_at,
       q.kind = 'nps' AND (a.recorded_value >= 9) + (a.recorded_value >= 7) <> (a.spoken_value >= 9) + (a.spoken_value >= 7) AS moves_group,
       a.recording_id, a.start_s, a.end_s,
       rec.path || '#t=' || round(max(0, a.start_s - 2), 2) || ',' || round(a.end_s + 1, 2) AS clip
FROM answer a
JOIN question q ON q.question_id = a.question_id
JOIN interview i ON i.interview_id = a.interview_id
LEFT JOIN recording rec ON rec.recording_id = a.recording_id
WHERE a.agreement = 'mismatch';

-- Scores said with marked hesitation against the same person's other answers, or revised while being said. The cross join
-- begins with the few hesitant ones.
CREATE VIEW hesitant_score AS
SELECT a.answer_id, a.interview_id, a.recording_id, a.question_id, q.kind, i.wave_id, a.value, a.spoken_value, a.first_spoken_value,
       d.latency_s, d.time_to_value_s, d.pause_total_s, d.filler_n, d.hedge_n, d.repair_n, d.hesitation, d.hesitation_parts_json, d.baseline_n,
       rec.path || '#t=' || round(max(0, a.start_s - 2), 2) || ',' || round(a.end_s + 1, 2) AS clip
FROM delivery d
CROSS JOIN answer a ON a.answer_id = d.answer_id
JOIN question q ON q.question_id = a.question_id
LEFT JOIN interview i ON i.interview_id = a.interview_id
LEFT JOIN recording rec ON rec.recording_id = a.recording_id
WHERE d.hesitation >= 1.0 AND q.kind IN ('nps', 'csat', 'attribute', 'importance');

CREATE VIEW case_overdue AS
SELECT * FROM "case"
WHERE first_contact_at IS NULL AND closed_at IS NULL AND julianday(due_at) < julianday('now');

-- Proof that every unhappy customer has a case: this view is empty when it holds.
CREATE VIEW unhappy_without_case AS
SELECT a.interview_id, a.question_id, a.recorded_value, i.wave_id, i.started_at
FROM answer a
JOIN question q ON q.question_id = a.question_id
JOIN interview i ON i.interview_id = a.interview_id
WHERE q.kind = 'nps' AND a.recorded_value BETWEEN 0 AND 6
  AND NOT EXISTS (SELECT 1 FROM "case" k WHERE k.interview_id = a.interview_id);

CREATE VIEW recording_unmatched AS
SELECT rec.recording_id, rec.path, rec.status, count(cand.interview_id) AS candidates
FROM recording rec
LEFT JOIN recording_candidate cand ON cand.recording_id = rec.recording_id
WHERE rec.interview_id IS NULL
GROUP BY rec.recording_id;

CREATE VIEW interview_unheard AS
SELECT i.interview_id, i.recording_name, i.started_at, i.wave_id, i.consent
FROM interview i
WHERE i.mode = 'phone'
  AND NOT EXISTS (SELECT 1 FROM recording rec WHERE rec.interview_id = i.interview_id AND rec.status = 'done');

CREATE VIEW word AS
SELECT t.recording_id, t.turn_id, t.idx AS turn_idx, t.party, w.key AS word_idx, w.value ->> 0 AS word,
       (w.value ->> 1) / 1000.0 AS start_s, (w.value ->> 2) / 1000.0 AS end_s, w.value ->> 3 AS confidence
FROM turn t, json_each(t.words_json) w;
