// What the person, the picture and the browser tell the player.
export function control(player) {
  const { video, stage, board, words } = player;
  video.addEventListener("pause", () => {
    if (stage.running && !video.ended && !player.over) player.hold(words.paused);
  });
  video.addEventListener("ended", () => player.report(true));
  video.addEventListener("waiting", () => { if (stage.running && !player.cut) board.net("slow"); });
  video.addEventListener("playing", () => { if (!player.cut) board.net("on"); });
  video.addEventListener("error", () => player.broke());

  const mute = () => {
    video.muted = !video.muted;
    board.muted(video.muted);
  };
  board.part("toggle").addEventListener("click", () => player.toggle());
  board.part("mute").addEventListener("click", mute);
  board.part("full").addEventListener("click", () => player.root.querySelector("[data-stage]").requestFullscreen?.());
  document.addEventListener("keydown", (event) => {
    if (event.target.closest("input, textarea, select, button, a, dialog") || event.altKey || event.ctrlKey) return;
    if (event.key === " " || event.key === "k") { event.preventDefault(); player.toggle(); }
    if (event.key === "m") mute();
  });

  document.addEventListener("visibilitychange", () => {
    if (document.hidden && stage.running) player.hold(words.hidden);
  });
  window.addEventListener("online", () => player.cut?.wake());
  window.addEventListener("pagehide", () => player.leave());
}
