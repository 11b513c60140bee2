// Plays lessons and reports beats. Everything that counts is decided by the server: this page only plays on when
// the server said so, and shows what the server credited.
import { Pending } from "./pending.js";
import { Snapper } from "./snapshot.js";

const RETRY = [500, 1000, 2000, 4000];
const SNAP_BACK = new Set(["too_fast", "behind", "silent"]);

class Player {
  constructor(root) {
    this.root = root;
    this.words = JSON.parse(root.dataset.words);
    this.video = root.querySelector("video");
    this.button = this.part("toggle");
    this.pending = new Pending();
    const view = root.querySelector("[data-camera]");
    this.camera = view ? new Snapper(view) : null;
    this.allowed = 0;         // milliseconds: as far as the picture may stand
    this.granted = false;     // the server counts, the picture may run
    this.wanted = true;       // the person wants it to run
    this.busy = null;
    this.over = false;
    this.bind();
  }

  part(name) { return this.root.querySelector(`[data-part="${name}"]`); }

  bind() {
    const video = this.video;
    video.controls = false;
    video.disablePictureInPicture = true;
    video.addEventListener("seeking", () => {
      if (Math.abs(video.currentTime * 1000 - this.allowed) > 700) video.currentTime = this.allowed / 1000;
    });
    video.addEventListener("timeupdate", () => {
      if (!video.seeking && this.granted) this.allowed = Math.max(this.allowed, video.currentTime * 1000);
    });
    video.addEventListener("ratechange", () => {
      if (video.playbackRate !== 1) video.playbackRate = 1;
      if (video.defaultPlaybackRate !== 1) video.defaultPlaybackRate = 1;
    });
    video.addEventListener("play", () => { if (!this.granted) video.pause(); });
    video.addEventListener("pause", () => {
      if (this.granted && !video.ended && !this.over) this.hold(this.words.paused);
    });
    video.addEventListener("ended", () => this.report(true));
    video.addEventListener("waiting", () => { if (this.granted) this.net("slow"); });
    video.addEventListener("playing", () => this.net("on"));
    video.addEventListener("error", () => this.stop(this.words.media));
    video.addEventListener("contextmenu", (event) => event.preventDefault());
    this.button.addEventListener("click", () => this.toggle());
    this.part("mute").addEventListener("click", () => this.mute());
    this.part("full").addEventListener("click", () => this.root.querySelector("[data-stage]").requestFullscreen?.());
    document.addEventListener("keydown", (event) => this.key(event));
    document.addEventListener("visibilitychange", () => {
      if (document.hidden && this.granted) this.hold(this.words.hidden);
    });
    window.addEventListener("online", () => { if (this.wanted && !this.granted && !this.over) this.begin(); });
    window.addEventListener("pagehide", () => this.leave());
  }

  key(event) {
    if (event.target.closest("input, textarea, select, button, a, dialog") || event.altKey || event.ctrlKey) return;
    if (event.key === " " || event.key === "k") { event.preventDefault(); this.toggle(); }
    if (event.key === "m") this.mute();
  }

  mute() {
    this.video.muted = !this.video.muted;
    const button = this.part("mute");
    button.setAttribute("aria-pressed", String(this.video.muted));
    button.querySelector("span").textContent = this.video.muted ? this.words.unmute : this.words.mute;
  }

  // --- opening -----------------------------------------------------------------------------------------

  async open(lessonId) {
    this.changing = true;
    clearTimeout(this.timer);
    this.say(this.words.opening);
    const left = await this.pending.take();
    if (left) await this.post(this.root.dataset.beat, left).catch(() => null);
    let answer;
    try {
      answer = await this.insist(this.root.dataset.lease, lessonId ? { lesson: lessonId } : {});
    } catch (refused) {
      this.changing = false;
      this.refused(refused);
      return;
    }
    this.lease = answer.lease;
    this.token = answer.token;
    this.over = false;
    this.lesson = answer.lesson;
    this.interval = answer.interval_ms;
    this.allowed = answer.resume_ms;
    this.credit(answer);
    this.title(answer.lesson);
    this.video.src = answer.lesson.media;
    this.video.load();
    await new Promise((done) => this.video.addEventListener("loadedmetadata", done, { once: true }));
    this.video.currentTime = this.allowed / 1000;
    if (this.camera && !this.camera.live && await this.camera.open()) this.part("camera").hidden = false;
    this.changing = false;
    await this.begin();
  }

