// The board asks for the state of its seats every three seconds; the page is loaded anew only when the session moves on.
const board = document.querySelector("[data-board]");
const lost = document.querySelector("[data-lost]");
const english = document.documentElement.lang === "en";
const EVERY = 3000;

function show(seat) {
  const box = board.querySelector(`[data-seat="${seat.number}"]`);
  if (!box) return;
  const word = box.querySelector("[data-word]");
  if (word.textContent !== seat.word) word.textContent = seat.word;
  word.className = `jx-tag jx-tag-${seat.tone}`;
  box.dataset.tone = seat.tone;
  box.querySelector("[data-more]").textContent = seat.score !== null ? (english ? String(seat.score) : `${seat.score}分`)
    : seat.answered !== null ? `${seat.answered}/${seat.questions}` : "";
}

function count(stand, number) {
  const box = document.querySelector(`[data-count="${stand}"]`);
  if (!box) return;
  box.hidden = number === 0;
  box.querySelector("dd").textContent = number;
}

async function look() {
  try {
    const answer = await fetch(board.dataset.board, { headers: { Accept: "application/json" } });
    if (answer.status === 401 || answer.status === 404) { location.reload(); return; }
    if (!answer.ok) throw new Error(String(answer.status));
    const now = await answer.json();
    if (now.state !== board.dataset.state) { location.reload(); return; }
    now.seats.forEach(show);
    Object.entries(now.counts).forEach(([stand, number]) => count(stand, number));
    lost.hidden = true;
  } catch {
    lost.hidden = false;
  }
  setTimeout(look, document.hidden ? 4 * EVERY : EVERY);
}

setTimeout(look, EVERY);
