// Sets the colours before anything is drawn: loaded in the head, blocking, so that no page flashes.
(() => {
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");
  const chosen = () => {
    try {
      return localStorage.getItem("duban.theme");
    } catch {
      return null;
    }
  };
  const apply = () => {
    const wanted = chosen();
    const dark = wanted ? wanted === "dark" : system.matches;
    root.dataset.bsTheme = dark ? "dark" : "light";
    dispatchEvent(new Event("duban:theme"));
  };
  root.classList.add("js");
  apply();
  system.addEventListener("change", apply);
  addEventListener("storage", (event) => event.key === "duban.theme" && apply());
  // Paper is white.
  addEventListener("beforeprint", () => { root.dataset.bsTheme = "light"; });
  addEventListener("afterprint", apply);
})();
