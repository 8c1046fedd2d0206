// On a phone the fields of a filter would fill the screen before the list begins: there they open when asked for.
const narrow = matchMedia("screen and (max-width: 767.98px)");
const folds = document.querySelectorAll("details[data-fold-narrow]");

function fold() {
  for (const one of folds) one.open = !narrow.matches;
}

fold();
for (const one of folds) one.classList.add("is-ready");
narrow.addEventListener("change", fold);

// Where the tabs do not fit, the one that is open is in sight.
for (const current of document.querySelectorAll(".tabs [aria-current=page]")) {
  const tabs = current.parentElement;
  tabs.scrollLeft = current.offsetLeft - tabs.offsetLeft - (tabs.clientWidth - current.clientWidth) / 2;
}
