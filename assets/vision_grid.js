// The class grid of vision screening: one row a pupil. Enter, Tab and the arrows move as in a
// spreadsheet; a row is saved when it is left. Cells are read by cells.js, rows travel by outbox.js;
// the server judges, and its answer is what a row shows. Every word comes from the page, in its
// language. Without this script the same form saves the class in one post.
import * as read from "./cells.js";
import { Outbox, ask, newKey } from "./outbox.js";

const POLL_EVERY = 5_000;
// Nobody at the keyboard for so long: the page no longer asks, so that the session can end by itself.
const ASLEEP_AFTER = 600_000;
const form = document.getElementById("grid");
const page = form.dataset;
const english = document.documentElement.lang.startsWith("en");
const words = {};
for (const word of document.getElementById("words").content.children) words[word.dataset.k] = word.textContent;
const say = (key, with_ = {}) => words[key].replace(/\{(\w+)\}/g, (_, name) => with_[name] ?? "");
const speak = (text) => (english ? text?.en : text?.zh) ?? "";
const chart = page.chart.split(";").map((row) => row.split("|"));
const heads = [...form.querySelectorAll("thead [data-field]")].sort((a, b) => a.id.slice(1) - b.id.slice(1));
const fields = heads.map(({ dataset: { field, kind, label, far, limit, keys } }) => ({
  name: field,
  kind,
  label,
  keys: (keys || "").split(","),
  far: Number(far || 0),
  limit: Number(limit || 0),
}));
const writes = page.write === "yes";
const said = document.getElementById("said");

// ---- rows ----

/** A row as the page gives it; `saved` is what the server has. */
const rows = [...form.querySelectorAll("tbody tr")].map((tr, number) => {
  const { student, screening, version, on, last } = tr.dataset;
  const cells = [...tr.querySelectorAll("td > input, td > select")];
  const saved = screening && { id: screening, version: Number(version), on, cells: cells.map((c) => c.value) };
  return {
    tr, number, student, cells, saved,
    name: tr.querySelector("th").textContent.trim().replace(/\s+/g, " "),
    last: (last || "").split("|"),
    mark: tr.querySelector(".state"),
    box: tr.querySelector(".say"),
    faults: new Map(),
    asked: new Map(),
    sure: new Set(),
    reason: "",
  };
});
const byStudent = new Map(rows.map((row) => [row.student, row]));
const rowOf = (element) => rows[[...form.querySelectorAll("tbody tr")].indexOf(element.closest("tr"))];
const values = (row) => row.cells.map((cell) => cell.value);
const value = (row, name) => row.cells[fields.findIndex((field) => field.name === name)].value;
const isBlank = (row) => values(row).every((text) => !text);
const same = (some, others) => some.every((text, n) => text === others[n]);
const isChanged = (row) => (row.saved ? !same(values(row), row.saved.cells) : !isBlank(row));

/** The word and icon at the end of a row; app.css draws the icon from the state. */
function mark(row, state, note = "") {
  row.state = state;
  row.tr.dataset.state = state;
  row.mark.textContent = state ? say(`mark_${state}`) : "";
  if (note) said.textContent = `${row.name} ${row.mark.textContent} ${note}`;
}

function show(row, ...parts) {
  row.box.replaceChildren(...parts);
}

function element(tag, text, properties = {}) {
  return Object.assign(document.createElement(tag), { textContent: text }, properties);
}

function button(key, action, style = "") {
  return element("button", say(key), { type: "button", className: style, onclick: action });
}

/** Everything that is wrong with a row or asked about it, the cells marked and the reasons beside. */
function showFaults(row) {
  const lines = [];
  row.cells.forEach((cell, n) => {
    const { name, label } = fields[n];
    const wrong = row.faults.get(name);
    const asked = row.asked.get(name);
    if (wrong) cell.setAttribute("aria-invalid", "true");
    else cell.removeAttribute("aria-invalid");
    cell.classList.toggle("asked", Boolean(asked && !wrong));
    if (wrong || asked) cell.setAttribute("aria-describedby", row.box.id);
    else cell.removeAttribute("aria-describedby");
    if (wrong) lines.push(element("p", `${label}: ${wrong}`, { className: "wrong-text" }));
    else if (asked) lines.push(element("p", `${label}: ${asked.text} ${say("again")}`, { className: "asks" }));
  });
  const whole = row.faults.get("");
  if (whole) lines.push(element("p", whole, { className: "wrong-text" }));
  if (!lines.length && row.saved && row.state === "saved") showResult(row);
  else show(row, ...lines, ...(row.saved && row.state === "open" ? correcting(row) : []));
  if (lines.length) said.textContent = `${row.name} ${lines[0].textContent}`;
  return lines.length > 0;
}

