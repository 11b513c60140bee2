// JSON to the server and back. What fails carries its status (none: the network) and the answer's body.
export async function ask(url, body) {
  const answer = await fetch(url, {
    method: body ? "POST" : "GET", headers: headers(), body: body && JSON.stringify(body),
    signal: AbortSignal.timeout(10000),
  });
  const found = await answer.json().catch(() => null);
  if (!answer.ok || !found) {
    throw Object.assign(new Error(`status ${answer.status}`), { status: answer.status, body: found });
  }
  return found;
}

// The server said no; anything else may be better at the next try.
export const refusal = (failed) => failed.status >= 400 && failed.status < 500 && failed.status !== 429;

// Tries until there is an answer or a refusal; `trouble` hears of each try that failed.
export async function insist(url, body, trouble) {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await ask(url, body);
    } catch (failed) {
      if (refusal(failed)) throw failed;
      trouble();
      await pause(backoff(attempt));
    }
  }
}

export const backoff = (attempt) => Math.min(500 * 2 ** attempt, 4000);

export function pause(ms) { return new Promise((done) => { setTimeout(done, ms); }); }

export function headers() {
  return {
    "Content-Type": "application/json", Accept: "application/json",
    "X-CSRFToken": document.querySelector('meta[name="csrf-token"]').content,
  };
}
