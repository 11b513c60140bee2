// What the page could not say yet: beats behind the last answered one, sealed in a chain that begins at its token
// (core/course/late.py makes the same). It lies in IndexedDB, so that a closed browser brings it when it is opened
// again. Without IndexedDB (a private window) memory takes its place; without WebCrypto (a plain http address other
// than this machine's) nothing can be sealed, and a cut earns nothing.
const STORE = "late";

function opened() {
  return new Promise((done, failed) => {
    const asked = indexedDB.open("jianxue-study", 2);
    asked.onupgradeneeded = () => {
      for (const name of asked.result.objectStoreNames) asked.result.deleteObjectStore(name);
      asked.result.createObjectStore(STORE);
    };
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => failed(asked.error);
    asked.onblocked = () => failed(new Error("blocked"));
  });
}

const text = new TextEncoder();
const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
const bytes = (digits) => Uint8Array.from(digits.match(/../g), (pair) => parseInt(pair, 16));

export class Queue {
  // `name`: whose beats these are; another enrollment on the same machine has a queue of its own.
  constructor(name) {
    this.name = name;
    this.sealable = !!globalThis.crypto?.subtle;
    this.base = new Promise((done) => done(opened())).catch(() => null);
    this.batch = null;
  }

  // The lease's key, told by the server.
  async use(digits) {
    if (!this.sealable) return;
    this.key = await crypto.subtle.importKey("raw", bytes(digits), { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  }

  get size() { return this.batch?.beats.length ?? 0; }

  // One more beat behind the answer that carried `token`.
  async add(token, position, playing) {
    if (!this.sealable) return;
    if (this.batch?.token !== token) this.batch = { token, beats: [], seal: await this.link(text.encode(token)) };
    this.batch = await this.with(position, playing);
    await this.store("readwrite", (store) => store.put(this.batch, this.name));
  }

  // The batch with one more beat that is not kept.
  async with(position, playing) {
    const { token, beats, seal } = this.batch;
    const body = text.encode(`${beats.length + 1}:${position}:${playing ? 1 : 0}`);
    const link = new Uint8Array(32 + body.length);
    link.set(bytes(seal));
    link.set(body, 32);
    return { token, beats: [...beats, [position, playing]], seal: await this.link(link) };
  }

  async link(content) { return hex(new Uint8Array(await crypto.subtle.sign("HMAC", this.key, content))); }

  // Everything was heard, or nobody will hear it.
  async clear() {
    this.batch = null;
    await this.store("readwrite", (store) => store.delete(this.name));
  }

  // What an earlier page left behind.
  async left() { return this.store("readonly", (store) => store.get(this.name)); }

  async store(mode, work) {
    const base = await this.base;
    if (!base) return null;
    return new Promise((done) => {
      const asked = work(base.transaction(STORE, mode).objectStore(STORE));
      asked.onsuccess = () => done(asked.result ?? null);
      asked.onerror = () => done(null);
    });
  }
}

// How far the picture may run on while the network is cut, from a place of the lesson: so much at a time, and so much
// of each class hour (`late.reach`).
export function reach(from, cut) {
  let at = from;
  for (let left = cut.gap_ms; left > 0;) {
    const hour = Math.floor(at / cut.hour_ms);
    const end = (hour + 1) * cut.hour_ms;
    const step = Math.min(left, end - at, cut.hours_ms[hour] ?? 0);
    at += step;
    left -= step;
    if (at < end) break;
  }
  return at;
}
