"use strict";
{
  const root = document.documentElement, picture = document.getElementById("picture");
  const works = picture.querySelector(".works"), byId = (id) => document.getElementById(id);
  const nodes = [...works.querySelectorAll(".n")], edges = [...works.querySelectorAll(".e")];
  const steps = works.dataset.steps.split(" ").map(Number), marked = works.dataset.marked.split(" ").filter(Boolean).map(Number), subject = marked[0];
  const older = nodes.map(() => []), newer = nodes.map(() => []);
  for (const edge of edges) {
    edge.ends = [Number(edge.dataset.s), Number(edge.dataset.o)];
    older[edge.ends[0]].push(edge);
    newer[edge.ends[1]].push(edge);
    const hit = edge.querySelector(".l").cloneNode();
    hit.setAttribute("class", "hit");
    edge.append(hit);
  }
  root.classList.add("script");

  // which edges and nodes are to be seen
  const boxes = [...document.querySelectorAll(".keys input")];
  const unseen = new Set();
  const gone = (edge) => edge.classList.contains("gone") || unseen.has(edge.classList[1]) ||
    (unseen.has("unsure") && edge.classList.contains("unsure"));
  const line = (start) => {
    const lit = new Set([nodes[start]]);
    for (const [way, end] of [[older, 1], [newer, 0]]) {
      const left = [start], met = new Set(left);
      while (left.length) for (const edge of way[left.pop()]) {
        const next = edge.ends[end];
        if (gone(edge) || nodes[next].classList.contains("gone")) continue;
        lit.add(edge).add(nodes[next]);
        if (!met.has(next)) { met.add(next); left.push(next); }
      }
    }
    return lit;
  };
  const only = byId("only"), depth = byId("steps");
  const filter = () => {
    unseen.clear();
    for (const { checked, dataset } of boxes) if (!checked) unseen.add(dataset.relation ?? dataset.type ?? "unsure");
    for (const element of [...nodes, ...edges]) element.classList.remove("gone");
    const most = depth?.value ? Number(depth.value) : Infinity;
    nodes.forEach((node, i) => node.classList.toggle("gone", steps[i] > most || unseen.has(node.classList[1])));
    if (only?.getAttribute("aria-pressed") === "true") {
      const kept = line(subject);
      for (const element of [...nodes, ...edges]) if (!kept.has(element)) element.classList.add("gone");
    }
    for (const edge of edges) if (edge.ends.some((i) => nodes[i].classList.contains("gone"))) edge.classList.add("gone");
  };

  // light, and the card beside the picture
  let lit = [], open = null, pinned = false, from = null;
  const light = (elements) => {
    for (const element of lit) element.classList.remove("lit");
    lit = [...elements];
    for (const element of lit) element.classList.add("lit");
    works.classList.toggle("dim", lit.length > 0);
  };
  const hide = () => {
    open?.classList.remove("open", "glance", "left", "one");
    open?.querySelector(".it")?.classList.remove("it");
    open = null;
    pinned = false;
  };
  const show = (number, { pin = false, tie = null, at = null } = {}) => {
    hide();
    open = byId("w" + number);
    pinned = pin;
    open.classList.add("open");
    open.classList.toggle("glance", !pin);
    open.classList.toggle("left", at !== null && at.clientX > innerWidth - 450 && at.clientY > innerHeight * .3);
    const item = tie && [...open.querySelectorAll(`.on > .${tie[0]}`)].find((li) => li.querySelector(`a[href="#w${tie[1]}"]`));
    if (item) { open.classList.add("one"); item.classList.add("it"); }
    open.scrollTop = 0;
  };
  const pin = (number, options = {}) => {
    light(options.tie ? options.lit : line(number));
    show(number, { ...options, pin: true });
    const heading = open.querySelector("h2");
    heading.tabIndex = -1;
    heading.focus({ preventScroll: true });
  };
  const close = () => {
    const back = pinned ? from : null;
    hide();
    light([]);
    back?.focus({ preventScroll: true });
  };
  const relation = (edge) => [edge.classList[1], edge.ends[1]];
  const pair = (edge) => [edge, nodes[edge.ends[0]], nodes[edge.ends[1]]];
  const rest = () => { if (!pinned) { hide(); light([]); } };

  nodes.forEach((node, i) => {
    const glance = (event) => { if (!pinned) { light(line(i)); show(i, { at: event.clientX ? event : null }); } };
    node.addEventListener("pointerenter", (event) => { if (event.pointerType === "mouse") glance(event); });
    node.addEventListener("focus", glance);
    node.addEventListener("pointerleave", rest);
    node.addEventListener("blur", rest);
  });
  for (const edge of edges) {
    const about = () => ({ tie: relation(edge), lit: pair(edge) });
    edge.addEventListener("pointerenter", (event) => {
      if (!pinned) { light(pair(edge)); show(edge.ends[0], { ...about(), at: event }); }
    });
    edge.addEventListener("pointerleave", rest);
    edge.addEventListener("click", () => { from = nodes[edge.ends[0]]; pin(edge.ends[0], about()); });
  }
  document.addEventListener("click", (event) => {
    const anchor = event.target.closest?.("a[href^='#']");
    const card = anchor?.getAttribute("href").match(/^#w(\d+)$/);
    if (card) {
      event.preventDefault();
      from = anchor.closest(".card") ? from : anchor;
      pin(Number(card[1]));
    } else if (anchor?.classList.contains("close")) {
      event.preventDefault();
      close();
    } else if (!event.target.closest?.(".card, .e, header") && pinned) close();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
  });
  const linked = location.hash.match(/^#w(\d+)$/);
  if (linked && nodes[linked[1]]) pin(Number(linked[1]));

  // toolbar
  for (const box of boxes) box.addEventListener("change", () => { filter(); rest(); });
  depth?.addEventListener("change", filter);
  only?.addEventListener("click", () => {
    only.setAttribute("aria-pressed", String(only.getAttribute("aria-pressed") !== "true"));
    filter();
  });
  const center = () => nodes[subject]?.scrollIntoView({ block: "nearest", inline: "center" });
  for (const size of ["fit", "full"]) byId(size).addEventListener("click", () => {
    const on = picture.classList.toggle(size), { width, height } = works.viewBox.baseVal;
    const room = picture.parentElement.clientWidth, tall = innerHeight - picture.offsetTop - 40;
    picture.style.setProperty("--fit", `${Math.min(room, (tall / height) * width)}px`);
    picture.classList.remove(size === "fit" ? "full" : "fit");
    for (const other of ["fit", "full"]) byId(other).setAttribute("aria-pressed", String(on && other === size));
    center();
  });
  const find = byId("find"), text = (i) => {
    const card = byId("w" + i);
    return `${card.querySelector("h2").textContent} ${card.querySelector(".aliases")?.textContent ?? ""}`.toLowerCase();
  };
  let names = null;
  const found = () => {
    names ??= nodes.map((_, i) => text(i));
    const wanted = find.value.trim().toLowerCase();
    return wanted ? nodes.filter((node, i) => names[i].includes(wanted) && !node.classList.contains("gone")) : [];
  };
  find.addEventListener("input", () => {
    hide();
    const hits = found();
    light(hits);
    works.classList.toggle("dim", find.value.trim() !== "");
    hits[0]?.scrollIntoView({ block: "nearest", inline: "nearest" });
  });
  find.addEventListener("keydown", (event) => { if (event.key === "Enter") found()[0]?.focus(); });

  filter();

  // drag to pan
  let grip = null;
  picture.addEventListener("pointerdown", (event) => {
    if (event.pointerType === "mouse" && event.button === 0 && !event.target.closest(".n, .e"))
      grip = [event.clientX + picture.scrollLeft, event.clientY + picture.scrollTop];
  });
  addEventListener("pointermove", (event) => {
    if (!grip) return;
    picture.classList.add("drag");
    picture.scrollTo(grip[0] - event.clientX, grip[1] - event.clientY);
  });
  addEventListener("pointerup", () => { grip = null; picture.classList.remove("drag"); });
  if (marked.length && picture.scrollWidth > picture.clientWidth + 4) {
    const box = nodes[subject].getBoundingClientRect(), frame = picture.getBoundingClientRect();
    picture.scrollTo(box.left - frame.left - frame.width * .55, box.top - frame.top - frame.height / 2);
  }
}