  title(lesson) {
    this.part("title").textContent = lesson.title;
    for (const item of this.root.querySelectorAll("[data-lesson]")) {
      const current = item.dataset.lesson === lesson.id;
      if (current) item.setAttribute("aria-current", "true"); else item.removeAttribute("aria-current");
      if (current) this.tag(item, this.words.lesson_now, "active");
    }
  }

  // --- playing -----------------------------------------------------------------------------------------

  // Ask first, play after: what the server counts begins when it has heard, so nothing is lost to a slow line.
  async begin() {
    if (this.over || this.granted || document.hidden) return;
    this.video.currentTime = this.allowed / 1000;
    const answer = await this.report(true, true);
    if (!answer || answer.stop) return;
    if (SNAP_BACK.has(answer.reason)) return;
    this.granted = true;
    if (!await this.played()) {
      this.granted = false;
      this.wanted = false;
      this.say(this.words.press);
      this.label();
      this.button.focus();
      return;
    }
    this.wanted = true;
    this.label();
    this.schedule();
  }

  // A browser that does not let a page sound by itself lets it play without sound.
  async played() {
    try {
      await this.video.play();
      return true;
    } catch {
      if (this.video.muted) return false;
    }
    this.mute();
    try {
      await this.video.play();
      this.say(this.words.silent);
      return true;
    } catch {
      this.mute();
      return false;
    }
  }

  schedule() {
    clearTimeout(this.timer);
    this.timer = setTimeout(async () => {
      if (this.granted) await this.report(true);
    }, this.interval);
  }

  toggle() {
    if (this.over) return;
    if (this.granted) this.hold(this.words.paused);
    else { this.wanted = true; this.begin(); }
  }

  hold(text) {
    this.granted = false;
    this.wanted = false;
    clearTimeout(this.timer);
    this.video.pause();
    this.label();
    this.say(text);
    this.report(false, true);
  }

  label() {
    this.button.querySelector("span").textContent = this.granted ? this.words.pause : this.words.resume;
    this.button.classList.toggle("is-playing", this.granted);
  }

  // --- beats -------------------------------------------------------------------------------------------

  // One beat at a time: the next one needs the token that answers this one.
  async report(playing, starting = false) {
    while (this.busy) await this.busy;
    // A beat that waited while the lesson changed would speak for a lease that is closed.
    if (this.changing) return null;
    let release;
    this.busy = new Promise((done) => { release = done; });
    try {
      return await this.beat(playing, starting);
    } finally {
      this.busy = null;
      release();
    }
  }

  async beat(playing, starting) {
    for (let attempt = 0; ; attempt += 1) {
      const body = { token: this.token, position_ms: Math.round(this.video.currentTime * 1000), playing };
      await this.pending.keep(body);
      try {
        const answer = await this.post(this.root.dataset.beat, body);
        await this.pending.forget();
        this.net("on");
        return this.heard(answer, starting);
      } catch (failed) {
        if (failed.status === 409 && failed.body?.token) {
          // The answer to a beat was lost on the way: take the present state from the refusal and say it again.
          this.token = failed.body.token;
          if (attempt < 2) continue;
        }
        if (failed.status && failed.status < 500 && failed.status !== 429) { this.refused(failed); return null; }
        this.net("off");
        if (performance.now() - (this.heardAt ?? performance.now()) > this.interval * 2 && this.granted) this.wait();
        await pause(RETRY[Math.min(attempt, RETRY.length - 1)]);
        if (this.over) return null;
      }
    }
  }

  // Too long without an answer: the picture waits, so that nobody watches what may not count.
  wait() {
    this.granted = false;
    clearTimeout(this.timer);
    this.video.pause();
    this.label();
    this.say(this.words.offline, "stop");
    this.resume = true;
  }

  heard(answer, starting) {
    this.heardAt = performance.now();
    this.token = answer.token;
    this.interval = answer.interval_ms;
    this.credit(answer);
    if (this.camera?.live) for (const address of answer.snapshots) this.camera.take(address);
    if (answer.done) { this.finish(answer); return answer; }
    if (answer.stop) { this.stop(answer.sentence, answer.again); return answer; }
    if (SNAP_BACK.has(answer.reason)) {
      this.granted = false;
      this.video.pause();
      this.allowed = answer.resume_ms;
      this.video.currentTime = this.allowed / 1000;
      this.say(answer.sentence, "stop");
      setTimeout(() => this.begin(), 1000);
      return answer;
    }
    if (this.resume) { this.resume = false; setTimeout(() => this.begin(), 0); return answer; }
    if (this.video.ended || answer.over) { this.ended(answer); return answer; }
    if (this.granted || starting) this.say(answer.sentence);
    if (this.granted) this.schedule();
    return answer;
  }

