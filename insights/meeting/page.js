'use strict';
// All text of customers and files enters the page by textContent alone: it can never become markup.
const data = JSON.parse(document.getElementById('data').textContent);
const L = data.labels;
const GAP_S = 15;
const SIGNS = { '1': '+', '0': '·', '-1': '−' };
const make = (tag, props = {}, ...children) => {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (name === 'class') node.className = value;
    else if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined) node.setAttribute(name, value);
  }
  node.append(...children.filter(child => child !== null && child !== undefined));
  return node;
};
const fill = (text, parts) => text.replace(/\{(\w+)\}/g, (_, name) => parts[name] ?? '');
const clock = seconds => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, '0')}`;
const figure = (value, digits = 1) => value === null || value === undefined ? '–'
  : new Intl.NumberFormat(data.language, { maximumFractionDigits: digits }).format(value).replace('-', '−');
const dayOf = text => new Intl.DateTimeFormat(data.language, { dateStyle: 'long', timeZone: 'UTC' }).format(new Date(`${text}T00:00:00Z`));
const moment = text => new Intl.DateTimeFormat(data.language, { dateStyle: 'short', timeStyle: 'short' }).format(new Date(text));
const blobUrl = sound => {
  const text = atob(sound.data), bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return URL.createObjectURL(new Blob([bytes], { type: sound.type }));
};
const section = (name, ...children) =>
  make('section', { 'aria-labelledby': `h-${name}`, id: name }, make('h2', { id: `h-${name}` }, L[name]), ...children);
const table = (caption, heads, rows) => {
  rows.forEach(row => [...row.children].forEach((node, i) => { node.dataset.head = heads[i]; }));
  return make('div', { class: 'table', tabindex: '0', role: 'region', 'aria-label': caption },
    make('table', {}, make('caption', {}, caption),
      make('thead', {}, make('tr', {}, ...heads.map(head => make('th', { scope: 'col' }, head)))), make('tbody', {}, ...rows)));
};
const cell = (content, kind) => make('td', kind ? { class: kind } : {}, content);

// ---- The player: one audio element, three calls one after the other. ----
const audio = make('audio', { preload: 'metadata' });
const calls = data.calls.map(call => ({ ...call, ended: false, url: null, words: [] }));
let current = 0, timer = null;
const ui = {};
const numberOf = interview => calls.findIndex(call => call.interview === interview);
const placeOf = id => calls.flatMap((call, i) => call.id === id ? `${L.call} ${i + 1}` : [])[0];
const secrets = [];
// A score of a call that is still to be heard is not told elsewhere on the page either.
const secret = (interview, content) => {
  const index = numberOf(interview), node = make('span', {}, content);
  if (index >= 0 && !calls[index].ended) {
    node.textContent = fill(L.hidden_until, { n: index + 1 });
    secrets.push({ index, node, content });
  }
  return node;
};

function showTurns(call) {
  call.words = [];
  ui.transcript.replaceChildren(...call.turns.map(turn => {
    const line = make('p', { class: `turn ${turn.party}`, lang: call.language },
      make('button', { class: 'who', type: 'button', lang: data.language, onclick: () => seek(turn.start, true) },
        `${clock(turn.start)} ${L[turn.party]}`));
    for (const [text, start, end, hidden] of turn.words) {
      const node = make('span', { class: 'word', 'data-start': start }, text);
      call.words.push({ node, text, start, end, hidden: Boolean(hidden), line });
      line.append(node, ' ');
    }
    turn.line = line;
    return line;
  }));
  call.words.sort((a, b) => a.start - b.start);
}

function showMarks(call) {
  const at = seconds => `${100 * seconds / call.duration}%`;
  const put = (kind, start, end, text) => {
    const node = make('span', { class: `mark ${kind}` }, text || '');
    node.style.left = at(start);
    if (end) node.style.width = at(end - start);
    return node;
  };
  ui.marks.replaceChildren(...call.pauses.map(([start, end]) => put('pause', start, end)),
    ...call.questions.map(question => put('asked', question.start, 0, '?')));
  call.reasons.forEach(reason => { reason.mark = put('reason', reason.start, reason.end); });
}

function choose(index, play) {
  stopTimer();
  current = index;
  const call = calls[index];
  call.url = call.url || blobUrl(call.audio);
  audio.src = call.url;
  call.furthest = call.ended ? call.duration : 0;
  ui.tabs.forEach((tab, i) => tab.setAttribute('aria-pressed', String(i === index)));
  ui.seek.max = call.duration;
  ui.transcript.scrollTop = 0;
  showTurns(call);
  showMarks(call);
  showResult();
  draw();
  if (play) start();
}

const start = () => audio.play().catch(() => { ui.status.textContent = L.call_unplayable; });
const toggle = () => {
  if (timer) { stopTimer(); return; }
  if (calls[current].ended && audio.ended && current + 1 < calls.length) choose(current + 1, true);
  else if (audio.paused) start();
  else audio.pause();
};
function seek(seconds, play) {
  audio.currentTime = Math.max(0, Math.min(seconds, calls[current].duration - 0.05));
  draw();
  if (play && audio.paused) start();
}

function draw() {
  const call = calls[current], t = audio.currentTime;
  call.furthest = Math.max(call.furthest, t);
  ui.clock.textContent = `${clock(t)} / ${clock(call.duration)}`;
  ui.seek.value = t;
  ui.seek.style.setProperty('--heard', `${100 * t / call.duration}%`);
  ui.seek.setAttribute('aria-valuetext', `${clock(t)} ${L.of} ${clock(call.duration)}`);
  let now = null;
  for (const word of call.words) {
    if (word.start <= t + 0.02) now = word;
    const told = !word.hidden || call.ended || word.start <= t || word.seen;
    if (word.start <= t) word.seen = true;
    const text = told ? word.text : '•••';
    if (word.node.textContent !== text) word.node.textContent = text;
    const inside = call.reasons.some(r => word.start < r.end && r.start < word.end && (call.ended || r.start <= call.furthest));
    word.node.classList.toggle('reason', inside && (call.ended || word.start <= call.furthest));
  }
  call.words.forEach(word => word.node.classList.toggle('now', word === now && t < word.end + 0.4));
  const line = now && now.line;
  call.turns.forEach(turn => {
    turn.line.classList.toggle('current', turn.line === line);
    turn.line.classList.toggle('heard', turn.start <= t);
  });
  if (line && ui.followed !== line) {
    ui.followed = line;
    if (!audio.paused || t > 0) ui.transcript.scrollTop = line.offsetTop - ui.transcript.clientHeight * 0.25;
  }
  showAsked(call, t);
  showReasons(call, t);
}

function showAsked(call, t) {
  const asked = call.questions.filter(question => question.start <= t).pop();
  const text = asked ? asked.text : '–';
  if (ui.asked.textContent !== text) ui.asked.textContent = text;
}

function reasonItem(reason, call) {
  const [kind, sign] = { '1': ['good', L.praise], '0': ['', L.neither], '-1': ['bad', L.complaint] }[reason.polarity];
  return make('li', { class: kind }, `${SIGNS[reason.polarity]} ${reason.label} (${sign})`,
    make('q', { lang: call.language }, reason.quote));
}

function showReasons(call, t) {
  const told = call.reasons.filter(reason => call.ended || reason.start <= call.furthest);
  const key = `${current}:${told.length}`;
  if (ui.chips.dataset.key !== key) {
    ui.chips.dataset.key = key;
    ui.chips.replaceChildren(...told.map(reason => {
      if (!reason.mark.isConnected) ui.marks.append(reason.mark);
      reason.chip = reasonItem(reason, call);
      return reason.chip;
    }));
    if (!told.length && call.ended) ui.chips.append(make('li', {}, L.no_reasons));
  }
  told.forEach(reason => reason.chip.classList.toggle('live', !audio.paused && reason.start <= t && t < reason.end + 0.5));
}

const mark = (score, value) => value === null ? '–'
  : score.kind === 'ncs' ? ({ '1': L.ready, '0': L.unsure, '-1': L.not_ready }[value] || figure(value)) : figure(value);
function howSaid(score) {
  const parts = [];
  if (score.latency !== null && score.latency >= 1) parts.push(fill(L.latency, { s: figure(score.latency) }));
  for (const name of ['fillers', 'hedges', 'repairs']) if (score[name]) parts.push(fill(L[name], { n: score[name] }));
  if (score.hesitant) parts.push(L.hesitant);
  return parts.join(', ') || L.plain;
}
function showResult() {
  const call = calls[current];
  ui.kept_back.hidden = ui.told.hidden = call.ended;
  if (!call.ended) { ui.result.replaceChildren(); return; }
  const rows = call.scores.map(score => make('tr', { class: score.kind }, cell(score.question, 'asked'), cell(mark(score, score.recorded), 'number big'),
    cell(mark(score, score.spoken), 'number big'),
    make('td', {}, score.agreement === 'mismatch' ? make('span', { class: 'warn' }, `≠ ${L.mismatch}. `) : null,
      score.settled === null ? null : `${L.settled}: ${mark(score, score.settled)}. `, howSaid(score))));
  ui.result.replaceChildren(make('h2', {}, `${L.call} ${current + 1}: ${L.result}`),
    make('div', { class: 'found' }, table(L.result_how, [L.question, L.recorded, L.spoken, L.delivery], rows),
      make('ul', { class: 'chips', 'aria-label': L.reasons }, ...call.reasons.map(reason => reasonItem(reason, call)),
        call.reasons.length ? null : make('li', {}, L.no_reasons))));
}

function ended() {
  const call = calls[current];
  call.ended = true;
  call.furthest = call.duration;
  secrets.filter(item => item.index === current).forEach(item => { item.node.replaceChildren(item.content); });
  showResult();
  draw();
  window.scrollTo({ top: 0 });
  if (current + 1 < calls.length) countDown(GAP_S);
}
function countDown(left) {
  ui.status.textContent = fill(L.next_in, { s: left });
  ui.play.textContent = `❚❚ ${L.pause}`;
  timer = setTimeout(() => left > 1 ? countDown(left - 1) : choose(current + 1, true), 1000);
}
function stopTimer() {
  clearTimeout(timer);
  timer = null;
  ui.status.textContent = '';
  label();
}
function label() {
  const next = calls[current].ended && audio.ended && current + 1 < calls.length;
  ui.play.textContent = !audio.paused ? `❚❚ ${L.pause}` : next ? `▶ ${L.next}` : audio.currentTime > 0 ? `▶ ${L.resume}` : `▶ ${L.play}`;
}

function player() {
  ui.play = make('button', { class: 'play', type: 'button', id: 'play', onclick: toggle }, `▶ ${L.play}`);
  ui.tabs = calls.map((call, i) => make('button', { type: 'button', 'aria-pressed': 'false', onclick: () => choose(i, !audio.paused) },
    `${L.call} ${i + 1}`));
  ui.clock = make('span', { class: 'clock' });
  ui.status = make('p', { class: 'status', role: 'status' });
  ui.seek = make('input', { type: 'range', min: '0', step: '0.1', value: '0', 'aria-label': L.position, id: 'seek' });
  ui.seek.addEventListener('input', () => seek(Number(ui.seek.value), false));
  ui.marks = make('div', { class: 'marks', 'aria-hidden': 'true' });
  ui.transcript = make('div', { class: 'transcript', tabindex: '0', role: 'region', 'aria-label': L.transcript });
  ui.transcript.addEventListener('click', event => {
    const word = event.target.closest('.word');
    if (word) seek(Number(word.dataset.start), true);
  });
  ui.asked = make('p', { id: 'asked' });
  ui.chips = make('ul', { class: 'chips', id: 'chips' });
  ui.kept_back = make('p', { class: 'kept-back', id: 'kept-back' }, L.score_hidden);
  ui.told = make('div', {}, make('h2', {}, L.reasons), make('p', { class: 'later' }, L.reasons_later), ui.chips);
  ui.result = make('div', { class: 'result', id: 'result', 'aria-live': 'polite' });
  const follow = () => { draw(); if (!audio.paused) requestAnimationFrame(follow); };
  audio.addEventListener('play', () => { stopTimer(); follow(); });
  for (const name of ['pause', 'loadedmetadata', 'emptied']) audio.addEventListener(name, label);
  for (const name of ['timeupdate', 'seeked']) audio.addEventListener(name, draw);
  audio.addEventListener('ended', () => { label(); ended(); });
  audio.addEventListener('error', () => { ui.status.textContent = L.call_unplayable; });
  return make('section', { id: 'listen', 'aria-label': L.listen },
    make('div', { class: 'controls' }, ui.play, ...ui.tabs, ui.status, ui.clock), make('div', { class: 'bar' }, ui.marks, ui.seek),
    ui.result, make('div', { class: 'stage' }, make('div', {}, ui.transcript, make('p', { class: 'legend' }, L.keys, ' ', L.bar)),
      make('div', { class: 'side' },
        make('div', { class: 'asking' }, make('h2', {}, L.asked), ui.asked), ui.kept_back, ui.told, notes())), audio);
}

// ---- Notes: kept in the page, exported as a file, or stored by the server that serves the page. ----
const NOTES = `earful-notes-${data.draw ? data.draw.id : data.date}`;
let kept = [], heardAt = null;
try { kept = JSON.parse(localStorage.getItem(NOTES)) || []; } catch { kept = []; }
function keep() {
  try { localStorage.setItem(NOTES, JSON.stringify(kept)); return L.note_kept; } catch { return L.note_memory; }
}
const exported = list => ({ format: 'earful-notes/1', draw_id: data.draw && data.draw.id, date: data.date, notes: list });
async function store(note) {
  if (!location.protocol.startsWith('http')) return keep();
  keep();
  try {
    const answer = await fetch('/notes', { method: 'POST', headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(exported([note])) });
    return answer.ok ? L.note_stored : L.note_not_stored;
  } catch { return L.note_not_stored; }
}
function notes() {
  const field = (name, text) => {
    const input = make('input', { id: `note-${name}`, type: 'text', maxlength: '2000', autocomplete: 'off' });
    ui[name] = input;
    return [make('label', { for: `note-${name}` }, text), input];
  };
  ui.noteStatus = make('p', { class: 'status', role: 'status' });
  ui.kept = make('ul', { id: 'notes-kept' });
  const form = make('form', { id: 'note-form' }, ...field('text', L.note), ...field('search', L.note_search), ...field('by', L.note_by),
    make('button', { type: 'submit' }, L.note_add));
  ui.text.addEventListener('input', () => {
    // The note belongs to the second at which it was begun, not to the one at which it was finished.
    if (!ui.text.value) heardAt = null;
    else if (!heardAt) heardAt = { id: calls[current].id, at_s: Math.round(audio.currentTime * 10) / 10 };
  });
  form.addEventListener('submit', async event => {
    event.preventDefault();
    if (!ui.text.value.trim()) { ui.text.focus(); return; }
    const at = heardAt || { id: calls[current].id, at_s: Math.round(audio.currentTime * 10) / 10 };
    const note = { key: [...crypto.getRandomValues(new Uint8Array(16))].map(b => b.toString(16).padStart(2, '0')).join(''),
      recording_id: at.id, at_s: at.at_s, note: ui.text.value.trim(), search: ui.search.value.trim(),
      heard_by: ui.by.value.trim() || L.someone, heard_at: new Date().toISOString() };
    kept.push(note);
    heardAt = null;
    ui.text.value = ui.search.value = '';
    ui.text.focus();
    showNotes();
    ui.noteStatus.textContent = await store(note);
  });
  const save = make('button', { type: 'button', id: 'notes-export', onclick: () => {
    const url = URL.createObjectURL(new Blob([JSON.stringify(exported(kept), null, 1)], { type: 'application/json' }));
    make('a', { href: url, download: `notes-${data.date}.json` }).click();
  } }, L.notes_export);
  return make('div', { class: 'notes' }, make('h2', {}, L.notes), form, ui.noteStatus, ui.kept, save);
}
function showNotes() {
  ui.kept.replaceChildren(...kept.map((note, i) => {
    const index = calls.findIndex(call => call.id === note.recording_id);
    return make('li', {}, make('button', { type: 'button', onclick: () => {
      if (index < 0) return;
      if (index !== current) choose(index, false);
      seek(note.at_s, true);
    } }, fill(L.note_at, { n: index + 1, t: clock(note.at_s) })), make('bdi', {}, note.note), ' ',
    make('button', { type: 'button', 'aria-label': `${L.note_delete}: ${note.note}`,
      onclick: () => { kept.splice(i, 1); ui.noteStatus.textContent = keep(); showNotes(); } }, '✕'));
  }));
  if (!kept.length) ui.kept.append(make('li', {}, L.notes_none));
}

// ---- What follows the calls. ----
function cases(found) {
  if (!found.rows.length) return section('cases', make('p', {}, L.cases_none));
  const rows = found.rows.map(row => make('tr', {}, cell(`#${row.case}`),
    cell(secret(row.interview, L[row.trigger === 'mismatch' ? 'case_mismatch' : row.trigger] || row.trigger)),
    cell(secret(row.interview, figure(row.score)), 'number'), cell([row.client, row.segment].filter(Boolean).join(', ') || '–'),
    make('td', {}, row.overdue ? make('span', { class: 'warn' }, `${L.overdue} `) : null, moment(row.due)),
    cell(row.owner || '–')));
  return section('cases', table(fill(L.cases_sum, { shown: rows.length, n: found.n, overdue: found.overdue }),
    [L.case, L.why, L.score, L.client, L.due, L.owner], rows));
}
function excerpt(sound, name) {
  if (!sound) return '–';
  const clip = make('audio', { preload: 'none' });
  return make('span', {}, clip, make('button', { type: 'button', 'aria-label': `${L.listen_clip}: ${name}`, onclick: () => {
    audio.pause();
    clip.src = clip.src || blobUrl(sound);
    if (clip.paused) clip.play().catch(() => { ui.status.textContent = L.call_unplayable; }); else clip.pause();
  } }, `▶ ${L.play}`));
}
function mismatches(found) {
  if (!found.length) return section('mismatches', make('p', {}, L.mismatches_none));
  const rows = found.map(row => make('tr', {}, cell(row.interview), cell(row.question),
    cell(secret(row.interview, figure(row.recorded)), 'number'), cell(secret(row.interview, figure(row.spoken)), 'number'),
    cell(secret(row.interview, row.moves ? L.yes : '–')), cell(secret(row.interview, excerpt(row.audio, row.interview)))));
  return section('mismatches', table(L.mismatches_how, [L.interview, L.question, L.recorded, L.spoken, L.moves, L.excerpt], rows));
}
function wave(found) {
  const rows = found.figures.map(row => make('tr', row.greyed ? { class: 'few' } : {}, cell(row.metric), cell(L[row.mode] || row.mode),
    cell(figure(row.value), 'number'), cell(`${figure(row.low)} … ${figure(row.high)}`, 'number'),
    cell(row.n + (row.greyed ? ' *' : ''), 'number'), cell(row.method)));
  return section('wave', found.sentence ? make('p', { class: 'sentence' }, found.sentence) : null,
    table(fill(L.wave_units, found), [L.metric, L.mode, L.value, L.interval, 'n', L.method], rows),
    found.figures.some(row => row.greyed) ? make('p', { class: 'footnote' }, `* ${L.few}`) : null);
}
function yesterday(found) {
  return section('yesterday', make('p', {}, fill(L.yesterday_sum, { ...found, first: dayOf(found.first), minutes: figure(found.minutes) })),
    found.failed_n ? make('p', { class: 'warn' }, fill(L.failed, { n: found.failed_n })) : make('p', {}, L.failed_none),
    found.failed_n ? make('ul', {}, ...found.failed.map(row => make('li', {}, make('bdi', {}, row.path), ': ', row.error)),
      found.failed_n > found.failed.length ? make('li', {}, fill(L.failed_more, { n: found.failed_n - found.failed.length })) : null) : null);
}
function searches(found) {
  if (!found.length) return section('searches', make('p', {}, L.searches_none));
  return section('searches', make('ul', {}, ...found.map(row => make('li', {}, make('bdi', {}, fill(L.search_row, row))))));
}
const whyReplaced = why => L[why] || why.replace(/^cannot be decoded/, L.undecodable);
function proof(found) {
  const list = (title, items) => items.length ? [make('h3', {}, title), make('ul', {}, ...items.map(item => make('li', {}, item)))] : [];
  return section('draw', make('p', {}, fill(L.draw_text, { k: found.chosen.length, n: found.n, date: data.date })),
    make('p', { class: 'hash' }, `${L.frame_hash}: ${found.frame}`), make('p', { class: 'hash' }, `${L.key_hash}: ${found.key}`),
    make('ul', {}, ...found.chosen.map(row => make('li', {}, [placeOf(row.id), row.id, row.stratum,
      `${L.probability} ${figure(row.probability, 3)}`].filter(Boolean).join(' · ')))),
    ...list(L.replaced, found.replaced.map(row => `${row.id}: ${whyReplaced(row.why)}`)),
    ...list(L.excluded, found.excluded.map(row => `${row.id}: ${L[row.rule] || row.rule}`)));
}