/** The result of a saved row, and the way to correct it. */
function showResult(row) {
  const { result } = row.saved;
  const parts = result === undefined ? row.served : [];
  if (result) {
    parts.push(element("p", speak(result.brief)));
    if (result.change) parts.push(element("p", say("since", { change: speak(result.change) }), { className: "quiet" }));
    parts.push(element("span", speak(result.next_step), { className: result.referral ? "step referral" : "step quiet" }), " ");
  }
  show(row, ...parts, ...(writes && page.correct ? [button("correct", () => correct(row), "plain")] : []));
}

/** Takes what the server has. With `keep`, what stands in the cells stays. */
function paint(row, screening, keep = false) {
  row.saved = {
    id: screening.id,
    version: screening.version,
    on: screening.examined_on,
    result: screening.result,
    cells: fields.map(({ name }) => String(screening[name] ?? "")),
  };
  row.faults.clear();
  row.asked.clear();
  if (keep) return;
  row.reason = "";
  row.cells.forEach((cell, n) => {
    if (cell.value !== row.saved.cells[n]) cell.value = row.saved.cells[n];
  });
  lock(row, true);
  mark(row, "saved");
  showFaults(row);
  count();
}

/**
 * What is saved is not typed over by accident; what was left blank can be filled in later, unless
 * the pupil was not screened at all. A list that is locked cannot keep the focus.
 */
function lock(row, locked) {
  const whole = !writes || !page.correct || Boolean(value(row, "not_done_reason"));
  row.cells.forEach((cell, n) => {
    const fixed = locked && (whole || Boolean(cell.value) || fields[n].name === "not_done_reason");
    if (cell.tagName !== "SELECT") cell.readOnly = fixed;
    else {
      if (fixed && document.activeElement === cell) row.cells[0].focus();
      cell.disabled = fixed;
    }
  });
}

function count() {
  const done = rows.filter((row) => row.saved).length;
  const bar = document.getElementById("done");
  bar.value = done;
  document.getElementById("done-figure").textContent =
    `${done} / ${rows.length} · ${rows.length ? Math.floor((done * 100) / rows.length) : 0}%`;
}

// ---- cells ----

/** Reads a cell: writes it as the record does, or notes what is wrong with it or asked about it. */
function look(row, n) {
  const cell = row.cells[n];
  const { name, kind, far, limit } = fields[n];
  if (cell.tagName === "SELECT" || cell.readOnly || row.asked.get(name)?.value === cell.value) return;
  row.asked.delete(name);
  const found =
    kind === "acuity" ? read.acuity(cell.value, chart)
    : kind === "power" ? read.power(cell.value, limit)
    : read.axis(cell.value, limit);
  if (found.fault) {
    row.faults.set(name, sayFault(name, found));
    return;
  }
  cell.value = found.value;
  const question = questionAbout(row, name, found, far, row.last[n]);
  if (question) row.asked.set(name, { value: found.value, ...question });
}

function sayFault(name, { fault, below, above }) {
  const sum = ([five, decimal]) => `${decimal} = ${five}`;
  if (below && above) return say("between", { below: sum(below), above: sum(above) });
  return say(fault === "out_of_range" ? `out_of_range_${name.split("_")[1]}` : fault);
}

/** A cell is left: whether nothing is in the way of going on. */
function settle(row, n) {
  const { name } = fields[n];
  if (!row.cells[n].readOnly) for (const field of [name, ""]) row.faults.delete(field);
  look(row, n);
  if (row.state !== "conflict" && !row.cells[n].readOnly && !row.cells[n].disabled && !row.box.querySelector("input")) showFaults(row);
  return !row.faults.has(name) && !row.asked.has(name);
}

