// The queue by keys: a closes out, r returns, s sends to the spot, j and k go on and back.
const page = document.querySelector("[data-queue]");
const form = document.getElementById("decide");
const text = document.getElementById("text");

function press(name) {
  const button = form?.querySelector(`[data-${name}]`);
  if (button) form.requestSubmit(button);
}

// Returning needs its reason: the field is offered before the server has to refuse.
function back(event) {
  if (!form) return;
  if (text.value.trim()) { if (!event) press("return"); return; }
  event?.preventDefault();
  text.focus();
}

const DO = {
  a: () => press("accept"),
  r: () => back(),
  s: () => press("sample"),
  j: () => page.querySelector("[data-after]")?.click(),
  k: () => page.querySelector("[data-before]")?.click(),
};

if (page) {
  form?.querySelector("[data-return]").addEventListener("click", back);
  // Enter in the field returns nothing and accepts nothing by accident.
  text?.addEventListener("keydown", (event) => { if (event.key === "Enter") event.preventDefault(); });
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, textarea, select") || document.querySelector("dialog[open]")) return;
    const act = DO[event.key];
    if (act) { event.preventDefault(); act(); }
  });
  page.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" });
}
