// The face box: frames go to the server as they are captured; what to do and whether it was done is said there.
import { cameraFacts, cameraProblem, eachFrame, openCamera, picture, send } from "./camera.js";
import { Voice } from "./voice.js";

const PER_SECOND = 12;
const FROZEN = 4000; // without a frame the camera is gone, or another app is in front
const MOST = 24; // frames of one batch that the server takes
const box = document.querySelector("[data-face]");
const words = JSON.parse(box.dataset.words);
const voice = new Voice(JSON.parse(box.dataset.clips), JSON.parse(box.dataset.urgent));
const [video, button, other, sound] = ["video", "[data-start]", "[data-other]", "[data-sound]"].map((one) => box.querySelector(one));
const [said, step, hint, ring, left] = ["say", "step", "hint", "ring", "left"].map((one) => box.querySelector(`[data-${one}]`));
const calm = matchMedia("(prefers-reduced-motion: reduce)");
let open = false;
let busy = false;
let ticking = 0;
let hinted = { text: "", since: 0, spoken: "" };

function say(text, tone = "") {
  said.textContent = text;
  box.dataset.tone = tone;
}

// The seconds that are left, as a figure and as a ring; without motion the ring moves once a second.
function count(seconds) {
  clearInterval(ticking);
  ring.getAnimations().forEach((running) => running.cancel());
  box.classList.toggle("is-timed", !!seconds);
  if (!seconds) return;
  const ends = performance.now() + seconds * 1000;
  const tick = () => {
    const rest = Math.ceil((ends - performance.now()) / 1000);
    left.textContent = Math.max(0, rest);
    if (rest > 0) return;
    clearInterval(ticking);
    step.textContent = words.checking;
  };
  const easing = calm.matches ? `steps(${Math.round(seconds)})` : "linear";
  ring.animate([{ strokeDashoffset: 0 }, { strokeDashoffset: 1 }], { duration: seconds * 1000, fill: "forwards", easing });
  ticking = setInterval(tick, 100);
  tick();
}

function rest() {
  busy = false;
  count(0);
  box.dataset.action = "";
  step.textContent = "";
}

function idle(label) {
  rest();
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
  other.hidden = true;
  hinted = { text: "", since: 0, spoken: "" };
  say(words.look);
  voice.say("", words.look);
  hint.textContent = "";
  const [status, begun] = await send(box.dataset.begin, null, cameraFacts(video));
  if (status >= 400) refuse(begun, status);
  else await stream(begun);
}

async function stream(begun) {
  const frames = [];
  let flying = false;
  let seen = performance.now();
  await new Promise((ended) => {
    const finish = () => {
      stop();
      clearInterval(watching);
      ended();
    };
    const watching = setInterval(() => {
      if (performance.now() - seen < FROZEN) return;
      finish();
      open = false;
      refuse({ sentence: words.frozen, hint: words.frozen_hint }, 0);
      button.textContent = words.open;
    }, 500);
    const stop = eachFrame(video, PER_SECOND, async () => {
      seen = performance.now();
      const frame = await picture(video);
      if (frame) frames.push(frame);
      if (flying || frames.length < 2) return;
      flying = true;
      try {
        const headers = { "X-Nonce": begun.nonce, "Content-Type": "application/octet-stream" };
        const [status, answer] = await send(begun.frames, await pack(frames.splice(0, MOST)), headers);
        if (status >= 400) refuse(answer, status);
        else if (tell(answer)) {
          flying = false;
          return;
        }
      } catch {
        refuse({}, 0);
      }
      finish();
    });
  });
}

// Shows what the server said; true while the try goes on.
function tell(answer) {
  if (answer.state === "passed") {
    rest();
    hint.textContent = "";
    say(words.passed, "done");
    voice.say("done", words.passed);
    setTimeout(() => location.assign(box.dataset.back), 1200);
    return false;
  }
  if (answer.state === "failed") {
    refuse({ sentence: answer.sentence, hint: answer.advice, left: answer.left }, 200);
    return false;
  }
  if (answer.action) command(answer);
  else if (answer.text) between(answer.text);
  const acting = !!box.dataset.action;
  advise(answer.hint || "", acting);
  return true;
}

function command(answer) {
  box.dataset.action = answer.action;
  say(answer.text, "act");
  const within = words.within.replace("%seconds%", answer.seconds);
  const which = answer.steps > 1 ? words.step.replace("%step%", answer.step).replace("%steps%", answer.steps) : "";
  step.textContent = which + within;
  voice.say("act", answer.text);
  count(answer.seconds);
}

// Between two actions: back to the straight look.
function between(text) {
  if (said.textContent === text) return;
  rest();
  busy = true;
  say(text);
  voice.say("", text);
}

// A hint is shown at once, and said when it has stood for a second; during an action only what spoils it is shown.
function advise(text, acting) {
  const shown = acting && text !== words.two ? "" : text;
  if (shown !== hint.textContent) hint.textContent = shown;
  if (text !== hinted.text) hinted = { ...hinted, text, since: performance.now() };
  if (acting || !text || text === hinted.spoken || performance.now() - hinted.since < 1000) return;
  hinted.spoken = text;
  voice.say("", text);
}

function refuse(why, status) {
  const [sentence, next] = why.sentence ? [why.sentence, why.hint || ""] : [words.network, words.network_hint];
  const over = why.left === 0 || status === 429;
  rest();
  say(sentence, "stop");
  voice.say("stop", ...(over ? [sentence, words.over_hint] : why.code === "face_service_down" ? [words.down, words.down_hint] : [sentence, next]));
  hint.textContent = over ? words.over_hint : next + (why.left === undefined ? "" : words.left.replace("%left%", why.left));
  other.hidden = !over && status !== 503;
  if (over) other.focus({ preventScroll: true });
  else idle(words.again);
  other.classList.toggle("btn-primary", over);
  other.classList.toggle("btn-plain", !over);
}

function refused(error) {
  const sentence = words[cameraProblem(error)];
  button.removeAttribute("aria-busy");
  say(sentence, "stop");
  voice.say("stop", sentence);
  hint.textContent = "";
  other.hidden = false;
  idle(words.open);
}

async function camera() {
  busy = true;
  button.setAttribute("aria-busy", "true");
  say(words.allow);
  voice.say("", words.allow);
  await openCamera(video);
  open = true;
  box.classList.add("is-live");
  box.scrollIntoView({ block: "nearest" });
  button.removeAttribute("aria-busy");
  other.hidden = true;
  say(words.ready);
  voice.say("", words.ready);
  hint.textContent = "";
  idle(words.begin);
}

async function start() {
  if (busy) return;
  voice.wake();
  if (!open) {
    await camera().catch(refused);
    return;
  }
  await attempt().catch(() => refuse({}, 0));
}

function shownSound() {
  sound.setAttribute("aria-pressed", voice.on);
  sound.querySelector("span").textContent = voice.on ? words.sound_on : words.sound_off;
}

sound.addEventListener("click", () => {
  voice.wake();
  voice.turnOn(!voice.on);
  shownSound();
});
shownSound();
button.addEventListener("click", start);
button.disabled = false;  // drawn disabled: before this file is here, on a slow line, a click would do nothing
