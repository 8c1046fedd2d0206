// Keys in the form of a block: Ctrl+Enter saves, Esc goes back. A block that comes in takes the place in the list of keys.
document.addEventListener("keydown", (event) => {
  const box = event.target.closest?.("[data-save-keys]");
  if (!box) return;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    box.form.requestSubmit();
  } else if (event.key === "Escape") {
    event.preventDefault();
    box.form.querySelector("[data-cancel]")?.click();
  }
});

// What was opened by a click is written in at once; what was saved or left is where the keys go on.
document.addEventListener("htmx:afterSwap", (event) => {
  const block = document.getElementById(event.detail.target?.id ?? "");
  if (!block?.matches(".bul-block")) return;
  const box = block.querySelector("[data-save-keys]");
  if (box) {
    box.focus();
    box.setSelectionRange(box.value.length, box.value.length);
  } else {
    block.querySelector("[data-open]")?.focus({ preventScroll: true });
  }
});
