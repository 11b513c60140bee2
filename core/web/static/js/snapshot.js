// Pictures while studying: the beat's answer says when; the page only obeys.
import { cameraFacts, cameraProblem, closeCamera, openCamera, picture, send } from "./camera.js";

export class Snapper {
  constructor(video = document.createElement("video")) {
    this.video = video;
    video.muted = true;
    video.playsInline = true;
  }

  // Resolves to "" or to why the camera did not open: denied, missing, busy, unsupported.
  async open() {
    try {
      await openCamera(this.video);
      return "";
    } catch (error) {
      return cameraProblem(error);
    }
  }

  get live() {
    return !!this.video.srcObject?.getVideoTracks().some((track) => track.readyState === "live");
  }

  // Posts one picture to the address that the beat gave; tries again twice when the network fails.
  async take(url, tries = 3) {
    const body = await picture(this.video, 640, 0.85);
    for (let turn = 1; turn <= tries; turn += 1) {
      try {
        const [status, said] = await send(url, body, { "Content-Type": "image/jpeg", ...cameraFacts(this.video) });
        return { ok: status < 400, ...said };
      } catch {
        await new Promise((done) => setTimeout(done, 1000 * turn));
      }
    }
    return { ok: false };
  }

  close() {
    closeCamera(this.video);
  }
}
