// The paper on the left: which words belong to what, what is selected, what is shown.
const TOP = 96; // what the bar covers

export class Text {
  constructor(state, root, { onGo }) {
    Object.assign(this, { state, root, onGo });
    this.article = root.querySelector("[data-text]");
    this.article.addEventListener("click", (event) => this.click(event));
    this.runs = new Map([...this.article.querySelectorAll(".run")].map((run) => [Number(run.dataset.s), run]));
    this.toggles();
    this.paint();
  }

  // Redraw the runs whose marks moved, and the pins.
  take(told) {
    for (const [start, html] of Object.entries(told.runs ?? {})) {
      const run = this.runs.get(Number(start));
      // The server escaped every character of the paper; only its own spans are markup.
      if (run) run.innerHTML = html;
    }
    this.paint();
  }

  paint() {
    for (const pin of this.article.querySelectorAll(".pin")) {
      const task = this.state.tasks.get(Number(pin.dataset.pin));
      pin.classList.toggle("is-checked", Boolean(task?.checked));
      pin.classList.toggle("is-doubtful", Boolean(task && !task.checked && this.state.doubts(task).length));
      pin.setAttribute("aria-label", `任务：${task?.title ?? ""}${task?.checked ? "（已核对）" : ""}`);
    }
    this.show(false);
  }

  show(scroll = true) {
    for (const old of this.article.querySelectorAll(".is-current, .is-focus")) old.classList.remove("is-current", "is-focus");
    if (this.state.current) {
      for (const part of this.article.querySelectorAll(`[data-t="${this.state.current}"], [data-pin="${this.state.current}"]`)) part.classList.add("is-current");
    }
    let target = this.article.querySelector(`[data-pin="${this.state.current}"]`) ?? this.article.querySelector(".is-current");
    if (this.state.focus) {
      const parts = this.article.querySelectorAll(`[data-m~="${this.state.focus}"]`);
      for (const part of parts) part.classList.add("is-focus");
      target = parts[0] ?? target;
    }
    if (scroll && target) this.reveal(target);
  }

  reveal(target) {
    const box = target.getBoundingClientRect();
    if (!box.width && !box.height) return;
    const bottom = innerHeight * 0.7;
    if (box.top < TOP + 24 || box.bottom > bottom) {
      const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
      scrollTo({ top: scrollY + box.top - innerHeight * 0.28, behavior: calm ? "auto" : "smooth" });
    }
  }

  click(event) {
    if (!getSelection().isCollapsed) return;
    const pin = event.target.closest(".pin");
    if (pin) {
      event.preventDefault();
      this.onGo(Number(pin.dataset.pin), null);
      return;
    }
    const part = event.target.closest("[data-m], [data-t]");
    if (!part) return;
    // The last of several marks is the innermost.
    const marks = (part.dataset.m ?? "").split(" ").filter((mark) => mark && this.shown(mark));
    const mark = marks.at(-1) ?? null;
    const task = mark ? this.state.holder(mark) : Number(part.dataset.t);
    this.onGo(task || Number(part.dataset.t) || 0, mark);
  }

  shown(mark) {
    const names = { n: "note", p: "project", i: "indicator", d: "deadline", u: "responsibility" };
    return !this.root.classList.contains(`hide-${names[mark[0]]}`);
  }

  toggles() {
    for (const box of this.root.querySelectorAll("[data-show]")) {
      const name = `check:hide:${box.dataset.show}`;
      const kept = localStorage.getItem(name);
      if (kept !== null) box.checked = kept === "0";
      const set = () => this.root.classList.toggle(`hide-${box.dataset.show}`, !box.checked);
      box.addEventListener("change", () => {
        localStorage.setItem(name, box.checked ? "0" : "1");
        set();
      });
      set();
    }
  }

  // The selected characters as [start, end) of the paper, or null.
  selection() {
    const chosen = getSelection();
    if (!chosen.rangeCount || chosen.isCollapsed) return null;
    const range = chosen.getRangeAt(0);
    if (!this.article.contains(range.startContainer) || !this.article.contains(range.endContainer)) return null;
    const start = this.offset(range.startContainer, range.startOffset, false);
    const end = this.offset(range.endContainer, range.endOffset, true);
    return start !== null && end !== null && start < end ? [start, end] : null;
  }

  // The paper's character at the cursor (a click without a selection).
  caret() {
    const chosen = getSelection();
    if (!chosen.rangeCount || !this.article.contains(chosen.anchorNode)) return null;
    return this.offset(chosen.anchorNode, chosen.anchorOffset, false);
  }

  // Runs hold exactly the characters of the paper, so that counting text is counting the paper.
  offset(node, at, ending) {
    let run = (node.nodeType === Node.TEXT_NODE ? node.parentElement : node).closest(".run");
    if (!run) {
      // Between two runs: the end of the one before, or the start of the one behind.
      const child = node.childNodes[Math.min(at, node.childNodes.length - 1)];
      const runs = [...this.article.querySelectorAll(".run")];
      const next = runs.findIndex((one) => child && (one === child || child.contains?.(one) || child.compareDocumentPosition(one) & Node.DOCUMENT_POSITION_FOLLOWING));
      if (ending && next > 0) return Number(runs[next - 1].dataset.e);
      return next >= 0 ? Number(runs[next].dataset.s) : null;
    }
    const range = document.createRange();
    range.setStart(run, 0);
    range.setEnd(node, at);
    return Number(run.dataset.s) + [...range.toString()].length;
  }

  // Where to draw the tool bar of a selection.
  box() {
    const boxes = [...getSelection().getRangeAt(0).getClientRects()];
    return boxes.at(-1);
  }
}
