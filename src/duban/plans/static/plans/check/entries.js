// The entries of one task on the right, each editable where it stands. What is typed and not yet sent is kept as a draft
// in sessionStorage until it is.
import { KINDS } from "./state.js";
import { column } from "./sync.js";

const LABELS = { responsibility: "单位", deadline: "时限", indicator: "指标", project: "项目", note: "提示" };
const FIELD_LABELS = {
  number: "编号", title: "任务", text: "内容", section: "章节", sponsor_text: "领导", unit: "单位", unit_text: "原文的单位", role: "角色",
  due: "日期", name: "名称", comparator: "比较", value: "数值", value_high: "上限", floor: "底线", measure: "口径", status: "状态",
};

// A DOM element in one line: h("p", {class: "x", onclick}, "words", child).
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "value") element.value = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

export class Entries {
  constructor(state, root, { paper, act, onFocus }) {
    Object.assign(this, { state, root, act, onFocus });
    this.store = `check:${paper}:draft:`;
    this.editable = state.paperState === "checking";
    root.addEventListener("focusin", (event) => {
      const row = event.target.closest("[data-entry]");
      if (row) this.onFocus(row.dataset.entry);
    });
    root.addEventListener("leave", (event) => this.revert(event.target));
  }

  draw() {
    this.editable = this.state.paperState === "checking";
    const held = this.hold();
    const task = this.state.task();
    const children = !task ? [] : this.state.current ? this.task(task) : this.loose();
    this.root.replaceChildren(...children);
    this.fit();
    this.restore(held);
  }

  // What is not shown has no height: fitted again when it is.
  fit() {
    for (const area of this.root.querySelectorAll("textarea")) grow(area);
  }

  // The field being typed in stays as it is when news come.
  hold() {
    const active = document.activeElement;
    if (!this.root.contains(active) || !active.dataset.field) return null;
    return { field: active.dataset.field, value: active.value, from: active.selectionStart, to: active.selectionEnd, scroll: this.root.scrollTop };
  }

  restore(held) {
    const field = held && this.root.querySelector(`[data-field="${CSS.escape(held.field)}"]`);
    if (!field) return;
    this.restoring = true;
    if (field.matches("input, textarea")) field.value = held.value;
    field.focus({ preventScroll: true });
    if (held.from !== null && held.from !== undefined && field.setSelectionRange && field.type !== "date") field.setSelectionRange(held.from, held.to);
    this.root.scrollTop = held.scroll;
    this.restoring = false;
  }

  // ---- a task ----

  task(task) {
    const rows = this.state.order();
    const doubts = task.checked ? [] : this.state.doubts(task);
    return [
      h("p", { class: "entry-place" }, `第 ${this.state.place() + 1} / ${rows.length} 项`, this.others(task),
        h("span", { class: "entry-state" }, task.checked ? `✓ 已核对（${task.checked}）` : doubts.length ? `待核对：${doubts.join("；")}` : "待核对")),
      h("p", { class: "entry-path" }, this.state.sectionOf(task).join(" › ")),
      h("div", { class: "entry-block", "data-entry": `t${task.id}` },
        h("div", { class: "entry-line entry-head" },
          this.input(task, "task", "number", { class: "entry-number" }),
          this.input(task, "task", "title", { class: "entry-main" })),
        this.asRead(task, "task", ["number", "title"]),
        this.area(task, "task", "text"),
        this.asRead(task, "task", ["text"]),
        h("details", { class: "entry-more" }, h("summary", {}, "章节、领导"),
          h("div", { class: "entry-line" }, this.section(task), this.sponsor(task)),
          this.asRead(task, "task", ["section", "sponsor_text"]))),
      this.units(task),
      this.list("deadline", task, (row) => this.deadline(row)),
      this.list("indicator", task, (row) => this.indicator(row)),
      this.list("project", task, (row) => this.project(row)),
      this.notes(task.note),
      this.dropped(task),
      this.editable && h("div", { class: "entry-actions" },
        task.checked
          ? h("button", { class: "btn btn-sm", onclick: () => this.act.unaccept() }, "取消核对")
          : h("button", { class: "btn btn-sm btn-primary", onclick: () => this.act.accept() }, "核对无误，下一项 ", h("kbd", {}, "a")),
        h("button", { class: "btn btn-sm", onclick: () => this.act.split() }, "拆分 ", h("kbd", {}, "s")),
        h("button", { class: "btn btn-sm", onclick: () => this.act.merge() }, "合并下一项 ", h("kbd", {}, "m")),
        h("button", { class: "btn btn-sm", onclick: () => this.act.dropRow("task", task) }, "去掉本任务")),
    ].filter(Boolean);
  }

