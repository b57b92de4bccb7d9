"use strict";
// Nothing here is needed: it offers names while one types, and buttons that copy. Names come from this very server.
const box = document.getElementById("q"), list = document.getElementById("names");
let asked = 0;
async function suggest() {
  const typed = box.value.trim(), mine = ++asked;
  if (!typed) return;
  const answer = await fetch("/v1/search/suggest?limit=10&q=" + encodeURIComponent(typed));
  if (!answer.ok || mine !== asked) return;
  const { data } = await answer.json();
  list.replaceChildren(...data.flatMap((each) =>
    [[each.name, each.name_zh], [each.name_zh, each.name]].filter(([value]) => value).map(([value, other]) => {
      const option = document.createElement("option");
      option.value = value;
      option.textContent = (other ? other + ", " : "") + each.resource + ", " + each.statements;
      return option;
    })));
}
if (box && list) {
  let wait;
  box.addEventListener("input", () => { clearTimeout(wait); wait = setTimeout(suggest, 120); });
}
for (const field of document.querySelectorAll(".copyable input, .copyable textarea")) {
  field.addEventListener("focus", () => field.select());
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "Copy";
  button.addEventListener("click", async () => {
    field.select();
    try { await navigator.clipboard.writeText(field.value); } catch { document.execCommand("copy"); }
    button.textContent = "Copied";
  });
  field.closest(".copyable").append(button);
}
