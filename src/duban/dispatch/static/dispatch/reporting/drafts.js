// What was typed and is not saved yet, in localStorage: a lost network, an ended session or a closed window loses no cell.
// Each cell has an entry of its own, so that two windows do not overwrite each other's.

export class Drafts {
  constructor(prefix) {
    this.prefix = prefix;
    // Where the browser keeps nothing (a private window, a full disk), the page itself does.
    this.here = new Map();
    try {
      for (let n = 0; n < localStorage.length; n += 1) {
        const key = localStorage.key(n);
        if (key.startsWith(prefix)) this.here.set(key.slice(prefix.length), JSON.parse(localStorage.getItem(key)));
      }
    } catch {
      // Nothing kept is nothing to bring back.
    }
  }

  get size() {
    return this.here.size;
  }

  get(name) {
    return this.here.get(name);
  }

  all() {
    return [...this.here];
  }

  set(name, draft) {
    this.here.set(name, draft);
    try {
      localStorage.setItem(this.prefix + name, JSON.stringify(draft));
    } catch {
      // Kept by the page.
    }
  }

  drop(name) {
    this.here.delete(name);
    try {
      localStorage.removeItem(this.prefix + name);
    } catch {
      // Was never there.
    }
  }
}
