// The grid saves itself cell by cell. A cell goes out with what it held when its writer began; where somebody else changed
// it meanwhile, both values are shown to choose from. What cannot go out waits in this browser.
import { send } from "../../duban/sending.js";
import { say } from "../../duban/toasts.js";
import { Drafts } from "./drafts.js";
import { moveThrough } from "./moving.js";

const WAIT = 800;
const RETRY = [2000, 4000, 8000, 15000];
const LOOK = 30000;

const form = document.querySelector("[data-grid]");
const person = Number(form.dataset.person);
const drafts = new Drafts(`duban.grid.${form.dataset.grid}.${person}.`);
const status = document.querySelector("[data-grid-status]");
const cells = new Map();
const busy = new Map();
const timers = new Map();
// Cells that wait for their writer: in conflict, or refused as they stand.
const held = new Set();
let trouble = "";
let failures = 0;
let retry = null;
let savedAt = null;
let sent = 0;

for (const element of form.querySelectorAll(".cell")) {
  const field = element.querySelector(".cell-field");
  const report = element.closest("[data-report]").dataset.report;
  const name = `${report}:${element.dataset.cell}`;
  if (field) cells.set(name, { name, report, cell: element.dataset.cell, element, field, stored: element.querySelector("input[type=hidden]"), said: element.querySelector(".cell-says") });
}

function waiting(report) {
  return drafts.all().filter(([name]) => cells.get(name)?.report === report && !held.has(name)).map(([name, draft]) => ({ name, ...draft }));
}

function show() {
  const open = drafts.all().filter(([name]) => cells.has(name));
  for (const one of cells.values()) one.element.classList.toggle("is-unsent", Boolean(drafts.get(one.name)));
  const conflicts = open.filter(([name]) => cells.get(name).element.classList.contains("is-conflict")).length;
  const wrong = open.filter(([name]) => cells.get(name).element.classList.contains("is-wrong")).length;
  const words = [];
  if (trouble) words.push(`${trouble}有 ${open.length} 格先存在这台电脑上。`);
  else if (busy.size) words.push("正在保存…");
  if (conflicts) words.push(`${conflicts} 格和别人填的不一样，请选用一个。`);
  if (wrong) words.push(`${wrong} 格填得不对，没有保存。`);
  if (!words.length) words.push(open.length ? "正在保存…" : savedAt ? `已保存 ${savedAt}` : "改动会自动保存");
  status.textContent = words.join("");
  status.classList.toggle("is-bad", Boolean(trouble || conflicts || wrong));
}

function changed(one) {
  const draft = drafts.get(one.name);
  one.element.classList.remove("is-wrong");
  if (!one.element.classList.contains("is-conflict")) held.delete(one.name);
  if (one.field.value === one.stored.value && !busy.has(one.report)) drafts.drop(one.name);
  else drafts.set(one.name, { was: draft ? draft.was : one.stored.value, now: one.field.value });
  clearTimeout(timers.get(one.report));
  timers.set(one.report, setTimeout(() => push(one.report), WAIT));
  show();
}

/** Send what waits of a report; true where nothing of it waits any more. */
async function push(report, one = null) {
  clearTimeout(timers.get(report));
  while (busy.has(report)) await busy.get(report);
  const changes = one ? [one] : waiting(report);
  if (!changes.length) {
    show();
    return !drafts.all().some(([name]) => cells.get(name)?.report === report);
  }
  const data = { person, changes: changes.map(({ name, was, now }) => ({ cell: cells.get(name).cell, was, now })) };
  // No answer: the network is gone.
  const asked = send(form.dataset.save.replace("/0/", `/${report}/`), { data }).catch(() => null);
  busy.set(report, asked);
  sent += 1;
  show();
  const answer = await asked;
  busy.delete(report);
  if (!answer || answer.status >= 500 || answer.status === 401) {
    trouble = !answer ? "网络不通，" : answer.status === 401 ? "登录已失效，请重新登录；" : "服务器没有回应，";
    clearTimeout(retry);
    retry = setTimeout(pushAll, RETRY[Math.min(failures++, RETRY.length - 1)]);
    show();
    return false;
  }
  failures = 0;
  trouble = "";
  if (answer.ok) taken(report, changes, answer.data);
  else if (answer.status === 422 && changes.length > 1) {
    // One bad cell holds up no other.
    for (const change of changes) await push(report, change);
  } else {
    const words = answer.data.detail ?? "没有保存，请刷新页面后再试。";
    for (const { name } of changes) {
      held.add(name);
      tell(cells.get(name), [words], "is-wrong");
    }
  }
  show();
  return one ? true : waiting(report).length ? push(report) : !drafts.all().some(([name]) => cells.get(name)?.report === report);
}

function pushAll() {
  clearTimeout(retry);
  const reports = new Set(drafts.all().map(([name]) => cells.get(name)?.report).filter(Boolean));
  return Promise.all([...reports].map((report) => push(report)));
}

function taken(report, changes, told) {
  for (const { name, now } of changes) {
    const one = cells.get(name);
    const kept = told.cells[one.cell];
    if (kept === undefined) continue;
    one.stored.value = kept;
    one.element.classList.remove("is-conflict", "is-wrong");
    if (one.field.value === now) {
      drafts.drop(name);
      if (document.activeElement !== one.field) one.field.value = kept;
    } else drafts.set(name, { was: kept, now: one.field.value });
    savedAt = new Date().toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit" });
  }
  warn(report, told.warnings);
  for (const conflict of told.conflicts) choose(cells.get(`${report}:${conflict.cell}`), conflict);
}

