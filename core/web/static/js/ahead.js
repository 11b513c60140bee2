// Fetches the lesson ahead of the picture, so that a cut finds it there: by itself a browser keeps less than a cut may
// last. The pieces go into the browser's own cache, from which the picture takes them.
const PIECE = 1 << 20;

export class Ahead {
  constructor(video) {
    this.video = video;
    this.source = null;
  }

  open(source) {
    this.source = navigator.connection?.saveData ? null : source;
    this.size = 0;
    this.next = 0;
  }

  // So many milliseconds beyond the picture; the picture itself comes first on a slow line.
  async have(ms) {
    if (this.fetching) return;
    this.fetching = true;
    try {
      while (this.source && this.video.readyState === 4 && this.short(ms)) await this.piece(this.source);
    } catch {
      // The line is slow or cut: again at the next beat.
    } finally {
      this.fetching = false;
    }
  }

  // Whether the next piece lies within reach; the first one tells how large the file is.
  short(ms) {
    if (!this.size) return true;
    const byte = (seconds) => (this.size * seconds) / this.video.duration;
    this.next = Math.max(this.next, Math.floor(byte(this.video.currentTime) / PIECE) * PIECE);
    return this.next < Math.min(this.size, byte(this.video.currentTime + ms / 1000) + PIECE);
  }

  async piece(source) {
    const range = `bytes=${this.next}-${this.next + PIECE - 1}`;
    const answer = await fetch(source, { headers: { Range: range }, signal: AbortSignal.timeout(30000) });
    const size = Number(answer.headers.get("Content-Range")?.split("/")[1]);
    await answer.arrayBuffer();
    if (source !== this.source) return;
    if (answer.status === 206 && size) { this.size = size; this.next += PIECE; } else this.source = null;
  }
}
