// Verification by keys: a accepts, r returns, e corrects, j and k go on and back.
const page = document.querySelector("[data-verify]");
const form = document.getElementById("decide");
const reason = document.getElementById("reason");
const edit = page?.querySelector("[data-edit]");

function correct() {
  page.classList.add("is-editing");
  edit.hidden = true;
  page.querySelector(".verify-edit")?.focus();
}

// Esc leaves the correcting again, unless something was corrected: that is not thrown away by a key.
function leave() {
  document.activeElement.blur();
  const touched = [...page.querySelectorAll("input.verify-edit, textarea.verify-edit")].some((field) => field.value !== field.defaultValue);
  if (touched) return;
  page.classList.remove("is-editing");
  edit.hidden = false;
}

// Returning needs its reason: the field is offered before the server has to refuse.
function back() {
  const button = form.querySelector("[data-return]");
  if (reason.value.trim()) form.requestSubmit(button);
  else reason.focus();
}

const DO = {
  a: () => { const button = form.querySelector("[data-accept]"); if (button) form.requestSubmit(button); },
  r: back,
  e: correct,
  j: () => page.querySelector("[data-after]")?.click(),
  k: () => page.querySelector("[data-before]")?.click(),
};

if (page && form) {
  edit.hidden = false;
  edit.addEventListener("click", correct);
  form.querySelector("[data-return]").addEventListener("click", (event) => {
    if (reason.value.trim()) return;
    event.preventDefault();
    reason.focus();
  });
  // Enter in the reason returns; it never accepts.
  reason.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    if (reason.value.trim()) form.requestSubmit(page.classList.contains("is-editing") ? form.querySelector("[data-correct]") : form.querySelector("[data-return]"));
  });
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape" && page.classList.contains("is-editing")) return leave();
    if (event.target.closest("input, textarea, select") || document.querySelector("dialog[open]")) return;
    const act = DO[event.key];
    if (act) { event.preventDefault(); act(); }
  });
  page.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" });
}
