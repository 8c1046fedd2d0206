// The ledger page: short addresses, groups that fold, the count of what is chosen. The keys are those of every list.
const table = document.querySelector(".ledger-table");

function count() {
  const said = document.querySelector("[data-chosen]");
  const chosen = table?.querySelectorAll('input[name="task"]:checked').length ?? 0;
  if (said) said.textContent = chosen ? `已勾选 ${chosen} 项` : "";
}

table?.addEventListener("change", (event) => {
  if (event.target.matches("[data-all]")) {
    for (const box of table.querySelectorAll('input[name="task"]')) box.checked = event.target.checked;
  }
  count();
});

table?.addEventListener("click", (event) => {
  const fold = event.target.closest("[data-fold]");
  if (!fold) return;
  const rows = fold.closest("tbody").nextElementSibling;
  rows.hidden = !rows.hidden;
  fold.setAttribute("aria-expanded", String(!rows.hidden));
});

// On a narrow page the tree of sections would stand before the table: there it opens when asked for.
const tree = document.querySelector("[data-tree]");
if (tree && matchMedia("(max-width: 1199.98px)").matches) tree.open = false;

// What is empty, and columns left as they were, need not stand in the address.
const filters = document.querySelector("[data-filters]");
const columns = () => [...filters.querySelectorAll('input[name="col"]')].map((box) => box.checked).join();
const before = filters && columns();
const choseColumns = new URLSearchParams(location.search).has("col");
filters?.addEventListener("submit", () => {
  for (const field of filters.elements) {
    const asItWas = field.name === "col" && !choseColumns && columns() === before;
    if (asItWas || (field.name && !field.value)) field.disabled = true;
  }
});
// Coming back by the browser's own button finds the fields as they were.
addEventListener("pageshow", () => {
  for (const field of filters?.elements ?? []) field.disabled = false;
  count();
});
