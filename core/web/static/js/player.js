// Plays lessons and reports beats. Everything that counts is decided by the server: this page only plays on when
// the server said so, and shows what the server credited. While the network is cut it plays on as far as a cut may
// count, keeps its beats sealed (queue.js), and brings them when it is back (C-02).
import { Ahead } from "./ahead.js";
import { Board } from "./board.js";
import { control } from "./controls.js";
import { Queue, reach } from "./queue.js";
import { Snapper } from "./snapshot.js";
import { Stage } from "./stage.js";
import { ask, backoff, headers, insist, pause, refusal } from "./wire.js";

const TRIES = 4;
const TICK = 500;

class Player {
  constructor(root) {
    this.root = root;
    this.address = root.dataset;
    this.board = new Board(root);
    this.words = this.board.words;
    this.video = root.querySelector("video");
    this.stage = new Stage(this.video);
    this.ahead = new Ahead(this.video);
    this.queue = new Queue(this.address.lease);
    const view = root.querySelector("[data-camera]");
    this.camera = view ? new Snapper(view) : null;
    this.wanted = true;       // the person wants the picture to run
    this.cut = null;          // while the network is cut: how far the picture may run on
    this.busy = null;
    this.over = false;
    control(this);
  }

  // --- opening -----------------------------------------------------------------------------------------

  async open(lessonId) {
    this.changing = true;
    clearTimeout(this.timer);
    this.board.say(this.words.opening);
    await this.bringLeft();
    let answer;
    try {
      answer = await insist(this.address.lease, lessonId ? { lesson: lessonId } : {}, () => this.board.net("off"));
      await this.queue.use(answer.cut.key);
    } catch (refused) {
      this.changing = false;
      this.refused(refused);
      return;
    }
    this.board.net("on");
    this.over = false;
    this.lesson = answer.lesson;
    this.ahead.open(answer.lesson.media);
    this.take(answer);
    this.board.title(answer.lesson);
    this.stage.allowed = answer.resume_ms;
    if (!await this.show()) return;
    if (this.camera && !this.camera.live) this.board.part("camera").hidden = !await this.camera.open();
    this.changing = false;
    await this.begin();
  }

  // What a browser that was closed had not said yet; it counts if nobody studied elsewhere since.
  async bringLeft() {
    const left = await this.queue.left();
    if (!left) return;
    try {
      const answer = await insist(this.address.late, left, () => this.board.net("off"));
      if (answer.reason.startsWith("late")) this.board.cut(answer.sentence);
    } catch (failed) {
      if (failed.status === 401) return;
      if (failed.body?.code === "lease_taken" && left.beats.length > 1) this.board.cut(this.words.cut_lost);
    }
    await this.queue.clear();
  }

  async show() {
    for (let attempt = 0; attempt < TRIES; attempt += 1) {
      try {
        await this.stage.load(this.lesson.media);
        this.broken = false;
        return true;
      } catch {
        await pause(backoff(attempt));
      }
    }
    this.stop(this.words.media);
    return false;
  }

  // --- playing -----------------------------------------------------------------------------------------

  // Ask first, play after: what the server counts begins when it has heard, so nothing is lost to a slow line.
  async begin() {
    if (this.over || this.changing || this.beginning || this.stage.running || document.hidden) return;
    this.beginning = true;
    try {
      if (this.cut) await this.playOn();
      else if (!this.broken || await this.show()) await this.start();
    } finally {
      this.beginning = false;
    }
  }

  async start() {
    this.stage.stand(this.stage.allowed);
    const answer = await this.report(true, true);
    if (!answer || answer.stop || answer.snap_back || this.over || this.changing) return;
    if (this.atEnd) { this.ended(answer); return; }
    await this.run();
    if (this.stage.running) this.goOn();
  }

  async run() {
    const how = await this.stage.run();
    this.board.button(this.stage.running);
    if (how === "press") {
      this.wanted = false;
      this.board.say(this.words.press);
      this.board.part("toggle").focus();
    } else if (how === "silent") {
      this.board.muted(true);
      this.board.say(this.words.silent);
    }
  }

  get atEnd() { return this.video.ended || this.video.duration - this.video.currentTime < 0.05; }

