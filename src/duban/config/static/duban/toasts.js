// Short words at the edge of the page: what was done, or why it was not.
const place = document.querySelector("[data-toasts]");

/** Say `words`; `tone` is good, warn, bad or plain. Bad news stay until they are closed. */
export function say(words, tone = "plain") {
  const note = document.createElement("div");
  note.className = `note note-${tone}`;
  if (tone === "bad") note.setAttribute("role", "alert");
  const text = document.createElement("div");
  text.textContent = words;
  const close = document.createElement("button");
  close.type = "button";
  close.className = "toast-close";
  close.setAttribute("aria-label", "关闭");
  close.textContent = "×";
  close.addEventListener("click", () => note.remove());
  note.append(text, close);
  place.append(note);
  if (tone !== "bad") setTimeout(() => note.remove(), 6000);
}
