// Requests by scripts: they carry the token, and an ended session costs nothing: sign in beside, and it goes out again.
import { say } from "./toasts.js";

const cookie = () => document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] ?? document.querySelector("input[name=csrfmiddlewaretoken]")?.value ?? "";
const signInDialog = document.getElementById("sign-in-dialog");
let signingIn = null;

/** Wait until the person has signed in again in another window; false where they gave up. */
function signIn() {
  if (!signInDialog) return Promise.resolve(false);
  signingIn ??= new Promise((resolve) => {
    const finish = (done) => {
      removeEventListener("focus", look);
      signInDialog.removeEventListener("close", gone);
      signingIn = null;
      if (signInDialog.open) signInDialog.close();
      resolve(done);
    };
    const look = async () => {
      const answer = await fetch(signInDialog.dataset.alive, {
        method: "POST", headers: { "X-CSRFToken": cookie(), Accept: "application/json" },
      }).catch(() => null);
      if (answer?.ok) finish(true);
    };
    const gone = () => finish(false);
    addEventListener("focus", look);
    signInDialog.addEventListener("close", gone);
    signInDialog.showModal();
  });
  return signingIn;
}

/**
 * Fetch with the token, as JSON. `data` becomes the body. Returns `{ ok, status, data }`; a refusal's words are in
 * `data.detail`. After an ended session it waits for a sign-in in another window and sends again. Throws when the
 * network is gone.
 */
export async function send(url, { method = "POST", data, ...more } = {}) {
  for (;;) {
    const headers = { Accept: "application/json", "X-CSRFToken": cookie(), ...more.headers };
    let body = more.body;
    if (data !== undefined) {
      headers["Content-Type"] = "application/json";
      body = JSON.stringify(data);
    }
    const answer = await fetch(url, { ...more, method, headers, body });
    if (answer.status === 401 && await signIn()) continue;
    const told = answer.headers.get("Content-Type")?.includes("json") ? await answer.json() : {};
    return { ok: answer.ok, status: answer.status, data: told };
  }
}

document.addEventListener("htmx:configRequest", (event) => {
  event.detail.headers["X-CSRFToken"] = cookie();
});
document.addEventListener("htmx:responseError", async (event) => {
  const { xhr, elt, requestConfig } = event.detail;
  if (xhr.status === 401 && await signIn()) {
    window.htmx.ajax(requestConfig.verb, requestConfig.path, { source: elt, values: requestConfig.parameters });
    return;
  }
  let told = {};
  try {
    told = JSON.parse(xhr.responseText);
  } catch {
    // A page, not words for a script.
  }
  say(told.detail ?? "没有办成，请刷新页面后再试。", "bad");
});
document.addEventListener("htmx:sendError", () => say("网络不通，没有送出。请稍后再试。", "bad"));
