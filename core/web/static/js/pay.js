// Waits for the payment: asks the portal every two seconds, lets it ask the provider every tenth time,
// and goes on by itself when the order is paid. The server decides; without this script the page reloads.
const page = document.querySelector("[data-pay]");

const EVERY_MS = 2000;
const LATE_AFTER = 15;
let asked = 0;
let over = false;

async function state() {
  asked += 1;
  const inquire = asked % 10 === 0;
  const token = document.querySelector('meta[name="csrf-token"]').content;
  const answer = await fetch(inquire ? page.dataset.check : page.dataset.state, inquire
    ? { method: "POST", headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": token }, body: "{}" }
    : { headers: { Accept: "application/json" } });
  return answer.ok ? (await answer.json()).state : "unpaid";
}

async function look() {
  if (over) return;
  let now = "unpaid";
  try {
    if (!document.hidden) now = await state();
  } catch {
    // no connection: the next round tries again
  }
  if (now === "paid") window.location.replace(page.dataset.paid);
  else if (now !== "unpaid") window.location.replace(page.dataset.order);
  else {
    if (asked >= LATE_AFTER) page.querySelector("[data-late]").hidden = false;
    setTimeout(look, EVERY_MS);
  }
}

page.addEventListener("countdown:end", () => {
  over = true;
  window.location.replace(page.dataset.again);
});
setTimeout(look, EVERY_MS);
