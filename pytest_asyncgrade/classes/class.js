"use strict";
// A filter and an order for the table of students: the table is complete without them.
(() => {
  const table = document.getElementById("students");
  if (!table) return;
  const body = table.tBodies[0];
  const rows = Array.from(body.rows);

  const label = document.createElement("label");
  label.append("Show only ");
  const input = document.createElement("input");
  input.type = "search";
  input.placeholder = "a name or a status";
  label.append(input);
  const told = document.createElement("span");
  told.className = "faint";
  told.setAttribute("role", "status");
  label.append(" ", told);
  document.getElementById("tools").append(label);
  input.addEventListener("input", () => {
    const wanted = input.value.toLowerCase();
    let shown = 0;
    for (const row of rows) {
      row.hidden = !row.textContent.toLowerCase().includes(wanted);
      shown += row.hidden ? 0 : 1;
    }
    told.textContent = wanted ? `${shown} of ${rows.length}` : "";
  });

  const compare = (column, down) => (one, other) => {
    const [a, b] = [one, other].map((row) => row.cells[column].dataset.key);
    const [x, y] = [Number(a), Number(b)];
    const order = Number.isNaN(x) || Number.isNaN(y) ? a.localeCompare(b) : x - y;
    return down ? -order : order;
  };
  Array.from(table.tHead.rows[0].cells).forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    head.replaceChildren(button);
    button.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") === "ascending";
      for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      body.append(...rows.sort(compare(column, down)));
    });
  });
})();
