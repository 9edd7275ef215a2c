// The two equations, as sums that a reader can add up, each with a bar.

function drawCoverage(doc) {
  return section(
    "coverage",
    "Coverage",
    h("p", { class: "lead" }, "What was seen, and what became of it. Each column is a sum: the first line is everything, the lines below add up to it."),
    doc.exhibits.map((exhibit) =>
      h(
        "article",
        { class: "exhibit", "aria-label": "Coverage of " + exhibit.id },
        h("h3", null, h("span", { class: "tag" }, exhibit.id), " Contents of files"),
        bar(exhibit.coverage.terms, "shareBytes", "by bytes"),
        bar(exhibit.coverage.terms, "shareCount", "by count"),
        sum(exhibit.coverage, ["count", "bytes"], "Contents of " + exhibit.id),
        h("p", { class: "soft" }, "Beside it, outside the sum: " + exhibit.coverage.noContent + " entries with no content to read (directories, links and the like). Names in all: " + exhibit.coverage.names + "."),
        drawTypes(exhibit),
        exhibit.media && [
          h("h3", null, h("span", { class: "tag" }, exhibit.id), " Bytes of the media"),
          bar(exhibit.media.terms, "shareBytes", "by bytes"),
          sum(exhibit.media, ["bytes"], "Media of " + exhibit.id),
          h("p", { class: "soft" }, "Examined: " + exhibit.media.examined + ". Not examined: " + exhibit.media.notExamined + "."),
        ]
      )
    ),
    !doc.exhibits.length && h("p", { class: "none" }, "Nothing was seen: the case holds no exhibit.")
  );
}

function sum(equation, columns, caption) {
  const heads = { count: "Contents", bytes: "Bytes" };
  const line = (kind, sign, label, note, figures) =>
    h(
      "tr",
      { class: kind },
      h("td", { class: "sign" }, sign),
      h("th", { scope: "row" }, label, note && h("span", { class: "cell-note" }, note)),
      columns.map((name) => h("td", { class: "right" }, figures[name])),
      h("td", { class: "soft right" }, figures.size)
    );
  return h(
    "div",
    { class: "table-box" },
    h(
      "table",
      { class: "sum" },
      h("caption", null, caption),
      h("thead", null, h("tr", null, h("th", { scope: "col" }, h("span", { class: "hidden" }, "Sign")), h("th", { scope: "col" }, "What"), columns.map((name) => h("th", { scope: "col", class: "right" }, heads[name])), h("th", { scope: "col", class: "right" }, "rounded"))),
      h(
        "tbody",
        null,
        line("sum-left", "", equation.left.label === "seen" ? "seen" : "size of the media", null, equation.left),
        equation.terms.map((term, place) => line("sum-term", place ? "+" : "=", [h("span", { class: "swatch part-" + term.status, "aria-hidden": "true" }), term.label, term.examined === false && h("span", { class: "mark" }, "NOT EXAMINED")], term.reason, term)),
        line("sum-total", "=", ["sum of the lines", h("span", { class: "verdict verdict-" + (equation.reconciles ? "yes" : "no") }, equation.reconciles ? "RECONCILES" : "DOES NOT RECONCILE")], null, equation.sum)
      )
    )
  );
}

function bar(terms, share, label) {
  const shown = terms.filter((term) => term[share] > 0);
  const text = shown.map((term) => term.label + " " + (100 * term[share]).toFixed(1) + " %").join(", ");
  return h(
    "div",
    { class: "bar-line" },
    h("span", { class: "bar-label" }, label),
    h(
      "div",
      { class: "bar", role: "img", "aria-label": label + ": " + (text || "nothing") },
      shown.map((term) => {
        const piece = h("span", { class: "part-" + term.status, title: term.label + (term.reason ? ": " + term.reason : "") + " (" + (100 * term[share]).toFixed(1) + " %)" });
        piece.style.flexGrow = String(term[share]);
        return piece;
      })
    )
  );
}

function drawTypes(exhibit) {
  if (!exhibit.types.length) return null;
  return h("details", { class: "fold" }, h("summary", null, "What kinds of content were seen"), plainTable("Kinds of content in " + exhibit.id, ["Kind", "Contents", "Bytes"], exhibit.types, { right: [1, 2] }));
}