const day = new Intl.DateTimeFormat(data.language, { dateStyle: 'full', timeZone: 'UTC' }).format(new Date(`${data.date}T00:00:00Z`));
const main = make('main', {}, make('h1', {}, L.title, make('small', {}, [day, data.title].filter(Boolean).join(' · '))));
document.body.append(main);
if (data.problems.length) {
  main.append(make('section', { class: 'problems', id: 'problems', 'aria-labelledby': 'h-problems' },
    make('h2', { id: 'h-problems' }, `⚠ ${L.problems}`), make('ul', {}, ...data.problems.map(text => make('li', {}, make('bdi', {}, text))))));
}
if (calls.length) {
  main.append(player());
  choose(0, false);
  showNotes();
}
const below = make('div', { class: 'below' });
const builders = { cases, mismatches, wave, yesterday, searches, draw: proof };
for (const [name, build] of Object.entries(builders)) if (data[name]) below.append(build(data[name]));
main.append(below);

document.addEventListener('keydown', event => {
  if (!calls.length || event.ctrlKey || event.altKey || event.metaKey) return;
  const typing = event.target.matches('input[type=text], textarea');
  if (typing) { if (event.key === 'Escape') event.target.blur(); return; }
  const acts = { ArrowRight: () => seek(audio.currentTime + 5, false), ArrowLeft: () => seek(audio.currentTime - 5, false),
    KeyN: () => ui.text.focus() };
  if (event.code === 'Space' && event.target.tagName !== 'BUTTON') acts.Space = toggle;
  const digit = /^Digit([1-9])$/.exec(event.code);
  if (digit && Number(digit[1]) <= calls.length) acts[event.code] = () => choose(Number(digit[1]) - 1, !audio.paused);
  if (acts[event.code]) { event.preventDefault(); acts[event.code](); }
});
