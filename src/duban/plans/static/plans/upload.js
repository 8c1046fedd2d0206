// Upload with progress, one request a file, by choosing or dropping files and folders. Without it the form does the same.
const form = document.querySelector("[data-upload]");
const drop = form.querySelector("[data-drop]");
const list = form.querySelector("[data-list]");
const input = form.querySelector("input[type=file]");
const text = form.elements.text;
const POLL = 350;

drop.addEventListener("dragover", (event) => {
  event.preventDefault();
  drop.classList.add("is-over");
});
drop.addEventListener("dragleave", () => drop.classList.remove("is-over"));
drop.addEventListener("drop", async (event) => {
  event.preventDefault();
  drop.classList.remove("is-over");
  send(await dropped(event.dataTransfer));
});
input.addEventListener("change", () => {
  send([...input.files]);
  input.value = "";
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (text.value.trim()) {
    send([new File([text.value], "粘贴的文字.txt", { type: "text/plain" })]).then((fine) => {
      if (fine) text.value = "";
    });
  } else if (input.files.length) {
    send([...input.files]);
  } else {
    input.click();
  }
});
// What was pasted but not sent is not lost with the page.
addEventListener("beforeunload", (event) => {
  if (text.value.trim() || list.querySelector("[data-sending]")) event.preventDefault();
});
// A file that misses the card would otherwise replace the page.
for (const name of ["dragover", "drop"]) addEventListener(name, (event) => event.preventDefault());

async function dropped(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.length) return [...transfer.files];
  const files = [];
  const walk = async (entry) => {
    if (entry.isFile) {
      files.push(await new Promise((resolve, reject) => entry.file(resolve, reject)));
      return;
    }
    const reader = entry.createReader();
    // A reader hands out a hundred entries at a time.
    for (;;) {
      const part = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
      if (!part.length) return;
      for (const inner of part) if (!inner.name.startsWith(".")) await walk(inner);
    }
  };
  for (const entry of entries) await walk(entry);
  return files;
}

async function send(files) {
  const done = [];
  // Two at a time: the server reads one while the other is on its way.
  const waiting = files.map((file) => ({ file, row: rowFor(file.name) }));
  const worker = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) done.push(await sendOne(next.file, next.row));
  };
  await Promise.all([worker(), worker()]);
  const fine = done.filter(Boolean);
  if (files.length === 1 && fine.length === 1) {
    text.value = "";
    location.assign(fine[0]);
  }
  return fine.length === files.length;
}

function rowFor(name) {
  const row = document.createElement("li");
  const label = document.createElement("span");
  label.textContent = name;
  const state = document.createElement("span");
  const bar = document.createElement("progress");
  bar.max = 100;
  bar.value = 0;
  bar.setAttribute("aria-label", `${name} 的上传进度`);
  row.append(label, state, bar);
  row.dataset.sending = "";
  list.append(row);
  return { row, state, bar };
}

function sendOne(file, { row, state, bar }) {
  const body = new FormData();
  for (const name of ["csrfmiddlewaretoken", "year", "division"]) if (form.elements[name]) body.append(name, form.elements[name].value);
  body.append("files", file);
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open("POST", form.action || location.href);
    request.setRequestHeader("Accept", "application/json");
    request.upload.addEventListener("progress", (event) => {
      bar.value = event.lengthComputable ? (event.loaded / event.total) * 60 : 30;
      state.textContent = "上传中";
    });
    const fail = (message, link) => {
      delete row.dataset.sending;
      bar.remove();
      state.textContent = "";
      const told = document.createElement("span");
      told.className = "is-refused";
      told.textContent = message;
      if (link) {
        const open = document.createElement("a");
        open.href = link;
        open.textContent = "打开已有的那份";
        told.append(" ", open);
      }
      row.append(told);
      resolve(null);
    };
    request.addEventListener("error", () => fail("网络中断，没有传上去。请检查网络后再选一次。"));
    request.addEventListener("load", () => {
      let answer;
      try {
        answer = JSON.parse(request.responseText);
      } catch {
        fail(request.status === 413 ? "文件太大，服务器没有接收。" : "没有传上去：登录可能已过期。请在新窗口登录后再选一次。");
        return;
      }
      if (request.status !== 201) {
        fail(answer.detail, answer.paper?.url);
        return;
      }
      bar.value = 60;
      follow(answer.papers[0], { row, state, bar }, answer.papers.length, resolve);
    });
    request.send(body);
  });
}

function follow(paper, parts, count, resolve) {
  parts.state.textContent = count > 1 ? `共 ${count} 份` : paper.label;
  parts.bar.value = 60 + paper.progress * 0.4;
  if (paper.under_way) {
    setTimeout(async () => {
      const answer = await fetch(`${paper.url}state`, { headers: { Accept: "application/json" } }).catch(() => null);
      follow(answer?.ok ? await answer.json() : paper, parts, count, resolve);
    }, POLL);
    return;
  }
  parts.bar.remove();
  const open = document.createElement("a");
  open.href = count > 1 ? "../" : paper.onward;
  open.textContent = count > 1 ? "查看来文列表" : paper.state === "checking" ? "开始核对" : paper.label;
  parts.state.replaceChildren(open);
  delete parts.row.dataset.sending;
  resolve(open.href);
}