function warn(report, warnings) {
  for (const one of cells.values()) {
    if (one.report === report && !held.has(one.name)) tell(one, warnings[one.cell] ?? [], "is-warned");
  }
  const place = form.querySelector(`[data-report="${report}"] [data-evidence-says]`);
  place?.replaceChildren(...(warnings.evidence ?? []).map(sentence));
}

function sentence(words) {
  const said = document.createElement("span");
  said.className = "cell-said";
  said.textContent = words;
  return said;
}

function tell(one, sentences, kind) {
  one.element.classList.remove("is-warned", "is-wrong");
  if (sentences.length) one.element.classList.add(kind);
  one.said.replaceChildren(...sentences.map(sentence));
  if (kind === "is-wrong") one.field.setAttribute("aria-invalid", "true");
  else one.field.removeAttribute("aria-invalid");
}

// Both values beside the cell; it is sent again only when its writer has chosen.
function choose(one, { theirs, who }) {
  held.add(one.name);
  tell(one, [`${who}已改为“${theirs || "（空）"}”，您填的是“${one.field.value || "（空）"}”。`], "is-conflict");
  for (const [words, mine] of [["用对方的", false], ["用我的", true]]) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-sm";
    button.textContent = words;
    button.addEventListener("click", () => {
      held.delete(one.name);
      one.stored.value = theirs;
      one.element.classList.remove("is-conflict");
      tell(one, [], "is-warned");
      if (mine) drafts.set(one.name, { was: theirs, now: one.field.value });
      else {
        drafts.drop(one.name);
        one.field.value = theirs;
      }
      one.field.focus();
      push(one.report);
    });
    one.said.append(button);
  }
}

// What others did meanwhile comes into cells that nobody here is at.
async function look() {
  if (document.visibilityState !== "visible" || busy.size) return;
  const before = sent;
  let answer;
  try {
    answer = await fetch(form.dataset.news, { headers: { Accept: "application/json" } });
    if (!answer.ok) return;
    answer = await answer.json();
  } catch {
    return;
  }
  // Something went out while this was on its way: it may be older than what we saved.
  if (sent !== before) return;
  for (const line of answer.lines) {
    const body = form.querySelector(`[data-report="${line.report}"]`);
    if (!body) continue;
    if (line.state !== body.dataset.state) {
      body.dataset.state = line.state;
      say(`${body.dataset.title}现在是“${line.label}”。刷新页面可以看到。`);
    }
    for (const [cell, stored] of Object.entries(line.cells)) {
      const one = cells.get(`${line.report}:${cell}`);
      if (!one || drafts.get(one.name) || stored === one.stored.value || document.activeElement === one.field) continue;
      one.stored.value = stored;
      one.field.value = stored;
      one.element.classList.add("is-new");
      setTimeout(() => one.element.classList.remove("is-new"), 4000);
    }
    warn(String(line.report), line.warnings);
  }
}

// Hand in what is saved, and only that.
async function handIn(submitter) {
  await pushAll();
  const chosen = submitter.value.split(":")[1];
  const left = drafts.all().map(([name]) => cells.get(name)).filter((one) => one && (!chosen || one.report === chosen));
  if (left.length) {
    say(trouble ? "还有没送出的格，网络恢复、自动保存以后再提交。" : "还有没保存的格，请先改好标出的地方，再提交。", "bad");
    left[0].field.focus();
    return;
  }
  const what = document.createElement("input");
  what.type = "hidden";
  what.name = submitter.name;
  what.value = submitter.value;
  form.append(what);
  form.submit();
}

// Words that were typed here and have no cell any more: the round closed, or the report was handed in elsewhere.
function showLeftOver() {
  const place = document.querySelector("[data-grid-left]");
  for (const [name, draft] of drafts.all()) {
    if (cells.has(name)) continue;
    const [report, cell] = [name.slice(0, name.indexOf(":")), name.slice(name.indexOf(":") + 1)];
    const body = form.querySelector(`[data-report="${report}"]`);
    const fixed = body?.querySelector(`[data-cell="${cell}"]`);
    if (fixed?.textContent.trim() === draft.now.trim() || !draft.now.trim()) {
      drafts.drop(name);
      continue;
    }
    const note = document.createElement("div");
    note.className = "note note-warn";
    const words = document.createElement("div");
    words.textContent = `${body?.dataset.title ?? "一项任务"}：这里填过、没有保存的内容，现在已经不能填了：“${draft.now}”。需要的请复制。`;
    const gone = document.createElement("button");
    gone.type = "button";
    gone.className = "btn btn-sm";
    gone.textContent = "不要了";
    gone.addEventListener("click", () => {
      drafts.drop(name);
      note.remove();
    });
    note.append(words, gone);
    place.append(note);
  }
}

for (const [name, draft] of drafts.all()) {
  const one = cells.get(name);
  if (!one) continue;
  one.field.value = draft.now;
  if (one.stored.value.trim() === draft.now.trim()) drafts.drop(name);
}
showLeftOver();
if (cells.size) {
  form.addEventListener("input", (event) => {
    const element = event.target.closest(".cell");
    const one = element && cells.get(`${element.closest("[data-report]").dataset.report}:${element.dataset.cell}`);
    if (one) changed(one);
  });
  form.addEventListener("focusout", (event) => {
    const report = event.target.closest?.("[data-report]")?.dataset.report;
    if (report && event.target.matches(".cell-field")) push(report);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (event.submitter?.value.startsWith("submit")) handIn(event.submitter);
    else pushAll();
  });
  moveThrough(form, pushAll);
  for (const event of ["online", "focus"]) addEventListener(event, () => drafts.size && pushAll());
  addEventListener("offline", () => {
    trouble = "网络不通，";
    show();
  });
  document.addEventListener("visibilitychange", () => (document.visibilityState === "hidden" ? pushAll() : look()));
  setInterval(look, LOOK);
  pushAll();
  show();
}
