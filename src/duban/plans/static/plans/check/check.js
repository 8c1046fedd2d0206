// The check page: state in the middle, text left, entries right, keys and server around them.
import { State } from "./state.js";
import { Text } from "./text.js";
import { Entries } from "./entries.js";
import { Dialogs } from "./dialogs.js";
import { Sync, column } from "./sync.js";
import { listen } from "./keys.js";

const root = document.getElementById("check");
const paper = root.dataset.paper;
const url = location.pathname;
const state = new State(JSON.parse(document.getElementById("check-data").textContent));
const panes = root.querySelector(".check-panes");
const pane = root.querySelector("[data-entries]");
const toolbar = root.querySelector("[data-mark]");
const alertBox = root.querySelector("[data-alert]");
const KIND_OF = { t: "task", n: "note", p: "project", i: "indicator", d: "deadline", u: "responsibility" };
const editable = () => state.paperState === "checking";

// What sticks below the bar needs to know how high the bar is: on a narrow screen it takes two lines.
const bar = root.querySelector(".check-bar");
new ResizeObserver(() => root.style.setProperty("--c-bar", `${bar.offsetHeight}px`)).observe(bar);

// ---- what the person may do ----

const act = {
  tell,
  edit(row, kind, name, value, base) {
    sync.push({ do: "edit", entry: kind, fields: { [name]: value }, base: { [name]: base } }, row, kind);
    // The page shows it at once; the server's answer replaces it.
    row[column(name)] = name === "unit" || name === "task" || name === "sponsor" ? Number(value) || null : value;
  },
  accept() {
    const task = state.task();
    if (!editable() || !task?.id) return;
    if (!task.checked) {
      sync.push({ do: "accept" }, task);
      task.checked = "…";
      state.sorted = null;
    }
    const next = state.next((one) => !one.checked);
    if (next) go(next.id);
    else {
      draw();
      tell(left() ? "任务都核对过了，还有单位或提示没有处理：按 u 或 o。" : "都核对过了，可以点“完成核对”。", true);
    }
  },
  unaccept() {
    const task = state.task();
    if (editable() && task?.checked) sync.push({ do: "accept", accepted: false }, task);
  },
  dropRow(kind, row, dropped = true) {
    if (!editable()) return;
    state.focus = null;
    sync.push({ do: "drop", entry: kind, dropped }, row, kind);
  },
  split() {
    if (!editable()) return;
    const at = text.caret();
    const task = state.task();
    if (at === null || !task?.span || at <= task.span[0] || at >= task.span[1]) {
      showTab("text");
      tell("请先在左边点一下要断开的地方（第二项的第一个字前），再按 s。");
      return;
    }
    sync.push({ do: "split", at }, task, "task", (told) => told.made && go(told.made[0]));
  },
  merge(previous = false) {
    if (editable() && state.task()?.id) sync.push({ do: "merge", previous }, state.task(), "task", (told) => told.made && go(told.made[0]));
  },
  addByHand(kind) {
    const task = state.current;
    if (kind === "responsibility") {
      // An empty row has no unit to save: the first choice makes it.
      const input = document.createElement("input");
      input.className = "form-control form-control-sm";
      input.setAttribute("list", "check-units");
      input.setAttribute("aria-label", "要加的单位");
      input.placeholder = "输入单位名称";
      const add = () => {
        const unit = state.unitsByName.get(input.value.trim());
        if (unit) sync.push({ do: "add", entry: kind, task, fields: { unit, role: "responsible" } });
      };
      input.addEventListener("change", add);
      pane.querySelector(".entry-kind-responsibility h3, .entry-empty").after(input);
      input.focus();
      return;
    }
    const fields = {
      deadline: { due: `${new Date().getFullYear()}-12-31` },
      indicator: { name: "新指标", value: "0" },
      project: { name: "新项目", value: "0", unit: "亿元" },
    }[kind];
    sync.push({ do: "add", entry: kind, task, fields }, null, kind, (told) => focusMade(kind, told));
  },
  mark(kind) {
    if (!editable()) return;
    const span = text.selection();
    if (!span) {
      showTab("text");
      tell("请先在左边选中文字，再按键。");
      return;
    }
    if (kind === "range") {
      const task = state.task();
      if (task?.id) sync.push({ do: "edit", entry: "task", fields: { span }, base: {} }, task);
    } else {
      const task = kind === "task" ? null : state.current || null;
      sync.push({ do: "add", entry: kind, task, span }, null, kind, (told) => focusMade(kind, told));
    }
    getSelection().removeAllRanges();
    toolbar.hidden = true;
  },
  answer(row, words) {
    sync.push({ do: "answer", answer: words }, row, "note");
  },
  resolve(row) {
    const places = [...state.tasks.values()].filter((task) => !task.dropped).flatMap((task) => task.responsibility.filter((one) => one.unit_text === row.unit_text && state.unknown(task, one)));
    dialogs.resolve(row.unit_text, places.length);
  },
  resolveAs(words, choice) {
    sync.push({ do: "resolve", words, unit: choice.unit, group: choice.group }, null, "responsibility", nextUnknown);
  },
  createUnit(words, name, group) {
    sync.push({ do: "create", words, name, group: group || null }, null, "responsibility", nextUnknown);
  },
  members: (row, chosen) => dialogs.members(row, chosen),
  setMembers(row, units) {
    sync.push({ do: "members", units }, row, "responsibility");
  },
  undoOne(id) {
    sync.push({ do: "undo", id });
  },
  settle(key, mine) {
    const conflict = state.conflicts.get(key);
    state.conflicts.delete(key);
    const [kind, id, name] = key.split(":");
    const row = state.find(kind, Number(id));
    if (mine && row) act.edit(row, kind, name, conflict.mine, row[column(name)] ?? null);
    draw();
  },
};

