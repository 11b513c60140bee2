// The picture: it stands where the server allows, and runs at its own speed (N-37).
export class Stage {
  constructor(video) {
    this.video = video;
    this.allowed = 0;        // milliseconds: as far as the picture may stand
    this.running = false;    // it may run
    video.controls = false;
    video.disablePictureInPicture = true;
    video.addEventListener("seeking", () => {
      if (Math.abs(this.position - this.allowed) > 700) video.currentTime = this.allowed / 1000;
    });
    video.addEventListener("timeupdate", () => {
      if (!video.seeking && this.running) this.allowed = Math.max(this.allowed, this.position);
    });
    video.addEventListener("ratechange", () => {
      if (video.playbackRate !== 1) video.playbackRate = 1;
      if (video.defaultPlaybackRate !== 1) video.defaultPlaybackRate = 1;
    });
    video.addEventListener("play", () => { if (!this.running) video.pause(); });
    video.addEventListener("contextmenu", (event) => event.preventDefault());
  }

  get position() { return Math.round(this.video.currentTime * 1000); }

  // Resolves when the picture can be shown from the allowed place on; rejects when it cannot be loaded.
  async load(source) {
    this.running = false;
    await new Promise((done, failed) => {
      this.video.addEventListener("loadedmetadata", done, { once: true });
      this.video.addEventListener("error", failed, { once: true });
      this.video.src = source;
      this.video.load();
    });
    this.stand(this.allowed);
  }

  stand(ms) {
    this.halt();
    this.allowed = ms;
    this.video.currentTime = ms / 1000;
  }

  halt() {
    this.running = false;
    this.video.pause();
  }

  // "", "silent" (the browser lets it run without sound only), or "press" (it wants a click first).
  async run() {
    this.running = true;
    try {
      await this.video.play();
      return "";
    } catch {
      if (!this.video.muted) {
        this.video.muted = true;
        try {
          await this.video.play();
          return "silent";
        } catch {
          this.video.muted = false;
        }
      }
    }
    this.running = false;
    return "press";
  }
}
