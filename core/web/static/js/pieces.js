// A large file goes in pieces: what has arrived stays there, and the same file chosen again goes on where it stopped.
// The server says where: at the beginning, after a cut, and when it has other bytes than we think.
const form = document.querySelector("form[data-pieces]");
const token = document.querySelector("meta[name=csrf-token]")?.content ?? "";
const WAITS = [1, 2, 5, 10, 20, 30];
let sending = false;

class Told extends Error {}

async function ask(url, options) {
  const answer = await fetch(url, { method: "POST", ...options,
    headers: { "X-CSRFToken": token, Accept: "application/json", ...options?.headers } });
  const told = await answer.json().catch(() => ({}));
  if (answer.ok || (answer.status === 409 && told.received !== undefined)) return told;
  if (answer.status >= 500) throw new Error("server");
  throw new Told([told.sentence, told.hint].filter(Boolean).join(""));
}

function begin(file) {
  return ask(form.dataset.pieces, { headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ name: file.name, size: file.size, mark: String(file.lastModified) }) });
}

function sender() {
  const words = JSON.parse(form.dataset.words);
  const said = form.querySelector("[data-said]");
  const bar = form.querySelector("progress");
  const stop = form.querySelector("[data-stop]");
  const button = form.querySelector("button:not([type=button])");
  let stopped = false;

  const say = (text) => { said.textContent = text; };
  const show = (now, file) => {
    bar.max = file.size;
    bar.value = now;
    say(words.sent.replace("%percent%", Math.floor(now * 100 / file.size)).replace("%name%", file.name));
  };
  const busy = (on) => {
    sending = on;
    bar.hidden = stop.hidden = !on;
    button.disabled = on;
  };

  // True when all of it is there; throws what the server refuses.
  async function send(file) {
    let upload = await begin(file);
    let at = upload.received;
    while (at < file.size) {
      if (stopped) return false;
      show(at, file);
      const piece = file.slice(at, at + Number(form.dataset.piece));
      const told = await ask(`${upload.pieces}?at=${at}`, { headers: { "Content-Type": "application/octet-stream" }, body: piece });
      at = told.received;
    }
    show(at, file);
    location.assign(upload.done);
    return true;
  }

  async function whole(file) {
    for (let cut = 0; !stopped; cut++) {
      try {
        return await send(file);
      } catch (error) {
        if (error instanceof Told) { say(error.message || words.failed); return false; }
        const seconds = WAITS[Math.min(cut, WAITS.length - 1)];
        say(words.cut.replace("%seconds%", seconds));
        await new Promise((go) => { setTimeout(go, seconds * 1000); addEventListener("online", go, { once: true }); });
      }
    }
    return false;
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const file = form.querySelector("input[type=file]").files[0];
    if (sending || !file) return;
    if (file.size > Number(form.dataset.most)) { say(words.large); return; }
    stopped = false;
    busy(true);
    const done = await whole(file);
    if (!done) busy(false);
    if (stopped) say(words.stopped);
  });
  stop.addEventListener("click", () => { stopped = true; });
  addEventListener("beforeunload", (event) => { if (sending && bar.value < bar.max) event.preventDefault(); });
}

// What goes on behind the page: its numbers are fetched, and at the end the page is drawn anew.
function watch(box) {
  const look = async (tries) => {
    const answer = await fetch(box.dataset.watch, { headers: { Accept: "application/json" } }).catch(() => null);
    if (answer?.ok) {
      const told = await answer.json();
      for (const [name, { now, total }] of Object.entries(told.bars)) {
        const row = box.querySelector(`[data-bar="${name}"]`);
        if (!row) continue;
        Object.assign(row.querySelector("progress"), { max: total || 1, value: now });
        row.querySelector("p span:last-child").textContent = `${now} / ${total}`;
      }
      if (!told.busy && !sending) { location.reload(); return; }
    }
    setTimeout(look, tries < 30 ? 1000 : 4000, tries + 1);
  };
  setTimeout(look, 1000, 0);
}

if (form) sender();
document.querySelectorAll("[data-watch]").forEach(watch);
