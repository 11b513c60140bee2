// The camera while studying: a small picture of oneself, and a frame whenever the server asks for one (N-33).
const QUALITY = 0.85;

export class Watcher {
  constructor(root, say) {
    this.view = root.querySelector("[data-camera]");
    this.say = say;
    this.words = JSON.parse(root.dataset.words);
    this.stream = null;
  }

  async start() {
    if (!this.view || this.stream) return;
    try {
      this.stream = await navigator.mediaDevices.getUserMedia({ video: { width: 640, height: 480 }, audio: false });
    } catch {
      this.say(this.words.no_camera);
      return;
    }
    this.view.srcObject = this.stream;
    this.view.muted = true;
    await this.view.play().catch(() => null);
  }

  // Post a frame of this moment to the address that the beat's answer named.
  async snapshot(address) {
    if (!this.view) return;
    await this.start();
    if (!this.stream) return;
    const canvas = document.createElement("canvas");
    canvas.width = this.view.videoWidth || 640;
    canvas.height = this.view.videoHeight || 480;
    canvas.getContext("2d").drawImage(this.view, 0, 0, canvas.width, canvas.height);
    const picture = await new Promise((done) => { canvas.toBlob(done, "image/jpeg", QUALITY); });
    await fetch(address, {
      method: "POST", body: picture,
      headers: {
        "Content-Type": "image/jpeg", Accept: "application/json",
        "X-CSRFToken": document.querySelector('meta[name="csrf-token"]').content,
      },
    }).catch(() => null);
  }

  end() {
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    this.stream = null;
  }
}
