"use strict";
// What is said of a mark of a figure, beside the pointer; without this, browsers show it as they do any title.
(() => {
  const tip = document.createElement("div");
  tip.id = "tip";
  tip.hidden = true;
  document.body.append(tip);
  for (const mark of document.querySelectorAll("svg .tip")) {
    const title = mark.querySelector("title");
    const told = title ? title.textContent : "";
    if (title) title.remove();
    mark.setAttribute("aria-label", told);
    mark.addEventListener("pointermove", (event) => {
      tip.textContent = told;
      tip.hidden = false;
      const left = Math.min(event.clientX + 14, innerWidth - tip.offsetWidth - 8);
      const above = event.clientY - tip.offsetHeight - 12;
      tip.style.left = Math.max(left, 8) + "px";
      tip.style.top = (above > 0 ? above : event.clientY + 18) + "px";
    });
    mark.addEventListener("pointerleave", () => { tip.hidden = true; });
  }
  addEventListener("keydown", (event) => { if (event.key === "Escape") tip.hidden = true; });
  // Tables are sorted by a column, by numbers where it has them; empty cells stay last.
  const value = (row, column) => {
    const cell = row.cells[column];
    return cell.dataset.value ?? cell.textContent.trim();
  };
  for (const table of document.querySelectorAll("table.sortable")) {
    const body = table.tBodies[0];
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const down = head.getAttribute("aria-sort") === "ascending";
        heads.forEach((other) => other.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        const numeric = head.classList.contains("number");
        const sign = down ? -1 : 1;
        const rows = [...body.rows].sort((one, other) => {
          const [a, b] = [value(one, column), value(other, column)];
          if (a === "" || b === "") return (a === "") - (b === "");
          return sign * (numeric ? Number(a) - Number(b) : a.localeCompare(b));
        });
        body.append(...rows);
      });
    });
  }
})();