  others(task) {
    const here = this.state.people.filter((person) => person.task === task.id);
    return here.length ? h("span", { class: "entry-here" }, `${here.map((person) => person.name).join("、")}也在看这一项`) : null;
  }

  loose() {
    const loose = this.state.loose;
    const wanted = (kind, row) => kind !== "indicator" || row.status === "target" || this.state.focus === `i${row.id}`;
    return [
      h("p", { class: "entry-place" }, "不属于任务的内容"),
      h("p", { class: "text-secondary" }, "全年目标等不在任务里的指标、项目。可改，也可归入一项任务；过去已完成的数点左边的字可看。"),
      ...["indicator", "project"].map((kind) => this.list(kind, loose, (row) => this[kind](row, true), (row) => wanted(kind, row))),
      this.notes(loose.note),
      this.dropped(loose),
      this.droppedTasks(),
    ].filter(Boolean);
  }

  list(kind, task, draw, wanted = () => true) {
    const rows = task[kind].filter((row) => !row.dropped && wanted(row));
    const add = this.editable && this.state.current ? h("button", { class: "entry-add", type: "button", onclick: () => this.act.addByHand(kind) }, `＋ ${LABELS[kind]}`) : null;
    if (!rows.length) return add && h("div", { class: "entry-empty" }, add);
    return h("section", { class: `entry-kind entry-kind-${kind}` }, h("h3", {}, h("span", { class: `m m-${kind}` }, LABELS[kind]), ` ${rows.length}`, add), rows.map(draw));
  }

  row(kind, row, letter, ...children) {
    return h("div", { class: `entry-block${this.state.focus === `${letter}${row.id}` ? " is-focus" : ""}`, "data-entry": `${letter}${row.id}` },
      children,
      this.asRead(row, kind, Object.keys(row.read ?? {})),
      row.added && h("span", { class: "entry-added" }, "人工添加"));
  }

  drop(kind, row) {
    return this.editable && h("button", { class: "entry-drop", type: "button", title: "去掉（x）", "aria-label": `去掉${LABELS[kind]}“${row.name ?? row.unit_text ?? row.text}”`, onclick: () => this.act.dropRow(kind, row) }, "×");
  }

  // ---- units ----

  units(task) {
    const rows = task.responsibility.filter((row) => !row.dropped && !row.from);
    const draw = (row) => {
      const members = task.responsibility.filter((member) => member.from === row.id && !member.dropped);
      const unknown = this.state.unknown(task, row);
      return this.row("responsibility", row, "u",
        h("div", { class: "entry-line" },
          this.select(row, "responsibility", "role", this.state.choices.role),
          row.group || unknown
            ? h("span", { class: `entry-unit${unknown ? " is-unknown" : ""}` }, row.unit_text, unknown ? h("span", { class: "entry-flag" }, row.group ? "泛指，未展开" : "未认定") : null)
            : this.unitInput(row),
          this.editable && unknown && h("button", { class: "btn btn-sm btn-primary", type: "button", onclick: () => this.act.resolve(row) }, "认定 ", h("kbd", {}, "u")),
          this.editable && row.group && h("button", { class: "btn btn-sm", type: "button", onclick: () => this.act.members(row, members) }, "选成员"),
          this.drop("responsibility", row)),
        !row.group && !unknown && this.unitName(row) !== row.unit_text && h("div", { class: "entry-said" }, `原文：${row.unit_text}`),
        members.length > 0 && h("div", { class: "entry-members" }, `${members.length} 个单位：`, members.map((member) => this.unitName(member)).join("、")));
    };
    const add = this.editable ? h("button", { class: "entry-add", type: "button", onclick: () => this.act.addByHand("responsibility") }, "＋ 单位") : null;
    if (!rows.length) return h("div", { class: "entry-empty" }, h("span", { class: "entry-flag" }, "没有单位"), add);
    return h("section", { class: "entry-kind entry-kind-responsibility" }, h("h3", {}, h("span", { class: "m m-responsibility" }, "单位"), ` ${rows.length}`, add), rows.map(draw));
  }