function questionAbout(row, name, found, far, last) {
  const first = `${found.ask}:${name}=${found.value}`;
  if (found.ask && !row.sure.has(first)) return { sure: first, text: say(found.ask, found) };
  const second = `far:${name}=${found.value}`;
  const isFar = far && found.value && last && read.far(found.value, last, far, chart);
  if (isFar && !row.sure.has(second)) {
    return { sure: second, text: say("confirm_far", { value: found.value, before: last }) };
  }
  return null;
}

/** Enter on a cell that asks says yes; the next question may follow. */
function confirmCell(row, n) {
  const { name, far } = fields[n];
  const asked = row.asked.get(name);
  if (!asked || asked.value !== row.cells[n].value) return;
  row.sure.add(asked.sure);
  row.asked.delete(name);
  const more = questionAbout(row, name, { value: asked.value }, far, row.last[n]);
  if (more) row.asked.set(name, { value: asked.value, ...more });
  showFaults(row);
}

// ---- saving ----

/** What a whole row gets wrong. */
function check(row) {
  const measured = fields.some(({ kind }, n) => kind !== "word" && row.cells[n].value);
  const reason = value(row, "not_done_reason");
  for (const eye of ["right", "left"]) {
    for (const [name, fault] of read.halves(eye, (field) => value(row, field))) {
      if (!row.faults.has(name)) row.faults.set(name, say(fault));
    }
  }
  if (reason && (measured || value(row, "glasses"))) row.faults.set("not_done_reason", say("not_done_with_values"));
  if (!reason && !measured) row.faults.set("", say("nothing_measured"));
}

function body(row) {
  const filled = {};
  fields.forEach(({ name, kind }, n) => {
    const text = row.cells[n].value;
    if (text) filled[name] = kind === "axis" ? Number(text) : text;
  });
  return filled;
}

/** Whether a row says enough to be saved by itself: both eyes, or why not. */
const isWhole = (row) =>
  row.saved ||
  value(row, "not_done_reason") ||
  ["right", "left"].every((eye) => value(row, `${eye}_uncorrected`) || value(row, `${eye}_corrected`));

/** Whether only blank cells of a saved row were filled in. */
const isAddition = (row) => row.saved.cells.every((text, n) => !text || text === row.cells[n].value);

/**
 * Saves a row that has been left, when there is something to save and nothing is wrong or asked. A
 * row of which only a part is there waits for the rest, unless `all` says that this is all.
 */
function save(row, all = false) {
  if (!writes || row.state === "conflict") return;
  const before = outbox.entries.get(row.student);
  if (!isChanged(row)) {
    if (before && !before.send?.tried) outbox.drop(row.student);
    if (row.state === "open") {
      for (const them of [row.faults, row.asked]) them.clear();
      mark(row, row.saved ? "saved" : "");
      showFaults(row);
    }
    if (row.saved) lock(row, true);
    return;
  }
  if (before?.send?.tried) {
    // Its fate is not known yet: what was changed since becomes a correction once it is answered.
    outbox.keep(row.student, { ...before, cells: values(row) });
    return;
  }
  row.faults.clear();
  row.cells.forEach((_, n) => look(row, n));
  check(row);
  if (showFaults(row)) {
    outbox.keep(row.student, { cells: values(row), version: row.saved?.version });
    mark(row, "open");
    return;
  }
  if (!all && !isWhole(row)) {
    outbox.keep(row.student, { cells: values(row) });
    mark(row, "open");
    show(row, element("p", say("one_eye"), { className: "quiet" }));
    return;
  }
  if (row.saved && !row.reason && isAddition(row)) row.reason = say("addition");
  if (row.saved && !row.reason) {
    outbox.keep(row.student, { cells: values(row), version: row.saved.version });
    askReason(row);
    return;
  }
  outbox.keep(row.student, { cells: values(row), version: row.saved?.version, send: request(row) });
  mark(row, "waiting");
  outbox.flush();
}

function request(row) {
  const shared = { acuity: "five_mark", ...body(row) };
  if (row.saved) {
    return {
      method: "PUT",
      url: `/api/v1/vision/screenings/${row.saved.id}`,
      headers: { "If-Match": `"v${row.saved.version}"` },
      body: { examined_on: row.saved.on, reason: row.reason, ...shared },
    };
  }
  return {
    method: "POST",
    url: "/api/v1/vision/screenings",
    headers: { "Idempotency-Key": newKey() },
    body: {
      student_id: row.student,
      term: page.term,
      kind: page.kind,
      examined_on: form.elements.examined_on.value,
      ...shared,
    },
  };
}

