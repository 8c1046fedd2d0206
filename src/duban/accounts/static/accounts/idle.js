// Warns before the session ends for want of doing, and tells the server that somebody is working on a page.

const place = document.querySelector("[data-idle]");
const dialog = document.getElementById("idle-warning");
const LIMIT = Number(place.dataset.idle) * 1000;
// Five minutes before the end, or a quarter of the time where that is less.
const WARN = Math.min(5 * 60_000, LIMIT / 4);
// A page that is worked on says so at most this often.
const EVERY = Math.min(5 * 60_000, LIMIT / 4);
const KEY = "duban.doing";
const part = (name) => dialog.querySelector(`[data-${name}]`);

// Shared between the windows of one browser: work in one keeps the others signed in.
const shared = {
  get: () => Number(localStorage.getItem(KEY) || 0),
  set: (time) => localStorage.setItem(KEY, String(time)),
};
let doing = false;
let over = false;

shared.set(Date.now());
for (const event of ["keydown", "pointerdown", "input", "scroll"]) {
  addEventListener(event, () => { doing = true; }, { passive: true, capture: true });
}

async function sayAlive() {
  doing = false;
  const headers = { "X-CSRFToken": place.dataset.token, Accept: "application/json" };
  // Without network nobody is told, and nothing is lost.
  const answer = await fetch(place.dataset.alive, { method: "POST", headers }).catch(() => null);
  if (!answer) return;
  if (answer.ok) {
    shared.set(Date.now());
    dialog.close();
  } else if (answer.status === 401) {
    showOver();
  }
}

function show(before) {
  for (const [name, seen] of [["before", before], ["stay", before], ["after", !before], ["again", !before], ["close", !before]]) {
    part(name).hidden = !seen;
  }
  if (!dialog.open) {
    dialog.showModal();
  }
}

function showOver() {
  over = true;
  show(false);
}

// A sign-in changes the token that forms are sent with: those of this page take the new one.
function takeToken() {
  const token = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1];
  if (token) {
    place.dataset.token = token;
    for (const input of document.querySelectorAll("input[name=csrfmiddlewaretoken]")) {
      input.value = token;
    }
  }
}

function look() {
  const since = Date.now() - shared.get();
  if (over) {
    // Signed in again in another window: the time starts anew there.
    if (since < EVERY) {
      over = false;
      dialog.close();
      takeToken();
    }
  } else if (since >= LIMIT) {
    showOver();
  } else if (since >= LIMIT - WARN && !doing) {
    const left = Math.ceil((LIMIT - since) / 1000);
    part("left").textContent = left > 90 ? `${Math.ceil(left / 60)} 分钟` : `${left} 秒`;
    show(true);
  } else if (dialog.open) {
    dialog.close();
  } else if (doing && since >= EVERY) {
    sayAlive().catch(() => { doing = true; });
  }
}

part("stay").addEventListener("click", () => sayAlive());
part("close").addEventListener("click", () => dialog.close());
setInterval(look, 1000);
