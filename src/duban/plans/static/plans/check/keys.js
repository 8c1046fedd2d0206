// The keys, by what they do; ? shows this list. Keys work wherever nobody types; Esc leaves a field.
export const KEYS = [
  ["n 或 j", "下一项任务", ["n", "j", "ArrowDown+alt"], "next"],
  ["p 或 k", "上一项任务", ["p", "k", "ArrowUp+alt"], "previous"],
  ["a 或 回车", "核对无误，到下一项未核对的", ["a", "Enter"], "accept"],
  ["Shift+A", "取消核对", ["A"], "unaccept"],
  ["f", "到下一项未核对的任务", ["f"], "unchecked"],
  ["e", "改内容（再按 Tab 到下一格，Esc 离开）", ["e"], "edit"],
  ["Ctrl+回车", "在格子里：存下，核对无误，到下一项", [], null],
  ["u", "认定单位：到未认定的单位，选定它是谁", ["u"], "resolve"],
  ["o", "处理提示：到下一条未处理的", ["o"], "note"],
  ["s", "在左边光标处拆成两项", ["s"], "split"],
  ["m / Shift+M", "与下一项 / 上一项合并", ["m"], "merge"],
  [null, null, ["M"], "mergePrevious"],
  ["i", "把选中的文字标为指标", ["i"], "markIndicator"],
  ["w", "把选中的文字标为单位", ["w"], "markUnit"],
  ["d", "把选中的文字标为时限", ["d"], "markDeadline"],
  ["g", "把选中的文字标为项目", ["g"], "markProject"],
  ["t", "把选中的文字加为任务", ["t"], "markTask"],
  ["r", "把选中的文字定为本任务的范围", ["r"], "markRange"],
  ["x", "去掉光标所在的条目；没有则去掉本任务", ["x"], "drop"],
  ["z / Shift+Z", "撤销 / 重做", ["z"], "undo"],
  [null, null, ["Z"], "redo"],
  ["l", "修改记录", ["l"], "log"],
  ["0", "看不属于任务的指标、项目和提示", ["0"], "loose"],
  ["v", "换顺序：原文 / 疑点优先", ["v"], "order"],
  ["?", "按键说明", ["?", "？"], "help"],
];

const BY_KEY = new Map(KEYS.flatMap(([, , keys, name]) => keys.map((key) => [key, name])));

export function listen(commands, { pane, dialog }) {
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.defaultPrevented || dialog.open) return;
    const typing = event.target.closest?.("input:not([type=checkbox]), textarea, select");
    if (typing) {
      if (event.key === "Escape") {
        typing.dispatchEvent(new CustomEvent("leave", { bubbles: true }));
        typing.blur();
        event.preventDefault();
      } else if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && pane.contains(typing)) {
        typing.blur();
        event.preventDefault();
        commands.accept();
      } else if (event.key === "Enter" && typing.matches("input") && pane.contains(typing)) {
        typing.blur();
        event.preventDefault();
      }
      return;
    }
    if (event.ctrlKey || event.metaKey) return;
    // Enter on a button or a link is the button's own.
    if (event.key === "Enter" && event.target.closest?.("button, a, summary")) return;
    const name = BY_KEY.get(event.altKey ? `${event.key}+alt` : event.key);
    if (!name || !commands[name]) return;
    event.preventDefault();
    commands[name]();
  });
}