/** Opens a saved row for a correction. */
function correct(row) {
  lock(row, false);
  mark(row, "open");
  showFaults(row);
  row.cells[0].focus();
}

const correcting = (row) => [
  element("p", say("correcting"), { className: "quiet" }),
  button("give_up", () => giveUp(row), "plain"),
];

function giveUp(row) {
  outbox.drop(row.student);
  paint(row, screeningOf(row.saved));
  row.cells[0].focus();
}

/** What was saved, in the shape of the API. */
function screeningOf(saved) {
  const screening = { id: saved.id, version: saved.version, examined_on: saved.on, result: saved.result };
  fields.forEach(({ name }, n) => (screening[name] = saved.cells[n] || null));
  return screening;
}

/** A correction says why. */
function askReason(row) {
  mark(row, "open");
  const label = element("label", say("reason"));
  const input = element("input", "", { maxLength: 500, value: row.reason, className: "reason" });
  const done = () => {
    if (!input.value.trim()) return input.focus();
    row.reason = input.value.trim();
    go(row.number + 1, 0);
    return save(row);
  };
  input.onkeydown = (event) => {
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    event.stopPropagation();
    done();
  };
  label.append(input);
  show(row, differences(row, row.saved), label, button("save_correction", done), button("give_up", () => giveUp(row), "plain"));
  input.focus();
}

/** Cell by cell what the server has and what stands here. */
function differences(row, theirs) {
  const list = element("ul", "", { className: "differences" });
  fields.forEach(({ label }, n) => {
    if (row.cells[n].value === theirs.cells[n]) return;
    const word = (text) => [...(row.cells[n].options || [])].find((one) => one.value === text)?.text ?? text;
    const [was, is] = [theirs.cells[n], row.cells[n].value].map((text) => word(text) || say("blank"));
    list.append(element("li", say("difference", { label, theirs: was, yours: is })));
  });
  return list;
}

/** Two people wrote the same row: both values are shown, and this person chooses. */
function conflict(row, screening) {
  const mine = values(row);
  paint(row, screening, true);
  if (same(mine, row.saved.cells)) {
    outbox.drop(row.student);
    paint(row, screening);
    return;
  }
  outbox.keep(row.student, { cells: mine, version: row.saved.version });
  mark(row, "conflict", say("conflict"));
  show(
    row,
    element("p", say("conflict"), { className: "wrong-text" }),
    differences(row, row.saved),
    button("take_theirs", () => giveUp(row)),
    button("take_mine", () => {
      lock(row, false);
      row.reason = "";
      askReason(row);
    }),
  );
}

const outbox = new Outbox({
  name: `${page.class}:${page.term}:${page.kind}`,
  who: page.who,
  changed(student, state) {
    const row = byStudent.get(student);
    if (row) mark(row, state);
    const notice = { waiting: "away", signin: "signed-out" }[state];
    if (notice) document.getElementById(notice).hidden = false;
  },
  async answered(student, { status, body: answer }) {
    for (const id of ["away", "signed-out"]) document.getElementById(id).hidden = true;
    const row = byStudent.get(student);
    if (!row) return outbox.drop(student);
    if (status < 300) return written(row, answer);
    if (status === 412) return conflict(row, answer.current);
    if (answer.code === "already_screened") return poll(true);
    return refused(row, answer);
  },
});

/** Saved. What was typed while the answer was on its way is a correction. */
function written(row, screening) {
  const changedSince = fields.some(({ name }, n) => String(screening[name] ?? "") !== row.cells[n].value);
  paint(row, screening, changedSince);
  if (changedSince) {
    count();
    outbox.keep(row.student, { cells: values(row), version: row.saved.version });
    mark(row, "open");
    return;
  }
  outbox.drop(row.student);
  said.textContent = `${row.name} ${say("mark_saved")} ${speak(screening.result?.brief)}`;
}

/** The server found something that this page had not: each fault goes to its cell. */
function refused(row, problem) {
  const told = (error) => (english ? error.message_en : error.message);
  for (const error of problem.errors || []) {
    const name = error.pointer.slice(1);
    const known = fields.some((field) => field.name === name);
    row.faults.set(known ? name : "", told(error));
  }
  if (!row.faults.size) row.faults.set("", english ? problem.detail : problem.title);
  showFaults(row);
  mark(row, "failed", "");
}

