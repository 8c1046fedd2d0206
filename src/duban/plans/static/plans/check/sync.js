// Sends corrections one after another, and asks for what others did. Nothing is lost: what could not be sent stays in
// sessionStorage and goes out when the network, or the sign-in, is back.
const POLL = 4000;
const POLL_AWAY = 20000;
const RETRY = [1500, 3000, 6000, 12000, 15000];
// Answers that keep what was to be sent: another person signed in, a password must be changed first.
const HELD = new Set(["NotYours", "DutyFirst", "SignedOut"]);
// Fields of the page and the columns that the server calls them.
const COLUMNS = { unit: "unit_id", person: "person_id", sponsor: "sponsor_id", task: "task_id" };

export class Sync {
  constructor(state, { url, paper, onStatus, onRefused, onConflict }) {
    Object.assign(this, { state, url, onStatus, onRefused, onConflict });
    this.store = `check:${paper}:queue`;
    this.queue = JSON.parse(sessionStorage.getItem(this.store) ?? "[]");
    this.failures = 0;
    this.sending = false;
    this.timer = null;
    addEventListener("online", () => this.retry());
    addEventListener("focus", () => this.retry());
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.retry());
    addEventListener("pagehide", () => this.tellPlace());
    addEventListener("beforeunload", (event) => {
      if (this.queue.length) event.preventDefault();
    });
    if (this.queue.length) this.send();
    this.schedule();
  }

  // Queue a correction. `row` is the row it rests on: its version goes with it, and moves on with our own changes.
  push(body, row = null, kind = "task", after = null) {
    const item = { key: crypto.randomUUID?.() ?? String(Math.random()).slice(2), body, kind, id: row?.id ?? null };
    if (row) item.body.version = row.version;
    if (row && item.body.id === undefined) item.body.id = row.id;
    this.queue.push(item);
    if (after) this.after = { ...(this.after ?? {}), [item.key]: after };
    this.keep();
    this.send();
  }

  keep() {
    sessionStorage.setItem(this.store, JSON.stringify(this.queue));
    this.status();
  }

  status(problem = this.problem) {
    this.problem = problem;
    this.onStatus({ problem, waiting: this.queue.length });
  }

  retry() {
    clearTimeout(this.timer);
    if (this.queue.length) this.send();
    else this.poll();
  }

  async send() {
    if (this.sending || !this.queue.length) return;
    this.sending = true;
    const item = this.queue[0];
    const body = { ...item.body, key: item.key, person: this.state.me, since: this.state.revision };
    const answer = await this.ask("do", { method: "POST", body: JSON.stringify(body) });
    this.sending = false;
    if (answer === null) {
      this.again();
      return;
    }
    this.failures = 0;
    this.queue.shift();
    if (answer.ok) this.done(item, answer.told);
    else this.refused(item, answer.told);
    this.keep();
    if (this.queue.length) this.send();
    else this.schedule();
  }

  done(item, told) {
    const before = item.id && this.state.find(item.kind, item.id)?.version;
    this.state.apply(told);
    const now = item.id && this.state.find(item.kind, item.id)?.version;
    // Only we changed the row: what waits rests on what we see.
    if (before && now === before + 1) {
      for (const other of this.queue) if (other.kind === item.kind && other.id === item.id && other.body.version === before) other.body.version = now;
    }
    this.after?.[item.key]?.(told);
    if (this.after) delete this.after[item.key];
  }

  refused(item, told) {
    if (told.news) this.state.apply(told.news);
    if (told.title === "Stale" && item.body.do === "edit") this.onConflict(item, told);
    else this.onRefused(told.detail ?? "没有保存。请刷新页面后重试。", item);
  }

  again() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.retry(), RETRY[Math.min(this.failures++, RETRY.length - 1)]);
  }

  schedule() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.poll(), document.visibilityState === "visible" ? POLL : POLL_AWAY);
  }

  async poll() {
    clearTimeout(this.timer);
    if (this.queue.length || this.sending) {
      this.send();
      return;
    }
    const answer = await this.ask(`changes?since=${this.state.revision}&at=${this.state.current}`);
    if (answer === null) {
      this.again();
      return;
    }
    this.failures = 0;
    // While we asked, something may have been sent, and its answer was newer.
    if (answer.ok && answer.told.revision >= this.state.revision && !this.queue.length) this.state.apply(answer.told);
    this.schedule();
  }

  tellPlace() {
    fetch(`${this.url}changes?since=${this.state.revision}&at=${this.state.current}`, { keepalive: true, headers: { Accept: "application/json" } }).catch(() => {});
  }

  // Return {ok, told}, or null where there was no answer: no network, no sign-in.
  async ask(path, options = {}) {
    let answer;
    try {
      answer = await fetch(this.url + path, {
        ...options,
        redirect: "manual",
        headers: { Accept: "application/json", "Content-Type": "application/json", "X-CSRFToken": cookie("csrftoken") },
      });
    } catch {
      this.status("offline");
      return null;
    }
    const json = answer.headers.get("Content-Type")?.includes("application/json");
    if (answer.type === "opaqueredirect" || (answer.status === 401 && !json) || (answer.status === 403 && !json)) {
      this.status("signed-out");
      return null;
    }
    if (!json || answer.status >= 500) {
      this.status("server");
      return null;
    }
    let told;
    try {
      told = await answer.json();
    } catch {
      this.status("offline");
      return null;
    }
    if (!answer.ok && HELD.has(told.title)) {
      this.status(told.title === "SignedOut" ? "signed-out" : told.detail);
      return null;
    }
    this.status(null);
    return { ok: answer.ok, told };
  }
}

export function column(name) {
  return COLUMNS[name] ?? name;
}

function cookie(name) {
  return document.cookie.split("; ").find((part) => part.startsWith(`${name}=`))?.slice(name.length + 1) ?? "";
}