const commands = {
  next: () => step(1),
  previous: () => step(-1),
  accept: () => act.accept(),
  unaccept: () => act.unaccept(),
  unchecked: () => goTo("task"),
  edit: () => {
    showTab("entries");
    const focus = state.focus && pane.querySelector(`[data-entry="${state.focus}"] [data-field]`);
    (focus || pane.querySelector("[data-field$=':title']") || pane.querySelector("[data-field]"))?.focus();
  },
  resolve: () => goTo("unit"),
  note: () => goTo("note"),
  split: () => act.split(),
  merge: () => act.merge(false),
  mergePrevious: () => act.merge(true),
  markIndicator: () => act.mark("indicator"),
  markUnit: () => act.mark("responsibility"),
  markDeadline: () => act.mark("deadline"),
  markProject: () => act.mark("project"),
  markTask: () => act.mark("task"),
  markRange: () => act.mark("range"),
  drop: () => {
    const kind = state.focus && KIND_OF[state.focus[0]];
    const row = kind && kind !== "note" && state.find(kind, Number(state.focus.slice(1)));
    if (row && !row.dropped) act.dropRow(kind, row);
    else if (state.current) act.dropRow("task", state.task());
  },
  undo: () => editable() && sync.push({ do: "undo" }),
  redo: () => editable() && sync.push({ do: "redo" }),
  log: () => dialogs.log(),
  help: () => dialogs.help(),
  loose: () => go(0),
  order: () => setOrder(state.by === "paper" ? "doubt" : "paper"),
};

// ---- moving ----

function go(id, focus = null, { scroll = true } = {}) {
  state.current = id;
  state.focus = focus;
  draw(scroll);
  pane.scrollTop = 0;
  pane.querySelector(".entry-block.is-focus")?.scrollIntoView({ block: "nearest" });
  history.replaceState(null, "", id ? `?task=${id}` : "?");
  // The server hears of it with the next question; this tab remembers at once.
  sessionStorage.setItem(`check:${paper}:at`, id);
}

function step(by) {
  const rows = state.order();
  const at = state.current ? state.place() : by > 0 ? -1 : 0;
  const next = rows[Math.min(Math.max(at + by, 0), rows.length - 1)];
  if (next) go(next.id);
}

