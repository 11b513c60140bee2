// The paper: each answer is sent as it is given, kept here until the server's receipt, sent again until it arrives.
// The server's clock decides; this page only shows it. Works as a plain form without this file.
const clockNode = document.querySelector("[data-clock]");
const paper = document.getElementById("paper");
const said = document.querySelector("[data-said]");
const token = document.querySelector('meta[name="csrf-token"]').content;
const WAIT = [1000, 2000, 4000, 8000];
let endsAt = performance.now() + Number(clockNode.dataset.left) * 1000;
let over = false;

function words(seconds) {
  const minutes = Math.floor(seconds / 60);
  const rest = seconds % 60;
  return document.documentElement.lang === "en" ? minutes + " min " + rest + " s" : minutes + "分" + rest + "秒";
}

// Before a paper may be handed in its buttons count down; the server refuses just the same.
const loaded = performance.now();
const waits = [...document.querySelectorAll("[data-submit-wait]")].filter((box) => Number(box.dataset.submitWait) > 0).map((box) => {
  const button = box.querySelector("button");
  return { box, button, words: button.textContent };
});

function tickWaits() {
  for (const { box, button, words: label } of waits) {
    const left = Math.max(0, Math.ceil(Number(box.dataset.submitWait) - (performance.now() - loaded) / 1000));
    button.disabled = left > 0;
    button.textContent = left > 0 ? box.dataset.waitWords.replace("%left%", words(left)) : label;
  }
}

function setLeft(seconds) {
  endsAt = performance.now() + seconds * 1000;
}

function tell(text) {
  if (said && text) said.textContent = text;
}

function tick() {
  tickWaits();
  const left = Math.max(0, Math.ceil((endsAt - performance.now()) / 1000));
  clockNode.querySelector("[data-left-words]").textContent = words(left);
  clockNode.classList.toggle("is-short", left <= 300);
  if (paper && left === 300) tell(paper.dataset.five);
  if (paper && left === 60) tell(paper.dataset.one);
  if (left === 0 && !over) {
    over = true;
    timeOver();
  }
}

async function timeOver() {
  if (paper) {
    tell(paper.dataset.over);
    paper.querySelectorAll("input").forEach((input) => { if (input.type !== "hidden") input.disabled = true; });
    await Promise.race([flush(), new Promise((done) => setTimeout(done, 4000))]);
    leaving = true;
  }
  document.getElementById("end").submit();
}

// place → {choice, turn}: given here, not yet acknowledged. Survives a reload in this browser.
const pending = new Map();
const sending = new Set();
let failures = 0;
let leaving = false;
const shelf = paper ? "exam:" + paper.dataset.exam : "";

function remember() {
  try {
    if (pending.size) localStorage.setItem(shelf, JSON.stringify([...pending]));
    else localStorage.removeItem(shelf);
  } catch { /* a browser without storage still sends */ }
}

function questionOf(place) {
  return document.getElementById("q-" + place);
}

function choiceOf(question) {
  return [...question.querySelectorAll("input:checked")].map((input) => input.value).sort().join("");
}

function show(place, text, bad) {
  const receipt = questionOf(place).querySelector("[data-receipt]");
  receipt.textContent = text;
  receipt.classList.toggle("is-bad", Boolean(bad));
}

function mark(place) {
  const cell = document.querySelector('[data-cell="' + place + '"]');
  const answered = choiceOf(questionOf(place)) !== "";
  cell.classList.toggle("is-answered", answered);
  cell.classList.toggle("is-unsaved", pending.has(place));
  cell.querySelector("span").textContent = answered
    ? (document.documentElement.lang === "en" ? "answered" : "已答") : (document.documentElement.lang === "en" ? "open" : "未答");
  document.querySelector("[data-answered]").textContent = document.querySelectorAll("[data-cell].is-answered").length;
}

function network() {
  const line = document.querySelector("[data-network]");
  const lost = failures > 0 && pending.size > 0;
  const text = lost ? paper.dataset.offline.replace("%n%", pending.size) : pending.size ? paper.dataset.saving : paper.dataset.all;
  if (line.textContent !== text) line.textContent = text;
  line.classList.toggle("is-bad", lost);
}

function setTurn(place, turn) {
  const question = questionOf(place);
  question.dataset.turn = turn;
  question.querySelector('input[type="hidden"]').value = turn;
}

function choose(place, choice) {
  questionOf(place).querySelectorAll('input:not([type="hidden"])').forEach((input) => { input.checked = choice.includes(input.value); });
}

