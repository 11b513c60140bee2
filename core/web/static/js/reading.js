// Read-aloud of a notice (hidden where the browser cannot) and the large-print switch.
export function readAloud() {
  if (!("speechSynthesis" in window)) return;
  document.querySelectorAll("button[data-read]").forEach((button) => {
    const target = document.querySelector(button.dataset.read);
    if (!target) return;
    const label = button.querySelector("span") || button;
    const start = label.textContent;
    const rest = () => { label.textContent = start; button.setAttribute("aria-pressed", "false"); };
    button.hidden = false;
    button.addEventListener("click", () => {
      if (speechSynthesis.speaking) {
        speechSynthesis.cancel();
        rest();
        return;
      }
      const speech = new SpeechSynthesisUtterance(target.innerText);
      speech.lang = document.documentElement.lang;
      speech.onend = rest;
      label.textContent = button.dataset.stop;
      button.setAttribute("aria-pressed", "true");
      speechSynthesis.speak(speech);
    });
  });
  window.addEventListener("pagehide", () => speechSynthesis.cancel());
}

export function largePrint() {
  document.querySelectorAll("button[data-large]").forEach((button) => {
    button.form.addEventListener("submit", () => {
      document.documentElement.classList.toggle("jx-large", button.value === "1");
    });
  });
}
