// Keys of lists: j and k move, Enter opens, x marks; / searches, ? explains. A page with keys of its own sets data-own-keys.
const typing = (element) => element?.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");
const rows = () => [...document.querySelectorAll("[data-rows] > tr, [data-rows] > li")].filter((row) => row.checkVisibility?.() ?? true);
const dialog = document.getElementById("keys-dialog");
const opener = document.querySelector("[data-keys-open]");
let here = null;

function go(row) {
  here?.classList.remove("is-here");
  here = row;
  row.classList.add("is-here");
  const target = row.querySelector("a[data-open], a[href]") ?? row;
  target.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
}

function move(step) {
  const all = rows();
  if (!all.length) return false;
  const at = all.indexOf(document.activeElement?.closest("[data-rows] > *") ?? here);
  go(all[Math.max(0, Math.min(all.length - 1, at < 0 ? 0 : at + step))]);
  return true;
}

// What each key does; each says whether there was something to do.
const DO = {
  j: () => move(1),
  k: () => move(-1),
  x: () => {
    const box = here?.querySelector("input[type=checkbox]");
    box?.click();
    return box;
  },
  "/": () => {
    const search = document.getElementById("search");
    search?.select();
    return search;
  },
  "?": () => {
    dialog?.showModal();
    return dialog;
  },
};

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  if (document.querySelector("dialog[open], [data-own-keys]")) return;
  const done = DO[event.key]?.();
  if (done) event.preventDefault();
});

if (opener && dialog) {
  opener.hidden = false;
  opener.addEventListener("click", () => dialog.showModal());
}
