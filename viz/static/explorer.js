"use strict";
{
  // names as they are typed: a combobox as https://www.w3.org/WAI/ARIA/apg/patterns/combobox/ has it
  const complete = (input) => {
    const list = document.getElementById(input.dataset.complete), fill = "fill" in input.dataset;
    const options = () => [...list.querySelectorAll("[role=option]")];
    let chosen = -1, timer = 0, asked = 0;
    for (const [name, value] of Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-controls": list.id, "aria-expanded": "false" }))
      input.setAttribute(name, value);
    const close = () => { list.hidden = true; chosen = -1; input.setAttribute("aria-expanded", "false"); input.removeAttribute("aria-activedescendant"); };
    const mark = (at) => {
      const all = options();
      chosen = all.length ? (at + all.length + 1) % (all.length + 1) : -1;
      if (chosen === all.length) chosen = -1;
      all.forEach((option, i) => option.setAttribute("aria-selected", String(i === chosen)));
      if (chosen < 0) input.removeAttribute("aria-activedescendant");
      else { input.setAttribute("aria-activedescendant", all[chosen].id); all[chosen].scrollIntoView({ block: "nearest" }); }
    };
    const take = (option) => {
      if (fill) { input.value = option.dataset.name; close(); input.focus(); } else location.href = option.dataset.href;
    };
    const ask = async () => {
      const mine = ++asked, text = input.value.trim();
      if (!text) { close(); return; }
      const answer = await fetch(`/complete?list=${encodeURIComponent(list.id)}&q=${encodeURIComponent(text)}`).catch(() => null);
      if (mine !== asked || !answer?.ok) return;
      list.innerHTML = await answer.text();
      chosen = -1;
      const some = options().length > 0 && document.activeElement === input;
      list.hidden = !some;
      input.setAttribute("aria-expanded", String(some));
    };
    input.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(ask, 90); });
    input.addEventListener("keydown", (event) => {
      if (event.key === "Escape") { asked++; close(); }
      else if (list.hidden) { if (event.key === "ArrowDown" && input.value.trim()) ask(); }
      else if (event.key === "ArrowDown") { event.preventDefault(); mark(chosen + 1); }
      else if (event.key === "ArrowUp") { event.preventDefault(); mark(chosen < 0 ? options().length - 1 : chosen - 1); }
      else if (event.key === "Enter" && chosen >= 0) { event.preventDefault(); take(options()[chosen]); }
    });
    input.addEventListener("blur", () => setTimeout(close, 150));
    list.addEventListener("pointerdown", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) { event.preventDefault(); take(option); }
    });
  };

  // evidence opens below its relation; without this script the link leads to it
  const evidence = (link) => {
    link.setAttribute("role", "button");
    link.setAttribute("aria-expanded", "false");
    let quotes = null;
    const toggle = () => {
      if (!quotes) {
        quotes = document.createElement("div");
        quotes.className = "quotes";
        link.closest("li").append(quotes);
        htmx.ajax("GET", link.getAttribute("href"), { target: quotes, swap: "innerHTML" });
      }
      const open = link.getAttribute("aria-expanded") !== "true";
      quotes.hidden = !open;
      link.setAttribute("aria-expanded", String(open));
    };
    link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      toggle();
    });
    link.addEventListener("keydown", (event) => { if (event.key === " ") { event.preventDefault(); toggle(); } });
  };

  // light on lines of descent
  const lights = (works) => {
    const nodes = [...works.querySelectorAll(".n")], edges = [...works.querySelectorAll(".e")];
    const older = nodes.map(() => []), newer = nodes.map(() => []);
    for (const edge of edges) {
      edge.ends = [Number(edge.dataset.s), Number(edge.dataset.o)];
      older[edge.ends[0]].push(edge);
      newer[edge.ends[1]].push(edge);
    }
    const line = (start) => {
      const lit = new Set([nodes[start]]);
      for (const [way, end] of [[older, 1], [newer, 0]]) {
        const left = [start], met = new Set(left);
        while (left.length) for (const edge of way[left.pop()]) {
          const next = edge.ends[end];
          lit.add(edge).add(nodes[next]);
          if (!met.has(next)) { met.add(next); left.push(next); }
        }
      }
      return lit;
    };
    let lit = [];
    const light = (elements) => {
      for (const element of lit) element.classList.remove("lit");
      lit = [...elements];
      for (const element of lit) element.classList.add("lit");
      works.classList.toggle("dim", lit.length > 0);
    };
    nodes.forEach((node, i) => {
      for (const name of ["pointerenter", "focus"]) node.addEventListener(name, () => light(line(i)));
      for (const name of ["pointerleave", "blur"]) node.addEventListener(name, () => light([]));
    });
    const frame = works.parentElement, subject = works.querySelector(".subject");
    if (subject && (frame.scrollWidth > frame.clientWidth || frame.scrollHeight > frame.clientHeight)) {
      const box = subject.getBoundingClientRect(), port = frame.getBoundingClientRect();
      frame.scrollTo(box.left - port.left - port.width * .5, box.top - port.top - port.height / 2);
    }
  };

  const prepare = (root) => {
    for (const input of root.querySelectorAll("[data-complete]")) complete(input);
    for (const link of root.querySelectorAll("a.evidence")) evidence(link);
    for (const works of root.querySelectorAll("svg.works")) lights(works);
  };
  prepare(document);
  document.addEventListener("htmx:afterSwap", (event) => prepare(event.detail.elt));
}