  unitName(row) {
    return this.state.units.get(row.unit_id)?.name ?? row.unit_text;
  }

  unitInput(row) {
    const field = this.field(row, "responsibility", "unit", h("input", { class: "form-control form-control-sm entry-main", list: "check-units", "aria-label": "单位", value: this.unitName(row) }));
    return field;
  }

  // ---- limits, indicators, projects ----

  deadline(row) {
    return this.row("deadline", row, "d",
      h("div", { class: "entry-line" },
        h("span", { class: "entry-words-short" }, row.text),
        this.field(row, "deadline", "due", h("input", { class: `form-control form-control-sm entry-date${row.due ? "" : " is-missing"}`, type: "date", "aria-label": `“${row.text}”的截止日期`, value: row.due ?? "" })),
        this.drop("deadline", row)));
  }

  indicator(row, movable = false) {
    const choices = this.state.choices;
    return this.row("indicator", row, "i",
      h("div", { class: "entry-line" }, this.input(row, "indicator", "name", { class: "entry-main" }), this.drop("indicator", row)),
      h("div", { class: "entry-line entry-numbers" },
        this.select(row, "indicator", "comparator", choices.comparator),
        this.input(row, "indicator", "value", { class: "entry-value", inputmode: "decimal" }),
        row.comparator === "range" && this.input(row, "indicator", "value_high", { class: "entry-value", inputmode: "decimal" }),
        this.input(row, "indicator", "unit", { class: "entry-unit-of", label: "计量单位" }),
        this.select(row, "indicator", "measure", choices.measure),
        this.input(row, "indicator", "floor", { class: "entry-value", inputmode: "decimal", placeholder: "底线" }),
        this.select(row, "indicator", "status", choices.status)),
      movable && this.mover(row, "indicator"));
  }

  project(row, movable = false) {
    return this.row("project", row, "p",
      h("div", { class: "entry-line" },
        this.input(row, "project", "name", { class: "entry-main" }),
        this.input(row, "project", "value", { class: "entry-value", inputmode: "decimal" }),
        this.input(row, "project", "unit", { class: "entry-unit-of", label: "计量单位" }),
        this.drop("project", row)),
      movable && this.mover(row, "project"));
  }

  mover(row, kind) {
    const tasks = this.state.order();
    return h("div", { class: "entry-line" }, this.field(row, kind, "task",
      h("select", { class: "form-select form-select-sm", "aria-label": "归入任务" }, h("option", { value: "" }, "不属于任务"),
        tasks.map((task, at) => h("option", { value: task.id }, `${at + 1}. ${task.title}`)))));
  }

