// The one beat that has not been answered yet, kept in IndexedDB so that a closed browser does not lose it: it is sent
// before the next lease is opened. Where there is no IndexedDB (a private window), memory takes its place.
const STORE = "beats";

function opened() {
  return new Promise((done, failed) => {
    const asked = indexedDB.open("jianxue-study", 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore(STORE);
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => failed(asked.error);
  });
}

export class Pending {
  constructor() {
    this.memory = null;
    this.base = typeof indexedDB === "undefined" ? Promise.resolve(null) : opened().catch(() => null);
  }

  async keep(body) {
    this.memory = body;
    await this.with("readwrite", (store) => store.put(body, "last"));
  }

  async forget() {
    this.memory = null;
    await this.with("readwrite", (store) => store.delete("last"));
  }

  async take() {
    const found = (await this.with("readonly", (store) => store.get("last"))) ?? this.memory;
    if (found) await this.forget();
    return found ?? null;
  }

  async with(mode, work) {
    const base = await this.base;
    if (!base) return null;
    return new Promise((done) => {
      const asked = work(base.transaction(STORE, mode).objectStore(STORE));
      asked.onsuccess = () => done(asked.result ?? null);
      asked.onerror = () => done(null);
    });
  }
}
