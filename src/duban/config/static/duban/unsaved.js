// A form with data-guard warns before its unsaved changes are left behind. A form is sent once, however often one clicks.
const changed = new Set();

document.addEventListener("input", (event) => {
  const form = event.target.form;
  if (form?.hasAttribute("data-guard")) changed.add(form);
});
document.addEventListener("submit", (event) => {
  if (event.defaultPrevented) return;
  const form = event.target;
  changed.delete(form);
  if (form.method !== "post") return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "1";
  // A file to download, or a page that did not come, leaves this page open: it can be sent again.
  setTimeout(() => delete form.dataset.sent, 3000);
});
addEventListener("pageshow", (event) => {
  if (event.persisted) for (const form of document.forms) delete form.dataset.sent;
});
addEventListener("beforeunload", (event) => {
  if ([...changed].some((form) => form.isConnected)) event.preventDefault();
});
