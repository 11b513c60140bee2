// A picture is shown before it is sent, and may come from the camera where there is one.
export function uploads(root) {
  root.querySelectorAll("[data-upload]").forEach((box) => {
    const input = box.querySelector("input[type=file]");
    const said = box.querySelector("[data-said]");
    input.addEventListener("change", () => preview(box, input, said));
    const camera = box.querySelector("[data-camera]");
    if (camera && navigator.mediaDevices?.getUserMedia && window.HTMLDialogElement) {
      camera.hidden = false;
      camera.addEventListener("click", () => shoot(camera, input, said, Number(box.dataset.maxKb || 0)));
    }
  });
}

function preview(box, input, said) {
  const file = input.files[0];
  const frame = box.querySelector("[data-preview]");
  if (!file) return;
  const kb = Math.ceil(file.size / 1000);
  const limit = Number(box.dataset.maxKb || 0);
  said.textContent = limit && file.size > limit * 1000 ? box.dataset.tooBig.replace("%kb%", kb) : file.name + "，" + kb + " KB";
  const image = document.createElement("img");
  image.alt = file.name;
  image.src = URL.createObjectURL(file);
  image.onload = () => URL.revokeObjectURL(image.src);
  frame.replaceChildren(image);
}

function element(tag, className, text) {
  const made = document.createElement(tag);
  made.className = className;
  if (text) made.textContent = text;
  return made;
}

async function shoot(button, input, said, maxKb) {
  const words = JSON.parse(button.dataset.words);
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { width: 1280, height: 960, facingMode: "user" } });
  } catch {
    said.textContent = words.denied;
    return;
  }
  const dialog = element("dialog", "jx-dialog jx-shoot");
  const video = element("video", "jx-shoot-video");
  Object.assign(video, { autoplay: true, playsInline: true, muted: true, srcObject: stream });
  const frame = element("div", "jx-shoot-frame");
  frame.append(video, element("div", "jx-shoot-oval"));
  const actions = element("div", "jx-actions");
  const take = element("button", "btn btn-primary", words.take);
  const cancel = element("button", "btn btn-plain", words.cancel);
  take.type = cancel.type = "button";
  actions.append(take, cancel);
  dialog.append(element("h2", "", words.title), element("p", "jx-hint", words.hint), frame, actions);
  cancel.onclick = () => dialog.close();
  take.onclick = async () => {
    put(input, await still(video, maxKb));
    dialog.close();
  };
  dialog.onclose = () => {
    stream.getTracks().forEach((track) => track.stop());
    dialog.remove();
    button.focus();
  };
  document.body.append(dialog);
  dialog.showModal();
}

// A portrait cut of 5:7 from the middle; quality falls until the size fits.
async function still(video, maxKb) {
  const height = video.videoHeight;
  const width = Math.round(height * 5 / 7);
  const canvas = document.createElement("canvas");
  canvas.width = 420;
  canvas.height = 588;
  canvas.getContext("2d").drawImage(video, (video.videoWidth - width) / 2, 0, width, height, 0, 0, 420, 588);
  let blob = null;
  for (const quality of [0.92, 0.85, 0.75, 0.65, 0.5]) {
    blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", quality));
    if (!maxKb || blob.size <= maxKb * 1000) break;
  }
  return blob;
}

function put(input, blob) {
  const files = new DataTransfer();
  files.items.add(new File([blob], "photo.jpg", { type: "image/jpeg" }));
  input.files = files.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
}
