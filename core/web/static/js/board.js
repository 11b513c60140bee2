// What the player shows beside the picture.
export class Board {
  constructor(root) {
    this.root = root;
    this.words = JSON.parse(root.dataset.words);
  }

  part(name) { return this.root.querySelector(`[data-part="${name}"]`); }

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

  // What became of a cut; it stays until there is something newer to say of one.
  cut(text) {
    const line = this.part("cut");
    line.hidden = !text;
    if (line.textContent !== text) line.textContent = text;
  }

  left(ms) {
    const seconds = Math.max(0, Math.round(ms / 1000));
    const time = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    this.cut(this.words.cut.replace("{left}", time));
  }

  credit(answer) {
    this.part("credit").textContent = answer.credit_text;
    this.part("saved").textContent = answer.saved_text;
    const bar = this.part("bar");
    bar.max = answer.slots;
    bar.value = answer.credited;
    this.hours(answer);
  }

  hours(answer) {
    if (answer.hours_text) this.part("hours").textContent = answer.hours_text;
    if (answer.waiting_text === undefined) return;
    this.part("waits").textContent = answer.waiting_text;
    this.part("waits").hidden = !answer.waiting_text;
  }

  button(playing) {
    const button = this.part("toggle");
    button.querySelector("span").textContent = playing ? this.words.pause : this.words.resume;
    button.classList.toggle("is-playing", playing);
  }

  muted(on) {
    const button = this.part("mute");
    button.setAttribute("aria-pressed", String(on));
    button.querySelector("span").textContent = on ? this.words.unmute : this.words.mute;
  }

  again(address) {
    const link = this.part("again");
    link.hidden = !address;
    if (address) { link.href = address; link.focus(); }
  }

  title(lesson) {
    this.part("title").textContent = lesson.title;
    for (const item of this.root.querySelectorAll("[data-lesson]")) {
      const current = item.dataset.lesson === lesson.id;
      if (current) item.setAttribute("aria-current", "true"); else item.removeAttribute("aria-current");
      if (current) tag(item, this.words.lesson_now, "active");
    }
  }

  done(lesson) {
    const item = this.root.querySelector(`[data-lesson="${lesson.id}"]`);
    if (item) tag(item, this.words.lesson_done, "done");
  }

  // All is learned: the completion's text, or home.
  complete(text) {
    this.say(this.words.all_done, "done");
    const dialog = document.querySelector("[data-completion]");
    if (dialog && text) {
      dialog.querySelector("[data-text]").textContent = text;
      dialog.showModal();
    } else {
      location.assign(this.root.dataset.home);
    }
  }
}

function tag(item, word, tone) {
  const found = item.querySelector("[data-state]");
  found.textContent = word;
  found.className = `jx-tag jx-tag-${tone}`;
}
