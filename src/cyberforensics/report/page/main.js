// Page one first; the large tables when the page stands.

(function () {
  const main = document.getElementById("report");
  const doc = island("document");
  const findingRows = island("findings");
  document.title = "Triage report: " + doc.title;

  const found = new Map();
  const worst = new Map();
  for (const finding of findingRows) {
    found.set(finding.entry, (found.get(finding.entry) || 0) + 1);
    worst.set(finding.entry, Math.min(SEVERITIES.indexOf(finding.severity), worst.get(finding.entry) ?? SEVERITIES.length));
  }

  const findings = new Findings(doc, findingRows);
  const timeline = new Timeline(doc);
  const entries = new Entries(doc, found, worst);
  entries.showFindings = (id) => {
    document.getElementById("details").close();
    findings.show(id);
  };
  const parts = [drawFront(doc, findings), drawOrientation(doc), drawExhibits(doc), drawSummary(doc), drawCoverage(doc), findings.element, timeline.element, entries.element, drawProblems(doc), drawNotes(doc), drawOpinions(doc), drawMethod(doc), drawEnd(doc)].filter((part) => part !== null);
  main.replaceChildren(...parts);
  timeline.plot.start();

  const everywhere = new Everywhere(doc, findings, timeline, entries);
  const keys = new Keys();
  document.getElementById("tools").append(everywhere.element);
  document.getElementById("switches").append(theme.element(), h("button", { type: "button", class: "keys-button", onclick: () => keys.help() }, "Keys ", h("kbd", null, "?")));
  markPaper(doc.handling);
  const links = new Map();
  const numbers = { findings: doc.findingsTotal, timeline: doc.timelineTotal, entries: doc.entriesTotal, problems: doc.problems.length, exhibits: doc.exhibits.length };
  const titles = [["top", "Page one"]].concat([...main.querySelectorAll(":scope > section")].map((part) => [part.id, part.querySelector("h2").textContent]));
  const index = document.getElementById("sections");
  for (const [id, title] of titles) {
    const link = h("a", { href: "#" + id }, h("span", null, title), id in numbers && h("span", { class: "side-count" }, grouped(numbers[id])));
    links.set(id, link);
    index.append(h("li", null, link));
  }
  document.getElementById("side-note").textContent = doc.product;
  const seen = new Set();
  const watcher = new IntersectionObserver(
    (changes) => {
      for (const change of changes) change.isIntersecting ? seen.add(change.target.id) : seen.delete(change.target.id);
      const current = titles.map(([id]) => id).find((id) => seen.has(id));
      for (const [id, link] of links) id === current ? link.setAttribute("aria-current", "true") : link.removeAttribute("aria-current");
    },
    { rootMargin: "-10% 0px -70% 0px" }
  );
  for (const [id] of titles) watcher.observe(document.getElementById(id));
  performance.mark("front");

  setTimeout(() => {
    const timelineRows = island("timeline");
    const entryRows = island("entries");
    const words = island("vocabulary");
    const labels = new Map(entryRows.filter((row) => row[E.labels]).map((row) => [row[E.id], row[E.labels]]));
    timeline.fill(timelineRows, words, labels);
    entries.fill(entryRows, words);
    everywhere.search(); // what was typed before the tables stood
    performance.mark("tables");
    document.documentElement.dataset.ready = "true";
  }, 0);

  // Paper can't be unfolded: what is folded is printed open, as far as it is drawn.
  let unfolded = [];
  const paper = (on) => {
    for (const table of [timeline.table, entries.table]) if (table) table.print(on);
    if (!on) for (const fold of unfolded) fold.open = false;
    unfolded = [];
    for (let folds; on && (folds = [...main.querySelectorAll("details:not([open])")]).length; unfolded.push(...folds)) {
      for (const fold of folds) {
        if (fold.drawCards) fold.drawCards(); // what it draws may be folded, too
        fold.open = true;
      }
    }
  };
  window.addEventListener("beforeprint", () => paper(true));
  window.addEventListener("afterprint", () => paper(false));
})();
