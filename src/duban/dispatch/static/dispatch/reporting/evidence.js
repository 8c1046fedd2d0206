// Evidence: several files at once, each with its progress; picked, or dropped on the task; pictures are looked at here.
import { send } from "../../duban/sending.js";
import { ask } from "../../duban/confirm.js";

const AT_ONCE = 2;
const ACCEPT = "image/jpeg,image/png,image/webp,.pdf,.docx,.xlsx";
const queue = [];
let running = 0;

const cookie = () => document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] ?? document.querySelector("input[name=csrfmiddlewaretoken]")?.value ?? "";

function take(place, files) {
  for (const file of files) {
    const item = document.createElement("li");
    const words = document.createElement("span");
    words.textContent = file.name;
    const bar = document.createElement("progress");
    bar.max = 1;
    bar.value = 0;
    bar.setAttribute("aria-label", `${file.name}的上传进度`);
    item.append(words, bar);
    place.querySelector(".proof-queue").append(item);
    queue.push({ place, file, item, words, bar });
  }
  next();
}

function next() {
  while (running < AT_ONCE && queue.length) {
    running += 1;
    upload(queue.shift());
  }
}

// Only XMLHttpRequest tells how far an upload is.
function upload(one) {
  const request = new XMLHttpRequest();
  const body = new FormData();
  body.append("files", one.file);
  request.open("POST", one.place.dataset.adding);
  request.setRequestHeader("Accept", "application/json");
  request.setRequestHeader("X-CSRFToken", cookie());
  request.responseType = "json";
  request.upload.addEventListener("progress", (event) => {
    if (event.lengthComputable) one.bar.value = event.loaded / event.total;
  });
  request.addEventListener("load", () => {
    if (request.status < 300 && request.response) {
      one.item.remove();
      list(one.place, request.response);
    } else failed(one, request.response?.detail ?? (request.status === 413 ? "文件太大，没有上传。" : "没有上传，请稍后再试。"));
  });
  request.addEventListener("error", () => failed(one, "网络不通，没有上传。"));
  request.addEventListener("loadend", () => {
    running -= 1;
    next();
  });
  request.send(body);
}

function failed(one, words) {
  one.bar.remove();
  one.item.classList.add("is-bad");
  one.words.textContent = words.includes(one.file.name) ? words : `${one.file.name}：${words}`;
  const again = document.createElement("button");
  again.type = "button";
  again.className = "btn btn-sm";
  again.textContent = "再试";
  again.addEventListener("click", () => {
    one.item.remove();
    take(one.place, [one.file]);
  });
  const gone = document.createElement("button");
  gone.type = "button";
  gone.className = "btn btn-sm";
  gone.textContent = "不传了";
  gone.addEventListener("click", () => one.item.remove());
  one.item.append(again, gone);
}

function list(within, told) {
  const report = within.closest("[data-report]");
  report.querySelector("[data-proofs]").innerHTML = told.html;
  report.querySelector("[data-evidence-says]").replaceChildren(...told.warnings.map((words) => {
    const said = document.createElement("span");
    said.className = "cell-said";
    said.textContent = words;
    return said;
  }));
}

const viewer = document.createElement("dialog");
viewer.className = "dialog proof-viewer";
viewer.append(document.createElement("img"), document.createElement("p"), document.createElement("div"));
viewer.lastChild.className = "dialog-actions";
document.body.append(viewer);

function look(link) {
  const [picture, words, actions] = viewer.children;
  picture.src = link.dataset.look;
  picture.alt = link.querySelector("img").alt;
  words.textContent = link.closest(".proof").querySelector(".proof-words").textContent.replace(/\s+/g, " ").trim();
  const original = document.createElement("a");
  original.className = "btn";
  original.href = link.href;
  original.textContent = "下载原图";
  const close = document.createElement("button");
  close.className = "btn btn-primary";
  close.textContent = "关闭";
  close.addEventListener("click", () => viewer.close());
  actions.replaceChildren(original, close);
  viewer.setAttribute("aria-label", picture.alt);
  viewer.showModal();
}

document.addEventListener("click", async (event) => {
  const pick = event.target.closest("[data-pick]");
  const link = event.target.closest("[data-look]");
  const drop = event.target.closest("[data-drop]");
  if (pick) {
    const input = document.createElement("input");
    input.type = "file";
    input.multiple = true;
    input.accept = ACCEPT;
    input.addEventListener("change", () => take(pick.closest("[data-adding]"), input.files));
    input.click();
  } else if (link && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    look(link);
  } else if (drop) {
    event.preventDefault();
    if (!(await ask(`去掉“${drop.dataset.name}”？`, "去掉"))) return;
    const answer = await send(drop.dataset.drop).catch(() => null);
    if (answer?.ok) list(drop, answer.data);
    else (await import("../../duban/toasts.js")).say(answer?.data.detail ?? "网络不通，没有去掉。", "bad");
  }
});
for (const kind of ["dragover", "drop"]) {
  document.addEventListener(kind, (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    const place = event.target.closest?.("[data-report]")?.querySelector("[data-adding]");
    event.preventDefault();
    if (!place) event.dataTransfer.dropEffect = "none";
    else if (kind === "drop") take(place, event.dataTransfer.files);
  });
}
