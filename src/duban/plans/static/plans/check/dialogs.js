// The small windows: who is this unit, which members, the log, the keys.
import { h } from "./entries.js";
import { KEYS } from "./keys.js";

export class Dialogs {
  constructor(state, root, { url, act }) {
    Object.assign(this, { state, root, url, act });
    root.addEventListener("click", (event) => event.target === root && root.close());
  }

  get open() {
    return this.root.open;
  }

  show(title, ...children) {
    this.root.replaceChildren(
      h("div", { class: "check-dialog-head" }, h("h2", { id: "check-dialog-title" }, title), h("button", { class: "btn btn-sm", type: "button", onclick: () => this.root.close() }, "关闭 ", h("kbd", {}, "Esc"))),
      ...children);
    if (!this.root.open) this.root.showModal();
  }

  help() {
    this.show("按键", h("dl", { class: "check-keys" }, KEYS.filter(([keys]) => keys).flatMap(([keys, what]) => [h("dt", {}, keys), h("dd", {}, what)])));
  }

  log() {
    const rows = this.state.log.map((one) =>
      h("li", { class: one.undone ? "is-undone" : "" },
        h("button", { class: "check-log-go", type: "button", onclick: () => { this.root.close(); if (one.task && this.state.live(one.task)) this.state.go(one.task); } }, `${one.at} ${one.by}：${one.sentence}`),
        one.undone ? h("span", { class: "entry-said" }, "已撤销")
          : one.own && one.what !== "undo" && this.state.paperState === "checking" ? h("button", { class: "btn btn-sm", type: "button", onclick: () => { this.root.close(); this.act.undoOne(one.id); } }, "撤销") : null));
    this.show("修改记录", rows.length ? h("ol", { class: "check-log" }, rows) : h("p", {}, "还没有修改。"));
  }

  // Who is meant: nearest units first, any other by typing; or a group; or a new unit.
  async resolve(words, places) {
    const list = h("ul", { class: "check-choice", role: "listbox", "aria-label": "单位" });
    const input = h("input", { class: "form-control", type: "search", placeholder: "输入几个字找单位或分组", "aria-label": "找单位或分组", autocomplete: "off" });
    const name = h("input", { class: "form-control", value: words, "aria-label": "新单位的名称" });
    const group = h("select", { class: "form-select", "aria-label": "分组" }, h("option", { value: "" }, "不分组"), this.state.groups.map((one) => h("option", { value: one.id }, one.name)));
    let nearest = [];
    let shown = [];
    let at = 0;
    const take = (choice) => {
      this.root.close();
      this.act.resolveAs(words, choice);
    };
    const draw = () => {
      const typed = input.value.trim();
      const units = [...this.state.units.values()];
      const found = typed ? units.filter((unit) => unit.name.includes(typed) || unit.short?.includes(typed)) : nearest.map((id) => this.state.units.get(id)).filter(Boolean);
      const groups = this.state.groups.filter((one) => (typed ? one.name.includes(typed) : /各|等|有关|相关/.test(words)));
      shown = [...found.slice(0, 9).map((unit) => ({ unit: unit.id, label: unit.name })), ...groups.slice(0, 6).map((one) => ({ group: one.id, label: `${one.name}的全部单位` }))];
      at = Math.min(at, Math.max(shown.length - 1, 0));
      list.replaceChildren(...shown.map((choice, place) =>
        h("li", { role: "option", "aria-selected": place === at ? "true" : "false", onclick: () => take(choice) }, h("kbd", {}, String(place + 1)), ` ${choice.label}`)));
      if (!shown.length) list.append(h("li", { class: "entry-said" }, "没有相近的单位，可在下面新建。"));
    };
    input.addEventListener("input", () => { at = 0; draw(); });
    input.addEventListener("keydown", (event) => {
      if (event.isComposing) return;
      const number = !input.value && /^[1-9]$/.test(event.key) ? Number(event.key) - 1 : -1;
      if (event.key === "ArrowDown" || event.key === "ArrowUp") at = (at + (event.key === "ArrowDown" ? 1 : -1) + shown.length) % Math.max(shown.length, 1);
      else if (event.key === "Enter" && shown[at]) take(shown[at]);
      else if (shown[number]) take(shown[number]);
      else return;
      event.preventDefault();
      draw();
    });
    this.show(`“${words}”是哪个单位？`,
      h("p", { class: "text-secondary" }, `本文共 ${places} 处，一次认定；以后的来文也按此认定。数字键或上下键选，回车确定。`),
      input, list,
      h("details", { class: "check-new-unit" }, h("summary", {}, "没有这个单位？新建一个"),
        h("div", { class: "entry-line" }, name, group, h("button", { class: "btn btn-primary", type: "button", onclick: () => { this.root.close(); this.act.createUnit(words, name.value, group.value); } }, "新建并认定"))));
    draw();
    input.focus();
    const answer = await fetch(`${this.url}candidates?words=${encodeURIComponent(words)}`, { headers: { Accept: "application/json" } }).catch(() => null);
    if (answer?.ok && this.root.open) {
      nearest = (await answer.json()).units;
      draw();
    }
  }

  members(row, chosen) {
    const taken = new Set(chosen.map((member) => member.unit_id));
    const boxes = [];
    const groups = [...this.state.groups, { id: null, name: "未分组" }].map((group) => {
      const units = [...this.state.units.values()].filter((unit) => unit.group === group.id);
      if (!units.length) return null;
      const own = units.map((unit) => {
        const box = h("input", { type: "checkbox", value: unit.id, class: "form-check-input" });
        box.checked = taken.has(unit.id);
        boxes.push(box);
        return h("label", { class: "form-check" }, box, h("span", { class: "form-check-label" }, unit.name));
      });
      const all = h("button", { class: "btn btn-sm", type: "button", onclick: () => { const inputs = own.map((label) => label.firstChild); const on = !inputs.every((box) => box.checked); for (const box of inputs) box.checked = on; } }, "全选 / 全不选");
      return h("fieldset", {}, h("legend", {}, group.name, " ", all), h("div", { class: "check-members" }, own));
    });
    const save = () => {
      this.root.close();
      this.act.setMembers(row, boxes.filter((box) => box.checked).map((box) => Number(box.value)));
    };
    this.show(`“${row.unit_text}”在这项任务里指哪些单位？`, ...groups.filter(Boolean), h("div", { class: "entry-actions" }, h("button", { class: "btn btn-primary", type: "button", onclick: save }, "确定")));
    boxes[0]?.focus();
  }
}
