// The pages of 现场核查 open without network once they were opened with it: a service worker for these pages alone keeps them.
const place = document.querySelector("[data-worker]");

/** What the page is made of, as the worker keeps it. */
const parts = () => [...new Set([
  ...performance.getEntriesByType("resource").map(({ name }) => name),
  ...[...document.querySelectorAll("link[rel=stylesheet], script[src]")].map((one) => one.href || one.src),
])].map((address) => address.split("#")[0]).filter((address) => address.startsWith(location.origin));

/** Have the page kept as the server has it now. Without a worker, or without network, nothing happens. */
export async function keepPage(whole = false) {
  const worker = (await navigator.serviceWorker?.getRegistration(place.dataset.scope))?.active;
  worker?.postMessage({ pages: [location.href], parts: whole ? parts() : [] });
}

async function start() {
  const before = navigator.serviceWorker.controller;
  await navigator.serviceWorker.register(place.dataset.worker, { scope: place.dataset.scope });
  await navigator.serviceWorker.ready;
  // A page that the worker brought is kept already.
  if (!before) await keepPage(true);
}

if (place && navigator.serviceWorker) {
  // Parts that come late belong to the page too.
  const begin = () => start().catch(() => {});
  if (document.readyState === "complete") begin();
  else addEventListener("load", begin);
}
