// The grid's keys are those of a spreadsheet: Enter goes down, Tab right, Ctrl with an arrow anywhere, Alt+Enter breaks
// the line, Esc takes back; a block of cells copied from a spreadsheet is pasted as a block.
const COLUMNS = ["progress", "problems", "asks", "next_step"];
const phone = matchMedia("(pointer: coarse)");

const column = (field) => COLUMNS.indexOf(field.closest("[data-cell]").dataset.cell) + 1;

/** Let keys and pasted blocks move through `fields` of `form`; `saveNow` is called for Ctrl+S. */
export function moveThrough(form, saveNow) {
  const fields = () => [...form.querySelectorAll(".cell-field")];
  let before = "";

  function neighbour(field, right, down) {
    const every = fields();
    if (down) {
      const same = every.filter((other) => column(other) === column(field));
      return same[same.indexOf(field) + down];
    }
    const line = every.filter((other) => other.closest("tbody") === field.closest("tbody"));
    return line.find((other) => column(other) === column(field) + right);
  }

  function go(field, right, down) {
    const other = neighbour(field, right, down);
    if (!other) return;
    other.focus();
    if (other.tagName === "INPUT") other.select();
    other.closest(".cell").scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  form.addEventListener("focusin", (event) => {
    if (event.target.matches(".cell-field")) before = event.target.value;
  });
  form.addEventListener("keydown", (event) => {
    const field = event.target;
    // A word that is being spelled (pinyin) takes Enter and the arrows itself.
    if (!field.matches(".cell-field") || event.isComposing || event.keyCode === 229) return;
    const control = event.ctrlKey || event.metaKey;
    const one = field.tagName === "INPUT";
    const moves = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] }[event.key];
    if (event.key === "Enter") {
      if (!one && (event.altKey || phone.matches)) {
        if (event.altKey) type(field, "\n");
        else return;
      } else go(field, 0, event.shiftKey ? -1 : 1);
    } else if (moves && !event.altKey && !event.shiftKey && (control || (one && moves[1]))) go(field, ...moves);
    else if (event.key === "Escape" && field.value !== before) type(field, before, true);
    else if (control && event.key.toLowerCase() === "s") saveNow();
    else return;
    event.preventDefault();
  });
  form.addEventListener("paste", (event) => {
    const field = event.target;
    const text = event.clipboardData?.getData("text/plain") ?? "";
    if (!field.matches?.(".cell-field") || !(text.includes("\t") || (field.tagName === "INPUT" && text.trim().includes("\n")))) return;
    event.preventDefault();
    let start = field;
    for (const row of block(text)) {
      let place = start;
      for (const value of row) {
        if (!place) break;
        type(place, value, true);
        place = neighbour(place, 1, 0);
      }
      start = start && neighbour(start, 0, 1);
    }
  });
}

function type(field, text, whole = false) {
  if (whole) field.value = text;
  else field.setRangeText(text, field.selectionStart, field.selectionEnd, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

// Rows and cells of a block as spreadsheets copy it: a cell with line breaks stands in quotes.
function block(text) {
  const rows = [[]];
  const part = /"((?:[^"]|"")*)"(?=[\t\r\n]|$)|([^\t\r\n]*)/gy;
  while (part.lastIndex <= text.length) {
    const found = part.exec(text);
    rows.at(-1).push(found[1] === undefined ? found[2] : found[1].replaceAll('""', '"'));
    const next = text.slice(part.lastIndex).match(/^(?:\t|\r?\n|\r)/)?.[0];
    if (!next) break;
    part.lastIndex += next.length;
    if (next !== "\t") {
      if (part.lastIndex >= text.length) break;
      rows.push([]);
    }
  }
  return rows;
}