  goOn() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => { if (this.stage.running) this.report(true); }, this.interval);
    // Some more than a cut may last: bytes are not spread evenly, and a cut may come before the next beat.
    this.ahead.have(1.25 * this.terms.gap_ms + this.interval);
  }

  toggle() {
    if (this.over) return;
    if (this.stage.running) this.hold(this.words.paused);
    else { this.wanted = true; this.begin(); }
  }

  hold(text) {
    this.wanted = false;
    this.halt();
    this.board.say(text);
    this.report(false);
  }

  halt() {
    clearTimeout(this.timer);
    this.stage.halt();
    this.board.button(false);
  }

  // The picture could not be fetched any further.
  broke() {
    if (this.changing || this.broken || this.over) return;
    this.broken = true;
    this.halt();
    if (this.cut) this.board.cut(this.words.cut_empty);
    this.report(false);
    if (!this.cut) this.begin();
  }

  // --- beats -------------------------------------------------------------------------------------------

  // One at a time: the next beat needs the token that answers this one.
  async alone(work) {
    while (this.busy) await this.busy;
    let release;
    this.busy = new Promise((done) => { release = done; });
    try {
      return await work();
    } finally {
      this.busy = null;
      release();
    }
  }

  // A beat that waited while the lesson changed would speak for a lease that is closed.
  report(playing, starting = false) {
    return this.alone(() => (this.changing ? null : this.beat(playing, starting)));
  }

  async beat(playing, starting) {
    for (let attempt = 0; attempt < TRIES; attempt += 1) {
      const { position } = this.stage;
      await this.queue.add(this.token, position, playing);
      if (this.cut) return null;
      try {
        const answer = await ask(this.address.beat, { token: this.token, position_ms: position, playing });
        await this.queue.clear();
        this.board.net("on");
        return this.heard(answer, starting);
      } catch (failed) {
        if (!refusal(failed)) { this.lost(); return null; }
        await this.queue.clear();
        // The answer to a beat was lost on the way: take the present state from the refusal and say it again.
        if (failed.status === 409 && failed.body?.token) { this.token = failed.body.token; continue; }
        this.refused(failed);
        return null;
      }
    }
    return null;
  }

  take(answer) {
    this.token = answer.token;
    this.interval = answer.interval_ms;
    this.resume = answer.resume_ms;
    this.terms = answer.cut ?? this.terms;
    this.board.credit(answer);
    this.follow(answer);
  }

  heard(answer, starting) {
    this.take(answer);
    if (this.camera?.live) for (const address of answer.snapshots) this.camera.take(address);
    if (answer.done) { this.finish(answer); return answer; }
    if (answer.stop) { this.stop(answer.sentence, answer.again); return answer; }
    if (answer.over) { this.ended(answer); return answer; }
    if (answer.snap_back) { this.back(answer); return answer; }
    if (this.video.ended) { this.ended(answer); return answer; }
    if (this.stage.running || starting) this.board.say(answer.sentence);
    if (this.stage.running) this.goOn();
    return answer;
  }

  // To the saved point, and on from there.
  back(answer) {
    this.halt();
    this.stage.stand(answer.resume_ms);
    const late = answer.reason.startsWith("late");
    this.board.say(answer.sentence, late ? "" : "stop");
    if (this.wanted) setTimeout(() => this.begin(), late ? 0 : 1000);
  }

  // The lesson is over when the server has given all of it; the last slot may have to end first.
  ended(answer) {
    if (this.changing) return;
    if (answer.full) {
      this.changing = true;
      this.halt();
      this.board.say(this.words.next);
      this.board.done(this.lesson);
      setTimeout(() => this.open(), 600);
    } else {
      this.timer = setTimeout(() => this.report(true), Math.min(this.interval, 1500));
    }
  }

  // While hours wait for a face: when they are proved the page says so.
  follow(answer) {
    if (!answer.waiting_text) return;
    clearTimeout(this.asking);
    this.asking = setTimeout(async () => {
      const found = await ask(this.address.hours).catch(() => answer);
      this.board.hours(found);
      if (found.done) this.finish(found);
      else if (!found.waiting_text && !this.cut) this.board.cut("");
      else this.follow(found);
    }, Math.max(this.interval ?? 0, 3000));
  }

  // --- the network is cut --------------------------------------------------------------------------------

  lost() {
    if (this.cut || this.over) return;
    clearTimeout(this.timer);
    this.board.net("off");
    const short = this.resume + 2 * this.interval;
    const end = this.queue.sealable ? Math.max(short, reach(this.resume, this.terms)) : short;
    this.cut = { end, played: this.stage.running, noted: performance.now(), wake: () => {} };
    if (!this.cut.played) this.board.say(this.words.offline, "stop");
    this.tick();
    this.seek();
  }

  // The picture runs on as far as it may count, a beat into the queue each interval.
  tick() {
    if (!this.cut) return;
    const left = this.cut.end - this.stage.position;
    if (this.stage.running && left <= 0) {
      this.halt();
      this.board.cut(this.queue.sealable ? this.words.cut_over : this.words.cut_plain);
      this.report(false);
    } else if (this.stage.running) {
      if (this.video.ended) this.board.cut(this.words.cut_ended);
      else if (this.queue.sealable) this.board.left(left);
      if (performance.now() - this.cut.noted >= this.interval) {
        this.cut.noted = performance.now();
        this.report(true);
      }
    }
    setTimeout(() => this.tick(), TICK);
  }

  // After a pause during the cut; who was not studying when it began cannot begin.
  async playOn() {
    if (!this.cut.played || this.broken || this.atEnd || this.stage.position >= this.cut.end) return;
    await this.run();
    if (this.stage.running) { this.board.say(""); this.report(true); }
  }

  async seek() {
    for (let attempt = 0; this.cut && !this.over; attempt += 1) {
      const woken = new Promise((done) => { this.cut.wake = done; });
      await Promise.race([pause(backoff(attempt)), woken]);
      await this.alone(() => this.bring());
    }
  }

  // Say everything that waits, with where the picture stands now.
  async bring() {
    const { position, running } = this.stage;
    try {
      const answer = this.queue.size
        ? await ask(this.address.late, await this.queue.with(position, running))
        : await ask(this.address.beat, { token: this.token, position_ms: position, playing: running });
      await this.queue.clear();
      this.ashore(answer.reason.startsWith("late") ? answer.sentence : "");
      this.heard(answer, false);
      if (!this.stage.running && this.wanted) setTimeout(() => this.begin(), 0);
    } catch (failed) {
      if (refusal(failed)) await this.unheard(failed);
    }
  }

  ashore(text) {
    this.cut = null;
    this.board.net("on");
    this.board.cut(text);
  }

  async unheard(failed) {
    const lost = failed.body?.code === "lease_taken" && this.queue.size > 1;
    await this.queue.clear();
    this.ashore(lost ? this.words.cut_lost : "");
    if (failed.status !== 409 || !failed.body?.token) { this.refused(failed); return; }
    // It was heard, and the answer was lost: go on from what the server holds.
    this.token = failed.body.token;
    this.halt();
    this.stage.stand(failed.body.resume_ms);
    if (this.wanted) setTimeout(() => this.begin(), 0);
  }

  // --- ending ------------------------------------------------------------------------------------------

  finish(answer) {
    this.over = true;
    clearTimeout(this.asking);
    this.halt();
    this.camera?.close();
    if (this.lesson) this.board.done(this.lesson);
    this.board.complete(answer.popup);
  }

  stop(text, again) {
    this.wanted = false;
    this.halt();
    this.board.say(text, "stop");
    this.board.again(again);
  }

  refused(failed) {
    this.over = true;
    this.camera?.close();
    this.stop(failed.body?.sentence ?? this.words.failed, failed.body?.again);
    this.board.part("toggle").disabled = true;
    if (failed.body?.code === "hours_waiting") this.follow({ waiting_text: failed.body.sentence });
  }

  leave() {
    if (!this.token || this.over || this.cut) return;
    const body = { token: this.token, position_ms: this.stage.position, playing: false };
    fetch(this.address.beat, { method: "POST", keepalive: true, headers: headers(), body: JSON.stringify(body) })
      .catch(() => null);
  }
}

for (const root of document.querySelectorAll("[data-player]")) {
  const player = new Player(root);
  player.open(root.dataset.first || null);
}