  notes(rows) {
    if (!rows.length) return null;
    const draw = (row) => {
      const answer = h("input", { class: "form-control form-control-sm entry-main", "data-field": `note:${row.id}:answer`, value: this.draft(`note:${row.id}:answer`) ?? row.answer, placeholder: "怎样处理的", "aria-label": "怎样处理的", disabled: !this.editable });
      answer.addEventListener("input", () => this.keep(`note:${row.id}:answer`, answer.value));
      const send = (words) => {
        this.forget(`note:${row.id}:answer`);
        if (words !== row.answer) this.act.answer(row, words);
      };
      answer.addEventListener("change", () => send(answer.value.trim()));
      return h("div", { class: `entry-block entry-note${row.answer ? " is-answered" : ""}${this.state.focus === `n${row.id}` ? " is-focus" : ""}`, "data-entry": `n${row.id}` },
        h("p", {}, row.message),
        h("div", { class: "entry-line" }, answer,
          this.editable && !row.answer && ["原文如此", "已改正"].map((words) => h("button", { class: "btn btn-sm", type: "button", onclick: () => send(words) }, words)),
          row.by && h("span", { class: "entry-said" }, row.by)));
    };
    const open = rows.filter((row) => !row.answer).length;
    return h("section", { class: "entry-kind entry-kind-note" }, h("h3", {}, h("span", { class: "m m-note" }, "提示"), open ? ` ${open} 条未处理` : " 都已处理"), rows.map(draw));
  }

  dropped(task) {
    const rows = KINDS.flatMap((kind) => (task[kind] ?? []).filter((row) => row.dropped && !row.from).map((row) => [kind, row]));
    if (!rows.length) return null;
    return h("details", { class: "entry-dropped" }, h("summary", {}, `已去掉 ${rows.length} 条`),
      rows.map(([kind, row]) => h("div", { class: "entry-line" }, h("s", {}, `${LABELS[kind]}：${row.name ?? row.unit_text ?? row.text}`),
        this.editable && h("button", { class: "btn btn-sm", type: "button", onclick: () => this.act.dropRow(kind, row, false) }, "恢复"))));
  }

  droppedTasks() {
    const tasks = [...this.state.tasks.values()].filter((task) => task.dropped && !task.merged);
    if (!tasks.length) return null;
    return h("details", { class: "entry-dropped", open: true }, h("summary", {}, `已去掉 ${tasks.length} 项任务`),
      tasks.map((task) => h("div", { class: "entry-line" }, h("s", {}, task.title),
        this.editable && h("button", { class: "btn btn-sm", type: "button", onclick: () => this.act.dropRow("task", task, false) }, "恢复"))));
  }

  section(task) {
    const options = [h("option", { value: "" }, "不在章节里"), ...this.state.sections.map((one) => h("option", { value: one.id }, `${"　".repeat(one.depth - 1)}${one.label}${one.title}`))];
    return this.field(task, "task", "section", h("select", { class: "form-select form-select-sm", "aria-label": "章节" }, options));
  }

  sponsor(task) {
    const leaders = this.state.leaders.map((one) => h("option", { value: one.id }, `${one.name}${one.title ? `（${one.title}）` : ""}`));
    return this.field(task, "task", "sponsor",
      h("select", { class: "form-select form-select-sm", "aria-label": "包保领导" }, h("option", { value: "" }, task.sponsor_text ? `领导：${task.sponsor_text}（未认定）` : "没有包保领导"), leaders));
  }

  // ---- fields ----

  input(row, kind, name, { class: classes = "", label = FIELD_LABELS[name], ...more } = {}) {
    return this.field(row, kind, name, h("input", { class: `form-control form-control-sm ${classes}`, "aria-label": label, title: label, value: row[name] ?? "", ...more }));
  }

  area(row, kind, name) {
    const area = h("textarea", { class: "form-control entry-words", "aria-label": FIELD_LABELS[name], rows: 2, value: row[name] ?? "" });
    area.addEventListener("input", () => grow(area));
    return this.field(row, kind, name, area);
  }

  select(row, kind, name, choices) {
    return this.field(row, kind, name, h("select", { class: "form-select form-select-sm entry-choice", "aria-label": FIELD_LABELS[name], title: FIELD_LABELS[name] }, choices.map(([value, label]) => h("option", { value }, label))));
  }

