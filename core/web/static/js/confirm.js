// A link to a confirmation page opens that page's [data-dialog] in a <dialog>; [data-panel] opens a page's main at the side.
import { forms } from "./forms.js";

async function part(href, selector) {
  const answer = await fetch(href, { headers: { "X-Requested-With": "fetch" }, redirect: "error" });
  if (!answer.ok) throw new Error(String(answer.status));
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const found = page.querySelector(selector);
  if (!found) throw new Error("no " + selector);
  return document.importNode(found, true);
}

function open(content, className) {
  const dialog = document.createElement("dialog");
  dialog.className = className;
  const heading = content.querySelector("h1, h2");
  if (heading) {
    heading.id = "dialog-title";
    dialog.setAttribute("aria-labelledby", "dialog-title");
  }
  dialog.append(...content.childNodes);
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog || event.target.closest("[data-close]")) {
      event.preventDefault();
      dialog.close();
    }
  });
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  forms(dialog);
  dialog.showModal();
  return dialog;
}

function onClick(selector, show) {
  document.addEventListener("click", async (event) => {
    const link = event.target.closest(selector);
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || !window.HTMLDialogElement) return;
    event.preventDefault();
    try {
      await show(link.href);
    } catch {
      window.location.assign(link.href);
    }
  });
}

export function confirmLinks() {
  onClick("a[data-confirm]", async (href) => open(await part(href, "[data-dialog]"), "jx-dialog"));
}

export function panelLinks() {
  onClick("a[data-panel]", async (href) => {
    const dialog = open(await part(href, "main"), "jx-side-panel");
    const close = document.createElement("button");
    close.type = "button";
    close.className = "jx-close";
    close.dataset.close = "";
    close.setAttribute("aria-label", document.documentElement.lang === "en" ? "Close" : "关闭");
    close.textContent = "×";
    dialog.prepend(close);
  });
}
