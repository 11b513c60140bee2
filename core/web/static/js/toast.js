// A short message at the edge of the screen; also read out, since #toasts is a live region.
export function toast(text, seconds = 6) {
  const place = document.getElementById("toasts");
  if (!place) return;
  const box = document.createElement("div");
  box.className = "jx-toast";
  box.textContent = text;
  place.append(box);
  setTimeout(() => box.remove(), seconds * 1000);
}