async function send(place) {
  if (sending.has(place) || !pending.has(place)) return;
  sending.add(place);
  const asked = pending.get(place);
  show(place, failures ? paper.dataset.unsaved : paper.dataset.saving, failures > 0);
  try {
    const stop = new AbortController();
    const late = setTimeout(() => stop.abort(), 10000);
    const answer = await fetch(paper.dataset.keep.replace(/\/0$/, "/" + place), {
      method: "POST", signal: stop.signal, headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": token },
      body: JSON.stringify(asked),
    });
    clearTimeout(late);
    const said = await answer.json();
    if (answer.status === 401) {  // signed out elsewhere: what is pending stays on the shelf for the next page
      show(place, said.sentence, true);
      again();
      return;
    }
    if (answer.status === 409 || answer.status === 404) {
      pending.delete(place);
      remember();
      show(place, said.sentence, true);
      if (answer.status === 409) { leaving = true; window.location.assign(paper.dataset.result); }
      return;
    }
    if (!answer.ok) throw new Error(String(answer.status));
    failures = 0;
    settle(place, asked, said);
  } catch {
    show(place, paper.dataset.unsaved, true);
    again();
  } finally {
    sending.delete(place);
    network();
    mark(place);
  }
  if (pending.has(place) && failures === 0) send(place);
}

function settle(place, asked, got) {
  setLeft(got.seconds_left);
  const now = pending.get(place);
  if (now.turn !== asked.turn) {
    now.turn = Math.max(now.turn, got.turn + 1);
  } else if (got.taken) {
    pending.delete(place);
    setTurn(place, got.turn);
    show(place, paper.dataset.saved, false);
  } else {
    now.turn = got.turn + 1;
  }
  remember();
}

let timer = 0;

function again() {
  if (timer) return;
  timer = setTimeout(() => { timer = 0; flush(); }, WAIT[Math.min(failures, WAIT.length - 1)]);
  failures += 1;
}

function flush() {
  return Promise.all([...pending.keys()].map(send));
}

function given(event) {
  const question = event.target.closest("[data-place]");
  if (question && event.target.type !== "hidden") give(question);
}

function give(question) {
  const place = Number(question.dataset.place);
  const known = pending.get(place);
  const turn = Math.max(known ? known.turn : 0, Number(question.dataset.turn)) + 1;
  pending.set(place, { choice: choiceOf(question), turn });
  remember();
  mark(place);
  network();
  send(place);
}

// What the server holds: after sleep, after a lost network, and for what another page has answered.
async function compare() {
  try {
    const answer = await fetch(paper.dataset.state, { headers: { Accept: "application/json" } });
    if (!answer.ok) return;
    const held = await answer.json();
    setLeft(held.seconds_left);
    if (!held.open) { leaving = true; window.location.assign(paper.dataset.result); return; }
    for (const [key, [choice, turn]] of Object.entries(held.choices)) {
      const place = Number(key);
      if (pending.has(place) || turn <= Number(questionOf(place).dataset.turn)) continue;
      choose(place, choice);
      setTurn(place, turn);
      show(place, paper.dataset.other, false);
      mark(place);
    }
  } catch { /* the next answer or return will ask again */ }
  flush();
}

function restore() {
  try {
    for (const [place, asked] of JSON.parse(localStorage.getItem(shelf) || "[]")) {
      if (!questionOf(place)) continue;
      choose(place, asked.choice);
      pending.set(place, { choice: asked.choice, turn: Math.max(asked.turn, Number(questionOf(place).dataset.turn) + 1) });
      mark(place);
    }
  } catch { localStorage.removeItem(shelf); }
}

// On a slow line somebody answers before this file is here: what is ticked is not what the server drew.
function earlier() {
  for (const question of paper.querySelectorAll("[data-place]")) {
    const changed = [...question.querySelectorAll("input")].some((input) => input.checked !== input.defaultChecked);
    if (changed && !pending.has(Number(question.dataset.place))) give(question);
  }
}

if (paper) {
  restore();
  paper.addEventListener("change", given);
  earlier();
  paper.addEventListener("submit", () => { leaving = true; });
  window.addEventListener("online", flush);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) compare(); });
  window.addEventListener("pageshow", (event) => { if (event.persisted) compare(); });
  window.addEventListener("beforeunload", (event) => { if (pending.size && !leaving) event.preventDefault(); });
  if (pending.size) { network(); flush(); }
}
if (paper) setInterval(compare, 240000);  // keeps the sign-in alive while somebody thinks, and the clock right
setInterval(tick, 500);
tick();
