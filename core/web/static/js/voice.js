// What a page says aloud: a short tone, then the clip that was made beforehand, else the browser's own voice, else
// the tone alone. Browsers allow sound after a click only: call `wake` in the click's own handler.
const TONES = { act: [[880, 0, 0.16]], done: [[660, 0, 0.12], [990, 0.14, 0.2]], stop: [[220, 0, 0.3]] };
const PAUSE = 0.12;

function remembered() {
  try { return localStorage.getItem("jx-sound") !== "off"; } catch { return true; }
}

export class Voice {
  constructor(clips, urgent) {
    this.clips = clips;
    this.urgent = urgent;
    this.on = remembered();
    this.audio = null;
    this.loaded = new Map();
    this.sources = [];
    this.turn = 0;
    addEventListener("pagehide", () => this.hush());
  }

  wake() {
    const Context = window.AudioContext || window.webkitAudioContext;
    if (!this.audio && Context) {
      this.audio = new Context();
      this.loadUrgent();
    }
    this.audio?.resume();
  }

  turnOn(on) {
    this.on = on;
    if (!on) this.hush();
    try { localStorage.setItem("jx-sound", on ? "on" : "off"); } catch { /* kept for this page only */ }
  }

  // One after the other, so that a slow line is not filled by them; the others come when they are wanted.
  async loadUrgent() {
    for (const text of this.urgent) await this.clip(text);
  }

  clip(text) {
    if (!this.clips[text] || !this.audio) return Promise.resolve(null);
    if (!this.loaded.has(text)) {
      this.loaded.set(text, fetch(this.clips[text])
        .then((answer) => answer.arrayBuffer())
        .then((bytes) => this.audio.decodeAudioData(bytes))
        .catch(() => null));
    }
    return this.loaded.get(text);
  }

  hush() {
    this.turn += 1;
    this.sources.splice(0).forEach((source) => source.stop());
    if ("speechSynthesis" in window) speechSynthesis.cancel();
  }

  // Says the sentences in order; `tone` is the sound before them.
  async say(tone, ...sentences) {
    this.hush();
    if (!this.on) return;
    const turn = this.turn;
    const texts = sentences.filter(Boolean);
    const wait = this.beep(tone);
    const buffers = await Promise.all(texts.map((text) => this.clip(text)));
    if (turn !== this.turn) return;
    if (buffers.every(Boolean)) this.play(buffers, wait);
    else this.speak(texts.join(""));
  }

  beep(tone) {
    const notes = this.audio ? TONES[tone] || [] : [];
    for (const [pitch, after, seconds] of notes) {
      const note = this.audio.createOscillator();
      const loud = this.audio.createGain();
      const at = this.audio.currentTime + after;
      note.frequency.value = pitch;
      loud.gain.setValueAtTime(0.25, at);
      loud.gain.exponentialRampToValueAtTime(0.001, at + seconds);
      note.connect(loud).connect(this.audio.destination);
      note.start(at);
      note.stop(at + seconds);
    }
    return Math.max(0, ...notes.map(([, after, seconds]) => after + seconds));
  }

  play(buffers, wait) {
    let at = this.audio.currentTime + wait * 0.6;
    for (const buffer of buffers) {
      const source = this.audio.createBufferSource();
      source.buffer = buffer;
      source.connect(this.audio.destination);
      source.start(at);
      this.sources.push(source);
      at += buffer.duration + PAUSE;
    }
  }

  speak(text) {
    if (!text || !("speechSynthesis" in window)) return;
    const lang = document.documentElement.lang;
    const voices = speechSynthesis.getVoices();
    if (voices.length && !voices.some((voice) => voice.lang.replace("_", "-").startsWith(lang.slice(0, 2)))) return;
    const said = new SpeechSynthesisUtterance(text);
    said.lang = lang;
    speechSynthesis.speak(said);
  }
}
