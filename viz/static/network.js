"use strict";
{
  // vis-network paints on a canvas, which no style sheet reaches: the page's colours are handed to it, in each scheme anew.
  const page = getComputedStyle(document.documentElement), colour = (name) => page.getPropertyValue("--" + name).trim();
  const paint = () => {
    nodes.update(nodes.map(({ id, tone }) => ({
      id,
      color: { background: colour(tone), border: colour(tone + "-line") },
      font: { color: colour(tone === "subject" ? "subject-text" : "node-text") },
    })));
    edges.update(edges.map(({ id, tone, opacity }) => {
      const line = colour(tone);
      return { id, color: { color: line, hover: line, highlight: line, opacity } };
    }));
  };
  paint();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", paint);
}
