"use strict";
// What the page can do besides being read: everything is there without it.
(() => {
  const button = (text, press) => {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = text;
    made.addEventListener("click", () => press(made));
    return made;
  };

  // checks: only those that lost something
  for (const list of document.querySelectorAll("ul.checks")) {
    const passed = list.querySelectorAll(".check.passed");
    if (passed.length === 0 || passed.length === list.children.length) continue;
    list.before(button("Show only what was lost", (toggle) => {
      const pressed = toggle.getAttribute("aria-pressed") !== "true";
      toggle.setAttribute("aria-pressed", String(pressed));
      for (const check of passed) check.hidden = pressed;
    }));
  }

  // timelines: closer, and in words what is pointed at
  for (const scroll of document.querySelectorAll("figure .scroll")) {
    const drawing = scroll.querySelector("svg");
    const words = document.createElement("p");
    words.className = "faint words";
    words.setAttribute("role", "status");
    words.textContent = "Point at a bar to read what the task did there.";
    let zoom = 100;
    const scale = (factor) => {
      zoom = Math.min(1600, Math.max(100, zoom * factor));
      drawing.style.width = `${zoom}%`;
    };
    const tools = document.createElement("p");
    tools.className = "tools";
    tools.append(button("Closer", () => scale(2)), button("Farther", () => scale(0.5)));
    scroll.before(tools);
    scroll.after(words);
    const section = scroll.closest("section") ?? document;
    const source = [...section.querySelectorAll(".code > span")];
    const bars = [...drawing.querySelectorAll("rect")].filter((bar) => bar.querySelector("title"));
    let current = -1;
    const lit = (line) => {
      for (const other of section.querySelectorAll(".lit")) other.classList.remove("lit");
      if (!line) return;
      source[line - 1]?.classList.add("lit");
      for (const same of section.querySelectorAll(`[data-line="${line}"]`)) same.classList.add("lit");
    };
    const show = (bar) => {
      current = bars.indexOf(bar);
      words.textContent = bar.querySelector("title").textContent;
      lit(bar.dataset.line);
      bar.classList.add("lit");
    };
    const step = (by) => {
      current = (current + by + bars.length) % bars.length;
      show(bars[current]);
      bars[current].scrollIntoView({ block: "nearest", inline: "center" });
    };
    if (bars.length > 1) tools.prepend(button("Previous bar", () => step(-1)), button("Next bar", () => step(1)));
    source.forEach((row, index) => row.addEventListener("pointerover", () => lit(index + 1)));

    // closer to one task, by its name
    const tasks = bars.filter((bar) => bar.classList.contains("task"));
    if (tasks.length > 1) {
      const label = document.createElement("label");
      const choice = document.createElement("select");
      choice.append(new Option("all tasks", ""));
      tasks.forEach((bar, index) => choice.append(new Option(bar.querySelector("title").textContent.split(":")[0], index)));
      choice.addEventListener("change", () => {
        const bar = tasks[Number(choice.value)];
        zoom = 100;
        scale(choice.value === "" ? 1 : Math.min(16, drawing.viewBox.baseVal.width / 2 / bar.width.baseVal.value));
        if (choice.value === "") return;
        show(bar);
        bar.scrollIntoView({ block: "nearest", inline: "start" });
      });
      label.append("Closer to ", choice);
      tools.prepend(label);
    }
    const tell = (event) => {
      const bar = event.target.closest("rect");
      if (bar && bars.includes(bar)) return show(bar);
      const title = event.target.closest("circle, path")?.querySelector("title");
      if (title) words.textContent = title.textContent;
    };
    scroll.addEventListener("pointerover", tell);
    scroll.addEventListener("click", tell);
  }

  // tables: sorted by what is clicked
  for (const table of document.querySelectorAll("table.sortable")) {
    const body = table.tBodies[0];
    [...table.tHead.rows[0].cells].forEach((head, column) => {
      const sort = button(head.textContent, () => {
        const down = head.getAttribute("aria-sort") === "ascending";
        for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        const key = (row) => row.cells[column].dataset.value ?? row.cells[column].textContent;
        const rows = [...body.rows].sort((one, other) => key(one).localeCompare(key(other), undefined, { numeric: true }));
        body.append(...(down ? rows.reverse() : rows));
      });
      head.replaceChildren(sort);
    });
  }
})();
