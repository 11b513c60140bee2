// Counts on from the server's clock; when nothing is left, tells the page by a "countdown:end" event.
function words(seconds) {
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  const rest = seconds % 60;
  if (document.documentElement.lang === "en") return (hours ? hours + " h " : "") + minutes + " min " + rest + " s";
  return (hours ? hours + "小时" : "") + minutes + "分" + rest + "秒";
}

export function countdowns(root) {
  root.querySelectorAll("[data-countdown]").forEach((timer) => {
    const left = Date.parse(timer.dataset.countdown) - Date.parse(timer.dataset.now);
    const started = performance.now();
    const shown = timer.querySelector("[data-left]") || timer;
    const tick = () => {
      const seconds = Math.max(0, Math.round((left - (performance.now() - started)) / 1000));
      shown.textContent = words(seconds);
      timer.classList.toggle("is-short", seconds <= 300);
      if (seconds === 0) {
        clearInterval(timerId);
        timer.dispatchEvent(new CustomEvent("countdown:end", { bubbles: true }));
      }
    };
    const timerId = setInterval(tick, 1000);
    tick();
  });
}
