// What pages kept for use without network goes when somebody signs out, and wherever nobody is signed in.

async function forget() {
  for (const name of (await globalThis.caches?.keys()) ?? []) if (name.startsWith("duban.")) await caches.delete(name);
  for (const one of (await navigator.serviceWorker?.getRegistrations()) ?? []) await one.unregister();
}

if (document.body.classList.contains("bare")) forget().catch(() => {});

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("[data-sign-out]") || event.defaultPrevented) return;
  event.preventDefault();
  await forget().catch(() => {});
  form.submit();
});