function goTo(what) {
  if (what === "task") {
    const next = state.next((task) => !task.checked);
    if (next) go(next.id);
    else tell("任务都核对过了。", true);
  } else if (what === "unit") {
    const holds = (task) => task.responsibility.some((row) => state.unknown(task, row));
    const next = state.next(holds, { self: true });
    if (!next) {
      tell("单位都认定了。", true);
      return;
    }
    const row = next.responsibility.find((one) => state.unknown(next, one));
    go(next.id, `u${row.id}`);
    if (editable()) act.resolve(row);
  } else {
    const open = (task) => task.note.some((row) => !row.answer);
    const next = state.next(open, { self: true }) ?? (open(state.loose) ? { ...state.loose } : null);
    if (!next) {
      tell("提示都处理了。", true);
      return;
    }
    const row = next.note.find((one) => !one.answer);
    go(next.id, `n${row.id}`);
    showTab("entries");
    pane.querySelector(`[data-field="note:${row.id}:answer"]`)?.focus();
  }
}

function nextUnknown() {
  const holds = (task) => task.responsibility.some((row) => state.unknown(task, row));
  const next = state.next(holds, { self: true });
  if (next) tell(`还有 ${state.left.units} 处单位未认定，按 u 继续。`, true);
}

function focusMade(kind, told) {
  const id = told.made?.[0];
  if (!id) return;
  if (kind === "task") {
    go(id);
    return;
  }
  const letter = Object.keys(KIND_OF).find((one) => KIND_OF[one] === kind);
  go(state.current, `${letter}${id}`, { scroll: false });
  showTab("entries");
  const field = pane.querySelector(`[data-entry="${letter}${id}"] [data-field]`);
  field?.focus();
  field?.select?.();
}

function setOrder(by) {
  state.by = by;
  root.querySelector("[data-order]").value = by;
  localStorage.setItem("check:order", by);
  if (by === "doubt") {
    const first = state.order().find((task) => !task.checked);
    if (first) go(first.id);
  } else draw();
}

// ---- drawing ----

function draw(scroll = false) {
  entries.draw();
  text.show(scroll);
  drawBar();
}

function drawBar() {
  const rows = state.order();
  const progress = root.querySelector("[data-progress]");
  progress.max = rows.length || 1;
  progress.value = rows.filter((task) => task.checked).length;
  for (const [name, count] of Object.entries(state.left)) {
    const place = root.querySelector(`[data-left="${name}"]`);
    place.textContent = count;
    place.parentElement.classList.toggle("is-none", !count);
  }
  const numbers = new Map(rows.map((task, at) => [task.id, at + 1]));
  root.querySelector("[data-people]").textContent = state.people.map((one) => `${one.name}${numbers.has(one.task) ? `在第 ${numbers.get(one.task)} 项` : "也在核对"}`).join("，");
}

function left() {
  return state.left.units + state.left.notes;
}

function tell(words, fine = false) {
  alertBox.textContent = words;
  alertBox.classList.toggle("is-fine", fine);
  alertBox.hidden = false;
  clearTimeout(tell.timer);
  tell.timer = setTimeout(() => (alertBox.hidden = true), fine ? 4000 : 10000);
}

function showStatus({ problem, waiting }) {
  const place = root.querySelector("[data-sync]");
  place.className = `check-sync${problem ? " is-problem" : ""}`;
  const words = {
    offline: `网络断开，${waiting} 处修改留在本机，恢复后自动保存`,
    server: `服务器没有回应，${waiting} 处修改留在本机，正在重试`,
    "signed-out": `登录已过期，${waiting} 处修改留在本机。`,
  }[problem];
  place.replaceChildren(words ?? problem ?? (waiting ? "正在保存…" : "已保存"));
  if (problem === "signed-out") {
    const link = document.createElement("a");
    link.href = `/accounts/login/?next=${encodeURIComponent("/papers/")}`;
    link.target = "_blank";
    link.textContent = "在新窗口登录后回到这里，会接着保存";
    place.append(link);
  }
}

