// Filters send themselves when a choice changes.
export function filters() {
  document.querySelectorAll("form[data-filter] select, form[data-pager] select").forEach((select) => {
    let byKey = false;
    select.addEventListener("keydown", () => { byKey = true; });
    select.addEventListener("pointerdown", () => { byKey = false; });
    select.addEventListener("change", () => {
      if (byKey) return;
      const page = select.form.elements.page;
      if (page) page.value = "1";
      select.form.requestSubmit();
    });
  });
}