// ---- the others ----

/** Asks for what the others have written since. The tag is known without asking as long as nobody has. */
async function poll(forced = false) {
  if (!forced && (document.hidden || outbox.busy || Date.now() - awake > ASLEEP_AFTER)) return;
  const screened = rows.filter((row) => row.saved);
  const sum = screened.reduce((total, row) => total + row.saved.version, 0);
  const headers = forced ? {} : { "If-None-Match": `"${rows.length}-${screened.length}-${sum}"` };
  const answer = await ask(`/api/v1/classes/${page.class}/vision?term=${page.term}&kind=${page.kind}`, { headers });
  if (answer?.status === 401) document.getElementById("signed-out").hidden = false;
  // Whoever answers is there again: what waits goes out.
  if (answer && answer.status < 400 && !forced) outbox.flush();
  if (answer?.status !== 200) return;
  for (const { student_id: student, screenings } of answer.body.items) {
    const row = byStudent.get(student);
    const [screening] = screenings;
    if (!row || !screening || row.saved?.version === screening.version) continue;
    if (outbox.entries.get(student)?.send) continue; // Its own answer is on the way.
    if (isChanged(row)) conflict(row, screening);
    else paint(row, screening);
  }
}

let awake = Date.now();
for (const sign of ["keydown", "pointerdown"]) addEventListener(sign, () => (awake = Date.now()));
setInterval(poll, POLL_EVERY);
document.addEventListener("visibilitychange", () => poll());

// ---- the keyboard ----

let firstColumn = null; // Where Tab began: Enter goes back there, one row down.
let before = ""; // What stood in the cell when it was entered.

function go(rowNumber, column) {
  const target = rows[Math.max(0, Math.min(rows.length - 1, rowNumber))];
  let cell = target.cells[column];
  // A locked list cannot take the focus; its neighbour can.
  if (cell.disabled) cell = target.cells.findLast((one, n) => n < column && !one.disabled) || cell;
  cell.focus();
  cell.scrollIntoView({ block: "nearest", inline: "nearest" });
}

function atEdge(cell, key) {
  if (cell.tagName === "SELECT") return true;
  const { selectionStart: start, selectionEnd: end, value: text } = cell;
  if (start === 0 && end === text.length) return true;
  return start === end && (key === "ArrowLeft" ? start === 0 : start === text.length);
}

/** Digits choose in a list: the forms number glasses 1 to 3, and no glasses 4 or 0. */
function choose(cell, keys, key) {
  if (key === "Delete" || key === "Backspace") cell.selectedIndex = 0;
  else {
    const option = /^\d$/.test(key) ? keys.findIndex((one) => one.includes(key)) : -1;
    if (option < 0) return false;
    cell.selectedIndex = option + 1; // The first one is blank.
  }
  cell.dispatchEvent(new Event("input", { bubbles: true }));
  return true;
}

form.querySelector("tbody").addEventListener("keydown", (event) => {
  const cell = event.target;
  const row = rowOf(cell);
  const column = row.cells.indexOf(cell);
  if (column < 0 || event.isComposing || event.metaKey || event.altKey) return;
  if (event.ctrlKey && event.key !== "Enter") return;
  const { key } = event;
  const moves = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
  if (key === "Tab") {
    firstColumn ??= column;
    return;
  }
  if (key === "Enter") {
    event.preventDefault();
    confirmCell(row, column);
    if (!settle(row, column)) return;
    // Another cell of the row may have been passed over with its question open.
    const open = fields.findIndex(({ name }) => row.faults.has(name) || row.asked.has(name));
    if (open >= 0) return void go(row.number, open);
    if (event.ctrlKey) return save(row, true);
    go(row.number + (event.shiftKey ? -1 : 1), firstColumn ?? column);
    if (row.tr.contains(document.activeElement)) save(row); // The last row has no next one to go to.
    firstColumn = null;
  } else if (moves[key] && !event.shiftKey && (key === "ArrowUp" || key === "ArrowDown" || atEdge(cell, key))) {
    event.preventDefault();
    const next = column + moves[key][1];
    if (next >= 0 && next < fields.length) go(row.number + moves[key][0], next);
    firstColumn = null;
  } else if (key === "Escape") {
    cell.value = before;
    cell.select?.();
  } else if (key === "F2") {
    event.preventDefault();
    if (cell.readOnly && page.correct) correct(row);
    else cell.setSelectionRange?.(cell.value.length, cell.value.length);
  } else if (key === "/") {
    event.preventDefault();
    document.getElementById("jump").focus();
  } else if (cell.tagName === "SELECT" && choose(cell, fields[column].keys, key)) event.preventDefault();
});