function showTab(name) {
  const moved = panes.dataset.pane !== name;
  panes.dataset.pane = name;
  if (moved && matchMedia("(width < 900px)").matches) {
    entries.fit();
    if (name === "entries") pane.querySelector(".entry-block.is-focus")?.scrollIntoView({ block: "center" }) ?? root.scrollIntoView();
    else text.show(true);
  }
  for (const tab of root.querySelectorAll("[data-tab]")) tab.setAttribute("aria-selected", String(tab.dataset.tab === name));
}

// ---- wiring ----

const text = new Text(state, root.querySelector(".check-text"), {
  onGo(task, mark) {
    go(task, mark, { scroll: false });
    if (mark) showTab("entries");
  },
});
const entries = new Entries(state, pane, {
  paper,
  act,
  onFocus(mark) {
    if (state.focus === mark) return;
    state.focus = mark.startsWith("t") ? null : mark;
    for (const row of pane.querySelectorAll(".entry-block.is-focus")) row.classList.remove("is-focus");
    pane.querySelector(`[data-entry="${mark}"]`)?.classList.add("is-focus");
    text.show(true);
  },
});
const dialogs = new Dialogs(state, root.querySelector("[data-dialog]"), { url, act });
const sync = new Sync(state, {
  url,
  paper,
  onStatus: showStatus,
  onRefused(words) {
    tell(words);
    draw();
  },
  onConflict(item, told) {
    const [name] = Object.keys(item.body.fields);
    const key = `${item.kind}:${item.id}:${name}`;
    state.conflicts.set(key, { mine: item.body.fields[name], theirs: told.present[column(name)], by: told.by });
    const holder = item.kind === "task" ? item.id : state.holder(`${Object.keys(KIND_OF).find((one) => KIND_OF[one] === item.kind)}${item.id}`);
    if (holder !== state.current) tell(`${told.by || "同事"}改过您改的同一处。`);
    go(holder);
  },
});

state.addEventListener("change", (event) => {
  const told = event.detail;
  if (told.units) fillUnits();
  if (told.tasks || told.runs) {
    text.take(told);
    draw();
  } else {
    drawBar();
  }
});
listen(commands, { pane, dialog: dialogs });
for (const button of root.querySelectorAll("[data-do]")) button.addEventListener("click", () => commands[button.dataset.do]());
for (const button of root.querySelectorAll("[data-goto]")) button.addEventListener("click", () => goTo(button.dataset.goto));
for (const tab of root.querySelectorAll("[data-tab]")) tab.addEventListener("click", () => showTab(tab.dataset.tab));
root.querySelector("[data-order]").addEventListener("change", (event) => setOrder(event.target.value));
root.querySelector("[data-finish]").addEventListener("submit", (event) => {
  if (sync.queue.length) {
    event.preventDefault();
    tell("还有修改没有保存完，请稍候再点。");
  } else if (event.submitter?.name !== "do" && (state.left.tasks || left())) {
    event.preventDefault();
    tell(`还不能完成：${state.left.tasks} 项任务未核对、${state.left.units} 处单位未认定、${state.left.notes} 条提示未处理。`);
  }
});
// A selection in the paper shows what it can become.
document.addEventListener("selectionchange", () => {
  clearTimeout(toolbar.timer);
  toolbar.timer = setTimeout(() => {
    toolbar.hidden = !editable() || dialogs.open || !text.selection();
  }, 120);
});
toolbar.addEventListener("mousedown", (event) => event.preventDefault());
for (const button of toolbar.querySelectorAll("[data-mark-as]")) button.addEventListener("click", () => act.mark(button.dataset.markAs));

function fillUnits() {
  const list = document.getElementById("check-units");
  list.replaceChildren(...[...state.units.values()].map((unit) => {
    const option = document.createElement("option");
    option.value = unit.name;
    return option;
  }));
}

const asked = Number(new URLSearchParams(location.search).get("task") ?? sessionStorage.getItem(`check:${paper}:at`));
if (asked && state.live(asked)) state.current = asked;
if (localStorage.getItem("check:order") === "doubt") {
  state.by = "doubt";
  root.querySelector("[data-order]").value = "doubt";
}
draw(true);
setTimeout(fillUnits, 0);
root.dataset.ready = "";
