// What was entered and is not sent yet, in IndexedDB: a phone without network, or one that closed the page, loses nothing.
// Each entry has a key that the server knows it by, so that sending twice is sending once.
const NAME = "duban.spot";
const STORE = "waiting";

/** Open the queue. Rejects where the browser keeps nothing (a private window). */
export function openQueue() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "key" });
    request.onsuccess = () => resolve(new Queue(request.result));
    request.onerror = () => reject(request.error);
  });
}

class Queue {
  constructor(database) {
    this.database = database;
  }

  #run(mode, work) {
    return new Promise((resolve, reject) => {
      const transaction = this.database.transaction(STORE, mode);
      const request = work(transaction.objectStore(STORE));
      transaction.oncomplete = () => resolve(request?.result);
      transaction.onerror = () => reject(transaction.error);
      transaction.onabort = () => reject(transaction.error);
    });
  }

  /** What waits, the oldest first. */
  async all() {
    const found = await this.#run("readonly", (store) => store.getAll());
    return found.sort((one, other) => one.made_at.localeCompare(other.made_at));
  }

  put(entry) {
    return this.#run("readwrite", (store) => store.put(entry));
  }

  drop(key) {
    return this.#run("readwrite", (store) => store.delete(key));
  }
}

/** The queue of a page whose browser keeps nothing: it lasts as long as the page. */
export class Fleeting {
  #here = new Map();

  all() {
    return Promise.resolve([...this.#here.values()]);
  }

  put(entry) {
    this.#here.set(entry.key, entry);
    return Promise.resolve();
  }

  drop(key) {
    this.#here.delete(key);
    return Promise.resolve();
  }
}
