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
    const tell = (event) => {
      const title = event.target.closest("rect, circle, path")?.querySelector("title");
      if (title) words.textContent = title.textContent;
    };
    scroll.addEventListener("pointerover", tell);
    scroll.addEventListener("click", tell);
  }
})();
