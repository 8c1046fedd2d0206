// A button or form with data-confirm="what would be lost" asks first. data-confirm-yes names the act on the button.
const dialog = document.getElementById("confirm-dialog");

/** Ask, and say whether the person agreed. */
export function ask(words, yes = "确定") {
  dialog.querySelector("[data-confirm-words]").textContent = words;
  dialog.querySelector("[data-confirm-yes]").textContent = yes;
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  const asking = event.submitter?.dataset.confirm ? event.submitter : form.dataset.confirm ? form : null;
  if (!asking || form.dataset.agreed) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (await ask(asking.dataset.confirm, asking.dataset.confirmYes)) {
    form.dataset.agreed = "1";
    form.requestSubmit(event.submitter);
    delete form.dataset.agreed;
  }
}, true);

document.addEventListener("htmx:confirm", async (event) => {
  if (!event.detail.question) return;
  event.preventDefault();
  if (await ask(event.detail.question)) event.detail.issueRequest(true);
});
