// The camera: opened only after a click, pictures as JPEG, closed when the page goes.
export async function openCamera(video, width = 640) {
  const stream = await navigator.mediaDevices.getUserMedia({
    audio: false,
    video: { width: { ideal: width }, height: { ideal: Math.round(width * 0.75) }, facingMode: "user", frameRate: { ideal: 30 } },
  });
  video.srcObject = stream;
  await video.play();
  addEventListener("pagehide", () => closeCamera(video), { once: true });
  return stream;
}

export function closeCamera(video) {
  video.srcObject?.getTracks().forEach((track) => track.stop());
  video.srcObject = null;
}

// Why the camera did not open, as a key of the page's words.
export function cameraProblem(error) {
  if (!navigator.mediaDevices?.getUserMedia) return "unsupported";
  return { NotAllowedError: "denied", NotFoundError: "missing", NotReadableError: "busy" }[error.name] || "missing";
}

// What the browser says of the camera, as a header: a sign for the auditor, no more.
export function cameraFacts(video) {
  const track = video.srcObject?.getVideoTracks()[0];
  if (!track) return {};
  const { width, height, frameRate } = track.getSettings?.() ?? {};
  const capable = "width" in (track.getCapabilities?.() ?? {});
  const facts = { label: track.label.slice(0, 120), width, height, rate: Math.round(frameRate || 0), capable };
  return { "X-Camera": encodeURIComponent(JSON.stringify(facts)) };
}

const canvas = document.createElement("canvas");

export function picture(video, width = 480, quality = 0.82) {
  canvas.width = width;
  canvas.height = Math.round((width * video.videoHeight) / video.videoWidth) || Math.round(width * 0.75);
  canvas.getContext("2d", { alpha: false }).drawImage(video, 0, 0, canvas.width, canvas.height);
  return new Promise((done) => canvas.toBlob(done, "image/jpeg", quality));
}

// Calls `take` for each new frame of the video, at most `perSecond` times a second; returns what stops it.
export function eachFrame(video, perSecond, take) {
  let running = true;
  let last = 0;
  const gap = 1000 / perSecond - 4;
  const step = (now) => {
    if (!running) return;
    if (now - last >= gap) {
      last = now;
      take();
    }
    next();
  };
  const next = () => {
    if (video.requestVideoFrameCallback) video.requestVideoFrameCallback(step);
    else setTimeout(() => step(performance.now()), 1000 / perSecond);
  };
  next();
  return () => { running = false; };
}

const LONGEST = 20_000; // a line that hangs is told as broken

export async function send(url, body, headers = {}) {
  const answer = await fetch(url, {
    method: "POST",
    body,
    signal: AbortSignal.timeout?.(LONGEST),
    headers: {
      Accept: "application/json",
      "X-CSRFToken": document.querySelector('meta[name="csrf-token"]').content,
      ...headers,
    },
  });
  return [answer.status, await answer.json().catch(() => ({}))];
}
