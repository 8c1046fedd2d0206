// The check list on a phone: what is ticked, typed and photographed is kept at once and sent when there is a network.
import { send } from "../../duban/sending.js";
import { Fleeting, openQueue } from "./queue.js";
import { keepPage } from "./offline.js";
import { recorder, records } from "./recorder.js";

const page = document.querySelector("[data-spot]");
const status = document.querySelector("[data-spot-status]");
const AGAIN = 15000;
const QUIET = 600;
/** Who told where a photo was taken. */
const PLACES = { nobody: "没有位置", photo: "照片自带", phone: "手机定位" };

if (page) start();

async function start() {
  const person = page.dataset.person;
  let keeps = true;
  const queue = await openQueue().catch(() => {
    keeps = false;
    return new Fleeting();
  });
  const timers = new Map();
  let sending = false;
  let again = null;

  const form = (item) => page.querySelector(`[data-item="${item}"]`);
  const { rendered } = page.dataset;
  const all = async () => (await queue.all()).filter((entry) => entry.person === person);
  const mine = async () => (await all()).filter((entry) => entry.kind !== "sent");
  // crypto.randomUUID is missing on pages that are not served by https.
  const newKey = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

  function fieldsOf(of) {
    const fields = {};
    for (const [name, value] of new FormData(of)) {
      if (typeof value === "string" && !["csrfmiddlewaretoken", "key", "person"].includes(name)) fields[name] = value;
    }
    return fields;
  }

  function show(fields, of) {
    for (const [name, value] of Object.entries(fields)) {
      for (const field of of.querySelectorAll(`[name="${CSS.escape(name)}"]`)) {
        if (field.type === "radio") field.checked = field.value === value;
        else field.value = value;
      }
    }
    const note = of.querySelector(".spot-note");
    if (fields.note) note.open = true;
  }

  function itemSays(of, words, bad = false) {
    const place = of.querySelector("[data-item-status]");
    place.textContent = words;
    place.classList.toggle("is-bad-words", bad);
  }

  async function tell(offline = false) {
    const waiting = await mine();
    const refused = waiting.filter((entry) => entry.problem);
    status.classList.toggle("is-waiting", waiting.length > refused.length);
    status.classList.toggle("is-bad", refused.length > 0 && waiting.length === refused.length);
    const lost = keeps ? "" : "（这个浏览器不保存，请不要关闭本页）";
    if (refused.length) status.textContent = `有 ${refused.length} 条没有收下，请看红字`;
    else if (!waiting.length && !navigator.onLine) status.textContent = "没有网络，填的保存在手机上，有网络了自动送出";
    else if (!waiting.length) status.textContent = "都已送出";
    else if (offline || !navigator.onLine) status.textContent = `没有网络，${waiting.length} 条保存在手机上，有网络了自动送出${lost}`;
    else status.textContent = `正在送出 ${waiting.length} 条……`;
  }

  // An entry not sent yet is replaced by the next one of its item; of two that arrive the server holds by the newer.
  async function keep(of) {
    const item = of.dataset.item;
    const before = (await mine()).filter((entry) => entry.kind === "entry" && entry.item === item);
    const entry = { key: newKey(), kind: "entry", person, item, url: of.getAttribute("action"), made_at: new Date().toISOString(), fields: fieldsOf(of) };
    await queue.put(entry);
    for (const old of before) await queue.drop(old.key);
    itemSays(of, "已保存在手机上");
    await tell();
    flush();
  }

  function place() {
    return new Promise((resolve) => {
      if (!navigator.geolocation) resolve({});
      else {
        navigator.geolocation.getCurrentPosition(
          ({ coords }) => resolve({ latitude: coords.latitude.toFixed(6), longitude: coords.longitude.toFixed(6) }),
          () => resolve({}),
          { enableHighAccuracy: true, timeout: 8000, maximumAge: 60000 },
        );
      }
    });
  }

  function picture(of, entry) {
    const line = document.createElement("li");
    line.className = "is-waiting";
    line.dataset.key = entry.key;
    const image = document.createElement("img");
    image.src = URL.createObjectURL(entry.blob);
    image.alt = `照片 ${entry.name}，待送出`;
    image.width = 96;
    image.height = 72;
    const words = document.createElement("span");
    words.className = "sub";
    words.textContent = entry.problem ?? "待送出";
    line.append(image, words);
    of.querySelector("[data-photos]").append(line);
    if (entry.problem) giveUp(line, entry.key);
  }

  function sound(of, entry) {
    const line = document.createElement("li");
    line.className = "is-waiting";
    line.dataset.key = entry.key;
    const player = document.createElement("audio");
    player.controls = true;
    player.src = URL.createObjectURL(entry.blob);
    player.setAttribute("aria-label", `${entry.name}，待送出`);
    const words = document.createElement("span");
    words.className = "sub";
    words.textContent = entry.problem ?? "待送出";
    line.append(player, words);
    of.querySelector("[data-voices]").append(line);
    if (entry.problem) giveUp(line, entry.key);
  }

  async function voice(of, blob, name) {
    const entry = { key: newKey(), kind: "voice", person, item: of.dataset.item, url: of.dataset.voice, made_at: new Date().toISOString(), name, blob };
    await queue.put(entry);
    sound(of, entry);
    await tell();
    flush();
  }

  /** Let a photo or a voice note be put aside that the server does not take. */
  function giveUp(line, key) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-sm";
    button.textContent = "不要了";
    button.addEventListener("click", async () => {
      await queue.drop(key);
      line.remove();
      await tell();
    });
    line.append(button);
  }

  async function photograph(of, files) {
    // Kept before the place is known: finding that may take a while, or never end.
    const kept = [];
    for (const file of files) {
      const entry = { key: newKey(), kind: "photo", person, item: of.dataset.item, url: of.dataset.photo, made_at: new Date().toISOString(), name: file.name, blob: file, placing: true };
      await queue.put(entry);
      picture(of, entry);
      kept.push(entry);
    }
    await tell();
    const where = await place();
    for (const entry of kept) await queue.put({ ...entry, ...where, placing: false });
    flush();
  }

  function bodyOf(entry) {
    const body = new FormData();
    body.append("key", entry.key);
    body.append("person", entry.person);
    body.append("made_at", entry.made_at);
    if (entry.kind === "voice") body.append("voice", entry.blob, entry.name);
    else if (entry.kind === "photo") {
      body.append("photo", entry.blob, entry.name);
      for (const name of ["latitude", "longitude"]) if (entry[name]) body.append(name, entry[name]);
    } else for (const [name, value] of Object.entries(entry.fields)) body.append(name, value);
    return body;
  }

  async function arrived(entry, answer) {
    const of = form(entry.item);
    // A copy of the page that was kept before knows nothing of what was sent since.
    if (answer.ok && entry.kind === "entry") {
      await queue.put({ key: `sent-${person}-${entry.item}`, kind: "sent", person, item: entry.item, made_at: entry.made_at, fields: entry.fields, rendered });
    }
    if (answer.ok) await queue.drop(entry.key);
    else await queue.put({ ...entry, problem: answer.data.detail ?? "没有收下，请刷新页面后再试。" });
    if (!of) return;
    if (entry.kind !== "entry") {
      const line = of.querySelector(`[data-key="${entry.key}"]`);
      if (!line) return;
      line.classList.toggle("is-waiting", !answer.ok);
      const took = entry.kind === "photo" ? PLACES[answer.data.told] : "已送出";
      line.querySelector("span").textContent = answer.ok ? took : answer.data.detail ?? "没有收下";
      if (!answer.ok) giveUp(line, entry.key);
    } else if (answer.ok) itemSays(of, `已送出 ${new Date().toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit" })}`);
    else itemSays(of, answer.data.detail ?? "没有收下", true);
  }

  async function flush() {
    if (sending) return;
    sending = true;
    clearTimeout(again);
    let offline = false;
    let sent = false;
    try {
      for (;;) {
        const entry = (await mine()).find((one) => !one.problem && !one.placing);
        if (!entry) break;
        const answer = await send(entry.url, { body: bodyOf(entry) });
        // The server's own trouble is not the entry's: it goes out again later.
        if (answer.status >= 500 || answer.status === 401 || answer.status === 429) {
          offline = true;
          break;
        }
        await arrived(entry, answer);
        sent = true;
      }
    } catch {
      offline = true;
    }
    sending = false;
    await tell(offline);
    if (sent) keepPage();
    if (offline) again = setTimeout(flush, AGAIN);
  }

  page.addEventListener("input", (event) => {
    const of = event.target.closest("[data-item]");
    if (!of || event.target.type === "file") return;
    if (event.target.name === "finding" && event.target.value && !of.querySelector("[name=severity]:checked")) {
      of.querySelector("[name=severity]").checked = true;
    }
    clearTimeout(timers.get(of));
    timers.set(of, setTimeout(() => {
      timers.delete(of);
      keep(of);
    }, event.target.type === "radio" ? 0 : QUIET));
  });
  page.addEventListener("change", (event) => {
    if (event.target.type !== "file") return;
    const of = event.target.closest("[data-item]");
    const files = [...event.target.files];
    if (event.target.matches("[data-camera]")) photograph(of, files);
    else for (const file of files) voice(of, file, file.name);
    event.target.value = "";
  });
  page.addEventListener("submit", (event) => {
    event.preventDefault();
    keep(event.target);
  });
  for (const button of records() ? page.querySelectorAll("[data-record]") : []) {
    const of = button.closest("[data-item]");
    recorder(button, (blob, name) => voice(of, blob, name), (words) => itemSays(of, words, true));
  }
  // What was just typed is kept when the phone is put away.
  document.addEventListener("visibilitychange", () => {
    for (const [of, timer] of timers) {
      if (document.visibilityState === "hidden") {
        clearTimeout(timer);
        timers.delete(of);
        keep(of);
      }
    }
    if (document.visibilityState === "visible") flush();
  });
  addEventListener("online", flush);
  addEventListener("offline", () => tell(true));

  // What an earlier visit to the page left behind. A photo whose place was still being looked for goes without one.
  for (const entry of await all()) {
    if (entry.kind !== "sent") continue;
    const of = form(entry.item);
    if (of && entry.rendered === rendered) show(entry.fields, of);
    else if (of) await queue.drop(entry.key);
  }
  for (const entry of await mine()) {
    if (entry.placing) await queue.put({ ...entry, placing: false });
    const of = form(entry.item);
    if (!of) continue;
    if (entry.kind === "photo") picture(of, entry);
    else if (entry.kind === "voice") sound(of, entry);
    else {
      show(entry.fields, of);
      itemSays(of, entry.problem ?? "已保存在手机上", Boolean(entry.problem));
    }
  }
  flush();
}