  // The lesson is over when the server has given all of it; the last slot may have to end first.
  ended(answer) {
    if (this.changing) return;
    if (answer.full) {
      this.changing = true;
      clearTimeout(this.timer);
      this.granted = false;
      this.say(this.words.next);
      this.mark(this.lesson.id);
      setTimeout(() => this.open(), 600);
    } else {
      this.timer = setTimeout(() => this.report(true), Math.min(this.interval, 1500));
    }
  }

  mark(lessonId) {
    const item = this.root.querySelector(`[data-lesson="${lessonId}"]`);
    if (item) this.tag(item, this.words.lesson_done, "done");
  }

  tag(item, word, tone) {
    const tag = item.querySelector("[data-state]");
    tag.textContent = word;
    tag.className = `jx-tag jx-tag-${tone}`;
  }

  finish(answer) {
    this.over = true;
    this.granted = false;
    clearTimeout(this.timer);
    this.video.pause();
    this.camera?.close();
    this.mark(this.lesson.id);
    this.label();
    this.say(this.words.all_done, "done");
    const dialog = document.querySelector("[data-completion]");
    if (dialog && answer.popup) {
      dialog.querySelector("[data-text]").textContent = answer.popup;
      dialog.showModal();
    } else {
      location.assign(this.root.dataset.home);
    }
  }

  stop(text, again) {
    this.granted = false;
    this.wanted = false;
    clearTimeout(this.timer);
    this.video.pause();
    this.label();
    this.say(text, "stop");
    const link = this.part("again");
    link.hidden = !again;
    if (again) { link.href = again; link.focus(); }
  }

  refused(failed) {
    this.over = true;
    this.camera?.close();
    this.stop(failed.body?.sentence ?? this.words.failed, failed.body?.again);
    this.button.disabled = true;
  }

  leave() {
    if (!this.token || this.over) return;
    const body = { token: this.token, position_ms: Math.round(this.video.currentTime * 1000), playing: false };
    fetch(this.root.dataset.beat, { method: "POST", keepalive: true, headers: this.headers(), body: JSON.stringify(body) })
      .catch(() => null);
  }

  // --- what is shown -----------------------------------------------------------------------------------

  credit(answer) {
    this.part("credit").textContent = answer.credit_text;
    this.part("saved").textContent = answer.saved_text;
    if (answer.hours_text) this.part("hours").textContent = answer.hours_text;
    const bar = this.part("bar");
    bar.max = answer.slots;
    bar.value = answer.credited;
  }

  say(text, tone = "") {
    const line = this.part("status");
    if (line.textContent !== text) line.textContent = text;
    line.className = tone ? `jx-player-said is-${tone}` : "jx-player-said";
  }

  net(state) {
    const line = this.part("net");
    line.dataset.state = state;
    line.textContent = this.words[`net_${state}`];
  }

  // --- the wire ----------------------------------------------------------------------------------------

  headers() {
    return {
      "Content-Type": "application/json", Accept: "application/json",
      "X-CSRFToken": document.querySelector('meta[name="csrf-token"]').content,
    };
  }

  async post(url, body) {
    const answer = await fetch(url, {
      method: "POST", headers: this.headers(), body: JSON.stringify(body), signal: AbortSignal.timeout(10000),
    });
    const found = await answer.json().catch(() => null);
    if (!answer.ok || !found) throw Object.assign(new Error(`status ${answer.status}`), { status: answer.status, body: found });
    return found;
  }

  async insist(url, body) {
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await this.post(url, body);
      } catch (failed) {
        if (failed.status && failed.status < 500) throw failed;
        this.net("off");
        await pause(RETRY[Math.min(attempt, RETRY.length - 1)]);
      }
    }
  }
}

function pause(ms) { return new Promise((done) => { setTimeout(done, ms); }); }

for (const root of document.querySelectorAll("[data-player]")) {
  const player = new Player(root);
  player.open(root.dataset.first || null);
}
