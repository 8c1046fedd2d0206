// Menus that are details elements close on Esc and on a click beside them; the side bar of a phone; the colour switch.
const drops = () => document.querySelectorAll("details[data-drop][open]");

document.addEventListener("click", (event) => {
  for (const drop of drops()) if (!drop.contains(event.target)) drop.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const drop of drops()) {
    drop.open = false;
    if (drop.contains(document.activeElement)) drop.querySelector("summary").focus();
  }
  if (side?.classList.contains("is-open")) closeSide();
});

const side = document.getElementById("side");
const opener = document.querySelector("[data-side-open]");

function closeSide() {
  side.classList.remove("is-open");
  opener.setAttribute("aria-expanded", "false");
  opener.focus();
}

if (side && opener) {
  opener.setAttribute("role", "button");
  opener.setAttribute("aria-expanded", "false");
  opener.addEventListener("click", (event) => {
    event.preventDefault();
    side.classList.add("is-open");
    opener.setAttribute("aria-expanded", "true");
    side.querySelector(".side-nav a")?.focus();
  });
  side.querySelector("[data-side-close]").addEventListener("click", (event) => {
    event.preventDefault();
    closeSide();
  });
}

const themes = document.querySelector("[data-theme-switch]");
if (themes) {
  const show = () => {
    const now = localStorage.getItem("duban.theme") ?? "auto";
    for (const button of themes.children) button.setAttribute("aria-pressed", String(button.dataset.themeSet === now));
  };
  themes.hidden = false;
  themes.addEventListener("click", (event) => {
    const wanted = event.target.closest("[data-theme-set]")?.dataset.themeSet;
    if (!wanted) return;
    if (wanted === "auto") localStorage.removeItem("duban.theme");
    else localStorage.setItem("duban.theme", wanted);
    // The blocking script of the head listens to this for other windows too.
    dispatchEvent(new StorageEvent("storage", { key: "duban.theme" }));
    show();
  });
  show();
}