form.querySelector("tbody").addEventListener("pointerdown", () => (firstColumn = null));

form.addEventListener("focusin", ({ target }) => {
  if (!target.matches("tbody td > input, tbody td > select")) return;
  before = target.value;
  target.select?.();
});

form.addEventListener("focusout", ({ target, relatedTarget }) => {
  if (!target.matches("tbody td > input, tbody td > select")) return;
  const row = rowOf(target);
  settle(row, row.cells.indexOf(target));
  // Another window may have come to the front; the row has not been left then.
  if (document.hasFocus() && !row.tr.contains(relatedTarget)) save(row);
});

form.addEventListener("input", ({ target }) => {
  if (!writes || !target.matches("tbody td > input, tbody td > select")) return;
  const row = rowOf(target);
  const entry = outbox.entries.get(row.student);
  outbox.keep(row.student, { ...entry, cells: values(row), version: row.saved?.version });
  if (row.state !== "conflict" && !entry?.send?.tried) mark(row, "open");
});

form.addEventListener("submit", (event) => {
  event.preventDefault();
  for (const row of rows) save(row, true);
});

// ---- jumping ----

document.getElementById("jump").addEventListener("keydown", async (event) => {
  if (event.key !== "Enter" || event.isComposing) return;
  event.preventDefault();
  const box = event.target;
  const typed = read.plain(box.value).toLowerCase();
  if (!typed) return;
  const row = /^\d{1,3}$/.test(typed) ? rows[Number(typed) - 1] : byName(typed) || (await byNumber(typed));
  if (!row) {
    said.textContent = document.getElementById("jump-said").textContent = say("not_in_class");
    box.select();
    return;
  }
  document.getElementById("jump-said").textContent = "";
  box.value = "";
  go(row.number, Math.max(0, row.cells.findIndex((cell) => !cell.value)));
});

const byName = (typed) => rows.find(({ tr, name }) => tr.dataset.initials.startsWith(typed) || name.includes(typed));

/** A bar code holds the student number, which only the server knows whole. */
async function byNumber(typed) {
  if (typed.length < 8) return undefined;
  const answer = await ask(`/api/v1/students?limit=1&q=${encodeURIComponent(typed.toUpperCase())}`);
  return byStudent.get(answer?.body?.items?.[0]?.id);
}

// ---- the beginning ----

let leaving = false;
document.addEventListener("click", ({ target }) => (leaving = Boolean(target.closest("a[href], form[action='/sign-out']"))));
addEventListener("beforeunload", (event) => {
  if (outbox.size && !leaving) event.preventDefault();
});
addEventListener("xuekang:leave", (event) => {
  if (outbox.size && !confirm(say("leave", { n: outbox.size }))) event.preventDefault();
  else outbox.entries.clear();
});

/** What was under way when the page was left is taken up again. */
function resume() {
  for (const [student, entry] of [...outbox.entries]) {
    const row = byStudent.get(student);
    if (!row || !writes) {
      outbox.drop(student);
      continue;
    }
    lock(row, false);
    row.cells.forEach((cell, n) => (cell.value = entry.cells[n]));
    if (entry.send) {
      row.reason = entry.send.body.reason || "";
      mark(row, "waiting");
    } else if (row.saved && row.saved.version !== entry.version) conflict(row, screeningOf(row.saved));
    else {
      row.cells.forEach((_, n) => look(row, n));
      showFaults(row);
      mark(row, "open");
    }
  }
  outbox.flush();
}

for (const row of rows) {
  row.served = [...row.box.childNodes].filter((node) => !node.classList?.contains("correct"));
  if (row.saved) {
    row.state = "saved";
    lock(row, true);
    showResult(row);
  } else if (!writes) lock(row, true);
}
document.body.classList.add("ready");
resume();
