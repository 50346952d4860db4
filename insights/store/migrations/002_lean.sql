-- Less disk for the same content, about a twentieth of a call, and an index for what is asked most.

-- A lane's speech as lengths of silence and speech by turns, in milliseconds, instead of starts and ends.
UPDATE recording SET speech_json = (
  SELECT json_object('detector', speech_json ->> 'detector', 'lanes', json_group_array(json_object(
    'key', lane.value ->> 'key', 'channel', lane.value ->> 'channel', 'speech', json((
      SELECT '[' || coalesce(group_concat(silence_ms || ',' || speech_ms), '') || ']' FROM (
        SELECT (span.value ->> 0) - lag(span.value ->> 1, 1, 0) OVER (ORDER BY span.key) AS silence_ms,
               (span.value ->> 1) - (span.value ->> 0) AS speech_ms
        FROM json_each(lane.value, '$.speech') AS span ORDER BY span.key))))))
  FROM json_each(speech_json, '$.lanes') AS lane)
WHERE speech_json IS NOT NULL;

-- A key is compared with one other key only: half of it is as sure.
UPDATE run SET stage_key = substr(stage_key, 1, 16) WHERE stage_key IS NOT NULL;

-- Questions are never deleted, only put out of use, and nothing looks for the calls of one question here.
DROP INDEX asked_question;

-- Whether an interview was heard is asked for every interview: by status alone SQLite would walk over all calls each time.
DROP INDEX recording_interview;
CREATE INDEX recording_interview ON recording(interview_id, status);
