// What the page knows of the paper: tasks with their entries, what is left, who is there. Everything changes through
// apply(), with what the server told; listeners hear what changed.
export const KINDS = ["responsibility", "deadline", "indicator", "project", "note"];
export const LETTERS = { t: "task", n: "note", p: "project", i: "indicator", d: "deadline", u: "responsibility" };

export class State extends EventTarget {
  constructor(data) {
    super();
    this.me = data.me;
    this.choices = data.choices;
    this.sections = data.sections;
    this.groups = data.groups;
    this.leaders = data.leaders;
    this.tasks = new Map();
    this.focus = null; // the entry under the cursor, "i12"
    this.conflicts = new Map(); // "indicator:12:value" → {mine, theirs, by, version}
    this.by = "paper";
    this.take(data);
    this.current = this.tasks.has(data.at) ? data.at : (this.order()[0]?.id ?? 0);
  }

  take(told) {
    if (told.state) this.paperState = told.state;
    this.revision = told.revision;
    this.people = told.people ?? this.people ?? [];
    if (told.left) this.left = told.left;
    if (told.log) this.log = told.log;
    if (told.loose) this.loose = { id: 0, ...told.loose };
    if (told.units) {
      this.units = new Map(told.units.map((unit) => [unit.id, unit]));
      this.unitsByName = new Map();
      for (const unit of told.units) for (const name of [unit.short, unit.name]) if (name) this.unitsByName.set(name, unit.id);
    }
    for (const task of told.tasks ?? []) this.tasks.set(task.id, task);
    this.sorted = null;
  }

  // Take what the server told; the tasks that came with it are redrawn.
  apply(told) {
    if (told.reload) {
      location.reload();
      return;
    }
    const before = this.order();
    const at = before.findIndex((task) => task.id === this.current);
    this.take(told);
    if (this.current && !this.live(this.current)) {
      const merged = this.tasks.get(this.current)?.merged;
      const after = before.slice(at + 1).find((task) => this.live(task.id)) ?? before.slice(0, Math.max(at, 0)).reverse().find((task) => this.live(task.id));
      this.current = merged && this.live(merged) ? merged : (after?.id ?? 0);
    }
    this.dispatchEvent(new CustomEvent("change", { detail: told }));
  }

  live(id) {
    const task = this.tasks.get(id);
    return Boolean(task && !task.dropped);
  }

  task(id = this.current) {
    return id ? this.tasks.get(id) : this.loose;
  }

  // The tasks that stand, in the paper's order, or the doubtful ones first.
  order() {
    if (!this.sorted || this.sortedBy !== this.by) {
      const rows = [...this.tasks.values()].filter((task) => !task.dropped).sort((a, b) => a.order - b.order || a.id - b.id);
      if (this.by === "doubt") {
        const weight = new Map(rows.map((task) => [task.id, task.checked ? -1 : this.doubts(task).length]));
        rows.sort((a, b) => weight.get(b.id) - weight.get(a.id) || a.order - b.order);
      }
      this.sorted = rows;
      this.sortedBy = this.by;
    }
    return this.sorted;
  }

  // What makes a task doubtful, in words.
  doubts(task) {
    const found = [];
    for (const row of task.responsibility) if (this.unknown(task, row)) found.push(`“${row.unit_text}”未认定`);
    for (const row of task.note) if (!row.answer) found.push("有提示未处理");
    for (const row of task.deadline) if (!row.dropped && !row.due) found.push(`“${row.text}”没有日期`);
    return found;
  }

  // A group is known once it has members.
  unknown(task, row) {
    if (row.dropped || row.unit_id || row.from) return false;
    return !(row.group && task.responsibility.some((member) => member.from === row.id && !member.dropped));
  }

  place() {
    return this.order().findIndex((task) => task.id === this.current);
  }

  go(id, focus = null) {
    this.current = id;
    this.focus = focus;
    this.dispatchEvent(new CustomEvent("go"));
  }

  step(by) {
    const rows = this.order();
    const next = rows[Math.min(Math.max(this.place() + by, 0), rows.length - 1)];
    if (next && next.id !== this.current) this.go(next.id);
  }

  // The next task behind the current one, around the end, of which `wanted` holds.
  next(wanted, { self = false } = {}) {
    const rows = this.order();
    const at = this.place();
    for (let step = self ? 0 : 1; step <= rows.length; step++) {
      const task = rows[(at + step + rows.length) % rows.length];
      if (task && wanted(task)) return task;
    }
    return null;
  }

  find(kind, id) {
    if (kind === "task") return this.tasks.get(id);
    for (const task of [...this.tasks.values(), this.loose]) {
      const row = task[kind]?.find((one) => one.id === id);
      if (row) return row;
    }
    return null;
  }

  // The task that holds an entry of the text's marks ("i12"); 0 for what belongs to none.
  holder(mark) {
    const kind = LETTERS[mark[0]];
    const id = Number(mark.slice(1));
    for (const task of this.tasks.values()) if (task[kind]?.some((row) => row.id === id)) return task.id;
    return 0;
  }

  sectionOf(task) {
    const path = [];
    let id = task.section;
    while (id) {
      const section = this.sections.find((one) => one.id === id);
      if (!section) break;
      path.unshift(`${section.label}${section.title}`);
      id = id.includes(".") ? id.slice(0, id.lastIndexOf(".")) : null;
    }
    return path;
  }
}
