// Keeps the pages of 现场核查 that were opened, so that they open without network. Nothing else of the site is kept: not
// another page, not what is sent. What is kept goes when somebody signs out, and when it is older than a day's work.
const CACHE = "{{ prefix|escapejs }}{{ version|escapejs }}";
const PREFIX = "{{ prefix|escapejs }}";
const SCOPE = "{{ scope|escapejs }}";
const PARTS = "{{ parts|escapejs }}";
const KEPT_AT = "X-Kept-At";
const KEPT_FOR = 12 * 3600 * 1000;
/** So long the network is waited for where a page is there already. */
const PATIENCE = 4000;

const isPage = ({ pathname }) => pathname === SCOPE || new RegExp(`^${SCOPE}visits/\\d+/$`).test(pathname);
const isGood = (answer) => answer.ok && !answer.redirected && answer.type === "basic";
const addressOf = (url) => url.origin + url.pathname;

addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(tidy()));

async function tidy() {
  for (const name of await caches.keys()) if (name.startsWith(PREFIX) && name !== CACHE) await caches.delete(name);
  await clients.claim();
}

addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (url.pathname.startsWith(PARTS)) event.respondWith(part(request));
  else if (request.mode === "navigate" && isPage(url)) event.respondWith(page(request, url));
});

addEventListener("message", (event) => {
  const { pages = [], parts = [] } = event.data ?? {};
  event.waitUntil(keepAll(pages, parts));
});

async function keepAll(pages, parts) {
  const cache = await caches.open(CACHE);
  for (const address of pages) {
    const url = new URL(address);
    if (url.origin !== location.origin || !isPage(url)) continue;
    const answer = await fetch(addressOf(url)).catch(() => null);
    if (answer) await keep(cache, url, answer);
  }
  for (const address of parts) {
    const url = new URL(address);
    if (url.origin !== location.origin || !url.pathname.startsWith(PARTS) || await cache.match(address)) continue;
    const answer = await fetch(address).catch(() => null);
    if (answer && isGood(answer)) await cache.put(address, answer);
  }
}

/** Keep a page with the time; whoever is sent away from one, to sign in, may see none that was kept. */
async function keep(cache, url, answer) {
  if (answer.type === "opaqueredirect" || answer.redirected) await caches.delete(CACHE);
  else if (!isGood(answer)) await cache.delete(addressOf(url));
  else {
    const headers = new Headers(answer.headers);
    for (const name of ["Content-Encoding", "Content-Length"]) headers.delete(name);
    headers.set(KEPT_AT, String(Date.now()));
    await cache.put(addressOf(url), new Response(await answer.clone().blob(), { status: answer.status, headers }));
  }
}

async function kept(cache, url) {
  const found = await cache.match(addressOf(url));
  if (!found) return null;
  if (Date.now() - Number(found.headers.get(KEPT_AT)) < KEPT_FOR) return found;
  await cache.delete(addressOf(url));
  return null;
}

async function page(request, url) {
  const cache = await caches.open(CACHE);
  const asked = fetch(request).then(async (answer) => {
    await keep(cache, url, answer);
    return answer;
  });
  const there = await kept(cache, url);
  const late = new Promise((resolve) => { setTimeout(resolve, there ? PATIENCE : 60_000, null); });
  const answer = await Promise.race([asked, late]).catch(() => null);
  return answer ?? there ?? new Response("没有网络，这一页没有打开过。有网络的时候打开一次，没有网络也能再打开。", {
    status: 503, headers: { "Content-Type": "text/plain; charset=utf-8" },
  });
}

async function part(request) {
  const cache = await caches.open(CACHE);
  try {
    const answer = await fetch(request);
    if (isGood(answer)) await cache.put(request, answer.clone());
    return answer;
  } catch {
    return (await cache.match(request)) ?? Response.error();
  }
}
