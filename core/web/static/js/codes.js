// Picture codes are renewed and SMS codes are sent without leaving the page; without this file both reload it.
function token() {
  return document.querySelector('meta[name="csrf-token"]').content;
}

async function post(url, body) {
  body.set("csrf_token", token());
  const answer = await fetch(url, { method: "POST", body, headers: { Accept: "application/json" } });
  return [answer.ok, await answer.json()];
}

function show(image) {
  const box = document.querySelector("[data-image-code]");
  if (!box || !image) return;
  box.querySelector("[name=image_id]").value = image.id;
  box.querySelector("[name=spoken]").value = image.question ? "1" : "0";
  const picture = box.querySelector("[data-picture]");
  picture.hidden = !!image.question;
  if (image.url) picture.src = image.url;
  box.querySelector("[data-question]").textContent = image.question || box.dataset.words;
}

document.querySelectorAll("[data-image-code]").forEach((box) => {
  const question = box.querySelector("[data-question]");
  const picture = box.querySelector("[data-picture]");
  box.dataset.words = picture.hidden ? picture.alt : question.textContent;
  const input = box.querySelector("input:not([type=hidden])");
  box.querySelectorAll("[name=renew]").forEach((button) => button.addEventListener("click", async (event) => {
    event.preventDefault();
    const body = new FormData();
    body.set("renew", button.value);
    const [ok, said] = await post(box.dataset.renew, body);
    if (!ok) return;
    show(said.image);
    input.value = "";
    input.focus();
  }));
});

document.querySelectorAll("[data-sms-code]").forEach((box) => {
  const button = box.querySelector("[name=send_code]");
  const said = box.querySelector("[data-said]");
  const label = button.textContent;
  const wait = (seconds) => {
    if (seconds <= 0) {
      button.disabled = false;
      button.textContent = label;
      return;
    }
    button.disabled = true;
    button.textContent = box.dataset.again.replace("%seconds%", seconds);
    setTimeout(() => wait(seconds - 1), 1000);
  };
  button.addEventListener("click", async (event) => {
    event.preventDefault();
    button.disabled = true;
    const body = new FormData(button.form);
    body.set("send_code", "1");
    const [ok, answer] = await post(location.href, body);
    said.textContent = answer.sentence;
    said.classList.toggle("jx-error", !ok);
    if (!ok && answer.image) show(answer.image);
    wait(ok ? answer.seconds : Math.min(answer.seconds || 0, 120));
    if (ok) box.querySelector("input").focus();
    else if (answer.field) document.getElementById("f-" + answer.field)?.focus();
  });
});
