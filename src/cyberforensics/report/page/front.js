// Page one: what this is, what was not examined, and the few figures.

function drawFront(doc) {
  const cut = doc.triage.indexOf(".") + 1;
  const glance = doc.glance;
  const severities = Object.entries(glance.severities).filter(([, count]) => count);
  const figure = (value, label, note, target) =>
    h("a", { class: "figure", href: "#" + target }, h("span", { class: "figure-value" }, value), h("span", { class: "figure-label" }, label), h("span", { class: "figure-note" }, note));
  return h(
    "header",
    { class: "front", id: "top" },
    h("p", { class: "kicker" }, "Digital forensics triage report", h("span", null, doc.product)),
    h("h1", null, doc.title),
    h("p", { class: "status-line" }, h("span", { class: "stamp" }, "NOT AUTHORISED"), " No person has signed this document. Results relate only to the items examined."),
    doc.alerts.map((line) => h("p", { class: "alert", role: "alert" }, line)),
    h(
      "section",
      { class: "triage", "aria-labelledby": "triage-title" },
      h("h2", { id: "triage-title", class: "triage-title" }, h("span", null, doc.triage.slice(0, cut)), h("span", { class: "triage-text" }, doc.triage.slice(cut))),
      h("h3", null, "What was not examined"),
      h("ul", { class: "gaps" }, doc.notExamined.map((line) => h("li", null, line)))
    ),
    h(
      "div",
      { class: "figures" },
      figure(grouped(glance.exhibits), glance.exhibits === 1 ? "exhibit" : "exhibits", counted(glance.volumes, "volume slot"), "exhibits"),
      figure(glance.seen, "contents seen", glance.names + " entries", "coverage"),
      figure(glance.whole, "examined whole", "every byte read", "coverage"),
      figure(glance.notWhole, "not examined whole", glance.partial + " in part, " + glance.skipped + " skipped, " + glance.unreadable + " unreadable", "coverage"),
      figure(
        glance.findings,
        "findings",
        severities.length ? severities.map(([name, count]) => h("span", { class: "severity severity-" + name }, grouped(count) + " " + name)) : doc.rulesUsed ? "nothing matched" : "no rules were used",
        "findings"
      )
    )
  );
}

function drawSummary(doc) {
  return section("summary", "Summary", h("div", { class: "prose" }, doc.summary.map((line) => h("p", null, line))));
}