  // Tie an element to a field of a row: its draft, its sending, and who changed it meanwhile.
  field(row, kind, name, element) {
    const key = `${kind}:${row.id}:${name}`;
    const present = row[column(name)];
    if (element.matches("select")) element.value = present ?? "";
    element.dataset.field = key;
    element.disabled = !this.editable;
    const draft = this.draft(key);
    if (draft !== null && draft !== element.value) {
      element.value = draft;
      element.classList.add("is-draft");
    }
    if (row.read && name in row.read) element.classList.add("is-corrected");
    element.addEventListener("input", () => {
      this.keep(key, element.value);
      element.classList.add("is-draft");
    });
    element.addEventListener("change", () => this.send(row, kind, name, element));
    element.addEventListener("blur", () => {
      // A draft from before the page was left has no change of its own.
      if (!this.restoring && element.isConnected && this.draft(key) !== null) this.send(row, kind, name, element);
    });
    const conflict = this.state.conflicts.get(key);
    return conflict ? h("div", { class: "entry-conflict" }, element, this.conflict(key, conflict)) : element;
  }

  send(row, kind, name, element) {
    const key = `${kind}:${row.id}:${name}`;
    this.forget(key);
    element.classList.remove("is-draft");
    let value = element.value;
    const present = row[column(name)];
    if (name === "unit") {
      const unit = this.state.unitsByName.get(value.trim());
      if (!unit) {
        if (value.trim()) this.act.tell(`本区划没有叫“${value.trim()}”的单位。请从列表里选，或先在单位管理里添加。`);
        element.value = this.unitName(row);
        return;
      }
      value = unit;
    }
    if (String(value) === String(present ?? "")) return;
    this.act.edit(row, kind, name, value, present ?? null);
  }

  revert(element) {
    const key = element.dataset?.field;
    if (!key || this.draft(key) === null) return;
    const [kind, id, name] = key.split(":");
    const row = this.state.find(kind, Number(id));
    this.forget(key);
    if (row) element.value = name === "unit" ? this.unitName(row) : (row[column(name)] ?? "");
    element.classList.remove("is-draft");
  }

  conflict(key, { mine, theirs, by }) {
    return h("div", { class: "entry-conflict-choice", role: "alert" },
      h("span", {}, `${by || "同事"}刚改成“${theirs ?? ""}”，您改的是“${mine}”。`),
      h("button", { class: "btn btn-sm btn-primary", type: "button", onclick: () => this.act.settle(key, true) }, "用我的"),
      h("button", { class: "btn btn-sm", type: "button", onclick: () => this.act.settle(key, false) }, `用${by || "同事"}的`));
  }

  // What was read, where a person made something else of it.
  asRead(row, kind, names) {
    const found = names.filter((name) => row.read && name in row.read && name !== "text");
    const long = row.read && names.includes("text") && "text" in row.read;
    if (!found.length && !long) return null;
    return h("div", { class: "entry-said" }, found.map((name) => {
      const words = this.worded(name, row.read[name]);
      return h("span", {}, `${FIELD_LABELS[name] ?? name}读作“${words}” `);
    }), long && h("details", {}, h("summary", {}, "内容读作…"), row.read.text));
  }

  worded(name, value) {
    const choice = this.state.choices[name]?.find(([one]) => one === value);
    if (choice) return choice[1];
    if (name === "section") return this.state.sections.find((one) => one.id === value)?.title ?? "";
    return value ?? "空";
  }

  draft(key) {
    return sessionStorage.getItem(this.store + key);
  }

  keep(key, value) {
    sessionStorage.setItem(this.store + key, value);
  }

  forget(key) {
    sessionStorage.removeItem(this.store + key);
  }
}

function grow(area) {
  area.rows = 2;
  // One line more at a time: without inline styles the height is the number of rows.
  while (area.scrollHeight > area.clientHeight + 2 && area.rows < 24) area.rows += 1;
}
