// Forms: no second click, numbers shown in groups, the error summary in focus, a draft of long forms.
const PRIVATE = /(password|id_number|identity|phone|code|csrf|captcha|once)/i;

export function forms(root) {
  root.querySelectorAll("form[data-once]").forEach(once);
  root.querySelectorAll("input[data-group]").forEach(group);
  root.querySelectorAll("form[data-draft]").forEach(draft);
  const summary = root.querySelector("[data-focus]");
  if (summary) {
    summary.focus();
    document.title = (document.documentElement.lang === "en" ? "Error: " : "有错误：") + document.title;
  }
}

function once(form) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "1";
    form.querySelectorAll("button:not([type=button])").forEach((button) => button.setAttribute("aria-busy", "true"));
  });
  window.addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    delete form.dataset.sent;
    form.querySelectorAll("[aria-busy]").forEach((button) => button.removeAttribute("aria-busy"));
  });
}

function group(input) {
  const sizes = input.dataset.group.split(" ").map(Number);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const show = () => {
    const plain = input.value.normalize("NFKC").replace(/[\s-]/g, "");
    if (plain.length > total) return;
    let at = 0;
    const parts = sizes.map((size) => plain.slice(at, (at += size))).filter(Boolean);
    input.value = parts.join(" ");
  };
  show();
  input.addEventListener("blur", show);
}

function draft(form) {
  const key = "jianxue-draft:" + location.pathname + ":" + form.dataset.draft;
  const kept = () => [...form.elements].filter((field) => field.name && !PRIVATE.test(field.name) &&
    !["hidden", "password", "file", "submit", "button"].includes(field.type));
  const failed = form.querySelector("[aria-invalid]") || document.querySelector(".jx-summary");
  try {
    const saved = failed ? null : JSON.parse(localStorage.getItem(key) || "null");
    if (saved) kept().forEach((field) => restore(field, saved));
    form.addEventListener("input", () => {
      const now = {};
      kept().forEach((field) => {
        if (["checkbox", "radio"].includes(field.type)) {
          if (field.checked) now[field.name] = [...(now[field.name] || []), field.value];
        } else {
          now[field.name] = [field.value];
        }
      });
      localStorage.setItem(key, JSON.stringify(now));
    });
    form.addEventListener("submit", () => localStorage.removeItem(key));
  } catch {
    // A browser that keeps nothing: the form still works.
  }
}

function restore(field, saved) {
  const values = saved[field.name];
  if (!values) return;
  if (["checkbox", "radio"].includes(field.type)) field.checked = values.includes(field.value);
  else if (!field.value) field.value = values[0];
}
