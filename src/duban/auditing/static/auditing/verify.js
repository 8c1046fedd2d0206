// Goes on verifying, part by part, until the chain is at its end; without this, the button does one part at a time.
const form = document.querySelector("[data-verify]");
const bar = form.querySelector("progress");
const said = form.querySelector("[data-verify-said]");
const button = form.querySelector("button");

async function part() {
  const answer = await fetch(location.href, {
    method: "POST",
    headers: { Accept: "application/json" },
    body: new FormData(form),
  });
  if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
  return answer.json();
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  button.disabled = true;
  try {
    for (;;) {
      const now = await part();
      bar.max = now.total;
      bar.value = now.checked;
      said.textContent = `已核验 ${now.checked.toLocaleString()} / ${now.total.toLocaleString()} 条`;
      if (now.done) break;
    }
    location.reload();
  } catch {
    said.textContent = "核验中断了：网络不通，或登录已过期。已核验的部分不会丢，请刷新页面后继续。";
    button.disabled = false;
  }
});
