// A form is sent once, however often one clicks, and its button turns while the answer is made.
// data-busy="正在读来文" on a button says what takes longer.
const sent = new Map();

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  if (sent.has(form)) {
    event.preventDefault();
    return;
  }
  const button = event.submitter ?? form.querySelector("button:not([type=button])");
  const timers = [setTimeout(() => show(button), 600)];
  // A file to download, or a page that did not come, leaves this page open: it can be sent again.
  if (!button?.dataset.busy) timers.push(setTimeout(() => ready(form), 5000));
  sent.set(form, { button, words: button ? [...button.childNodes] : [], timers });
});
addEventListener("pageshow", () => [...sent.keys()].forEach(ready));

function show(button) {
  if (!button) return;
  button.setAttribute("aria-busy", "true");
  const turning = document.createElement("span");
  turning.className = "spinner-border spinner-border-sm me-2";
  turning.setAttribute("aria-hidden", "true");
  if (!button.dataset.busy) return button.prepend(turning);
  button.replaceChildren(turning, `${button.dataset.busy}……`);
}

function ready(form) {
  const { button, words, timers } = sent.get(form);
  timers.forEach(clearTimeout);
  sent.delete(form);
  if (!button) return;
  button.removeAttribute("aria-busy");
  button.replaceChildren(...words);
}
