// Page one: what this is, what was not examined, the few figures, and what matched.

function drawFront(doc, findings) {
  const cut = doc.triage.indexOf(".") + 1;
  const glance = doc.glance;
  const first = doc.findingGroups.find((group) => group.name === null);
  const behind = doc.findingGroups.filter((group) => group.name !== null);
  const hidden = behind.reduce((sum, group) => sum + group.findings, 0);
  const figure = (value, label, note, target) =>
    h("a", { class: "figure", href: "#" + target }, h("span", { class: "figure-value" }, value), h("span", { class: "figure-label" }, label), h("span", { class: "figure-note" }, note));
  return h(
    "header",
    { class: "front", id: "top" },
    h("p", { class: "kicker" }, "Digital forensics triage report", h("span", null, doc.product)),
    h("h1", null, doc.title),
    drawStatus(doc),
    doc.alerts.map((line) => h("p", { class: "alert", role: "alert" }, line)),
    h(
      "section",
      { class: "triage", "aria-labelledby": "triage-title" },
      h("h2", { id: "triage-title", class: "triage-title" }, h("span", null, doc.triage.slice(0, cut)), h("span", { class: "triage-text" }, doc.triage.slice(cut))),
      h("h3", null, "What was not examined"),
      h("ul", { class: "gaps" }, doc.notExamined.map((line) => h("li", null, line)))
    ),
    doc.orientation.opening.length > 0 && h("dl", { class: "opening" }, doc.orientation.opening.map(([title, answers]) => h("div", null, h("dt", null, h("a", { href: "#orientation" }, title)), h("dd", null, answers)))),
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
        [
          first && severityCounts(first),
          hidden > 0 && h("span", { class: "figure-line" }, grouped(hidden) + (first ? " more" : "") + " in groups below"),
          !doc.findingGroups.length && (doc.selected ? "none is selected" : doc.rulesUsed ? "nothing matched" : "no rules were used"),
        ],
        "findings"
      )
    ),
    doc.findingGroups.length > 0 && drawFound(doc, first, behind, findings)
  );
}

// Who takes responsibility, and how the document may be passed on, as people declared it.
function drawStatus(doc) {
  const who = doc.facts.authoriser;
  return h(
    "p",
    { class: "status-line" },
    doc.handling !== "" && [h("strong", null, doc.handling), " "],
    doc.authorised
      ? ["Authorised by " + [...who.name, ...who.role].join(", ") + " on " + who.date.join("") + ", as declared in case.toml."]
      : [h("span", { class: "stamp" }, "NOT AUTHORISED"), " No person has authorised this document."],
    " Results relate only to the items examined. Laboratory: ",
    supplied(doc.facts.laboratory.name),
    "; requested by: ",
    supplied(doc.facts.request.requester),
    "."
  );
}

function supplied(lines) {
  return lines.length ? lines.join(" ") : missing("NOT SUPPLIED");
}

function severityCounts(group) {
  return Object.entries(group.severities).map(([name, count]) => h("span", { class: "severity severity-" + name }, grouped(count) + " " + name));
}

const FIRST_RULES = 12;

// What matched where people and systems keep their files, and one line for each kind of place that repeats or describes.
function drawFound(doc, first, behind, findings) {
  const places = new Map();
  for (const finding of findings.findings) {
    if (finding.group === null && !places.has(finding.rule)) places.set(finding.rule, finding);
  }
  const row = ([severity, rule, count], place) =>
    h("tr", null, h("td", { class: "tight" }, severityMark(severity)), h("td", null, mono(places.has(rule) ? places.get(rule).what : rule)), h("td", { class: "right" }, grouped(count)), place && h("td", null, places.has(rule) ? pathNode(places.get(rule).path, places.get(rule).stream) : missing("not in this file")));
  const go = (text, act) => h("a", { class: "go", href: "#findings", onclick: act }, text);
  const rest = first ? first.rules.length - FIRST_RULES : 0;
  return h(
    "section",
    { class: "found", "aria-labelledby": "found-title" },
    h("h2", { id: "found-title", class: "found-title" }, "What matched"),
    first
      ? [
          h("p", { class: "soft" }, counted(first.findings, "finding") + " in " + counted(first.entries, "entry", "entries") + " among users' and system files:"),
          h(
            "table",
            { class: "found-rules" },
            h("caption", { class: "hidden" }, "Rules that matched among users' and system files"),
            h("thead", null, h("tr", null, ["Severity", "Rule", "Findings", "The first in"].map((title, place) => h("th", { scope: "col", class: place === 2 && "right" }, title)))),
            h("tbody", null, first.rules.slice(0, FIRST_RULES).map((rule) => row(rule, true)))
          ),
          rest > 0 && h("p", null, go(counted(rest, "more rule") + " under Findings")),
        ]
      : h("p", { class: "none" }, doc.selected ? "Nothing selected lies among users' and system files." : "Nothing matched among users' and system files."),
    behind.map((group) =>
      h(
        "details",
        { class: "behind", "data-group": group.name },
        h("summary", null, h("span", { class: "behind-title" }, group.title), h("span", { class: "behind-counts" }, severityCounts(group)), h("span", { class: "group-count" }, counted(group.findings, "finding") + " in " + counted(group.entries, "entry", "entries"))),
        h(
          "div",
          { class: "behind-body" },
          h("p", { class: "soft" }, group.note),
          h("table", { class: "found-rules" }, h("caption", { class: "hidden" }, "Rules that matched: " + group.title), h("thead", { class: "hidden" }, h("tr", null, ["Severity", "Rule", "Findings"].map((title) => h("th", { scope: "col" }, title)))), h("tbody", null, group.rules.slice(0, 200).map((rule) => row(rule, false)))),
          group.rules.length > 200 && h("p", null, counted(group.rules.length - 200, "more rule")),
          h("p", null, go("Each of them, under Findings", () => findings.open(group.name)))
        )
      )
    ),
    doc.findingsSensitive > 0 && h("p", { class: "soft" }, counted(doc.findingsSensitive, "finding is", "findings are") + " sensitive: rules that look for payment data, secrets or personal data matched.")
  );
}

function drawSummary(doc) {
  return section("summary", "Summary", h("div", { class: "prose" }, doc.summary.map((line) => h("p", null, line))));
}
