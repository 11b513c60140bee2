// The face box: frames go to the server as they are captured; what to do and whether it was done is said there.
import { cameraProblem, eachFrame, openCamera, picture, send } from "./camera.js";

const box = document.querySelector("[data-face]");
const words = JSON.parse(box.dataset.words);
const video = box.querySelector("video");
const button = box.querySelector("[data-start]");
const said = box.querySelector("[data-say]");
const hint = box.querySelector("[data-hint]");
const ring = box.querySelector("[data-ring]");
let open = false;
let busy = false;

function say(text, tone = "") {
  said.textContent = text;
  box.dataset.tone = tone;
}

function aloud(text) {
  if (!("speechSynthesis" in window)) return;
  speechSynthesis.cancel();
  const voice = new SpeechSynthesisUtterance(text);
  voice.lang = document.documentElement.lang.startsWith("en") ? "en" : "zh-CN";
  speechSynthesis.speak(voice);
}

function count(seconds) {
  ring.getAnimations().forEach((running) => running.cancel());
  if (seconds) ring.animate([{ strokeDashoffset: 0 }, { strokeDashoffset: 1 }], { duration: seconds * 1000, fill: "forwards" });
  box.classList.toggle("is-timed", !!seconds);
}

function idle(label) {
  busy = false;
  count(0);
  box.dataset.action = "";
  button.hidden = false;
  button.textContent = label;
  button.focus({ preventScroll: true });
}

async function pack(frames) {
  const parts = [];
  for (const frame of frames) {
    const size = new DataView(new ArrayBuffer(4));
    size.setUint32(0, frame.size);
    parts.push(size.buffer, frame);
  }
  return new Blob(parts, { type: "application/octet-stream" });
}

async function attempt() {
  busy = true;
  button.hidden = true;
  say(words.look);
  hint.textContent = "";
  const [status, begun] = await send(box.dataset.begin, null);
  if (status >= 400) {
    refuse(begun, status);
    return;
  }
  await stream(begun);
}

async function stream(begun) {
  const frames = [];
  let flying = false;
  let number = 0;
  let trip = 0;
  await new Promise((ended) => {
    const stop = eachFrame(video, 12, async () => {
      const frame = await picture(video);
      if (frame) frames.push(frame);
      if (flying || frames.length < 2) return;
      flying = true;
      const began = performance.now();
      try {
        const url = `${begun.frames}?n=${number}&rtt=${Math.round(trip)}`;
        const headers = { "X-Nonce": begun.nonce, "Content-Type": "application/octet-stream" };
        const [status, answer] = await send(url, await pack(frames.splice(0, 10)), headers);
        number += 1;
        trip = performance.now() - began;
        if (status >= 400) refuse(answer, status);
        else if (tell(answer)) {
          flying = false;
          return;
        }
      } catch {
        refuse({ sentence: words.network }, 0);
      }
      stop();
      ended();
    });
  });
}

// Shows what the server said; true while the try goes on.
function tell(answer) {
  if (answer.state === "passed") {
    count(0);
    box.dataset.action = "";
    hint.textContent = "";
    say(words.passed, "done");
    aloud(words.passed);
    setTimeout(() => location.assign(box.dataset.back), 700);
    return false;
  }
  if (answer.state === "failed") {
    refuse({ sentence: answer.sentence, hint: answer.advice, left: answer.left }, 200);
    return false;
  }
  if (answer.action) {
    box.dataset.action = answer.action;
    say(answer.text, "act");
    aloud(answer.text);
    count(answer.seconds);
  }
  if (!box.dataset.action || answer.hint === words.two) hint.textContent = answer.hint || "";
  else hint.textContent = "";
  return true;
}

function refuse(why, status) {
  say(why.sentence || words.network, "stop");
  aloud(why.sentence || words.network);
  const left = why.left;
  hint.textContent = (why.hint || "") + (left === undefined ? "" : " " + words.left.replace("%left%", left));
  if (left === 0 || status === 429) {
    box.querySelector("[data-other]").hidden = false;
    count(0);
    box.dataset.action = "";
    busy = false;
    return;
  }
  idle(words.again);
}

async function start() {
  if (busy) return;
  try {
    if (!open) {
      busy = true;
      button.setAttribute("aria-busy", "true");
      say(words.allow);
      await openCamera(video);
      open = true;
      box.classList.add("is-live");
      box.scrollIntoView({ block: "nearest" });
      button.removeAttribute("aria-busy");
      say(words.ready);
      hint.textContent = "";
      idle(words.begin);
      return;
    }
  } catch (error) {
    button.removeAttribute("aria-busy");
    say(words[cameraProblem(error)], "stop");
    idle(words.open);
    return;
  }
  try {
    await attempt();
  } catch {
    refuse({ sentence: words.network }, 0);
  }
}

button.addEventListener("click", start);
