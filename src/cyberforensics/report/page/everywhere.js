// One search over everything that this file holds; what was left out of it is said beside the result.

class Everywhere {
  constructor(doc, findings, timeline, entries) {
    this.parts = [["findings", "Findings", findings, doc.findingsTotal, ["finding", "findings"]], ["timeline", "Timeline", timeline, doc.timelineTotal, ["time", "times"]], ["entries", "Entries", entries, doc.entriesTotal, ["entry", "entries"]]];
    this.input = h("input", { type: "search", id: "everywhere", placeholder: "Search everything", "aria-label": "Search all findings, times and entries of this file", "aria-describedby": "everywhere-result", spellcheck: "false", autocomplete: "off", oninput: () => this.later() });
    this.result = h("div", { id: "everywhere-result", class: "everywhere-result", role: "status", "aria-live": "polite" });
    this.element = h("div", { class: "everywhere", role: "search" }, this.input, this.result);
  }

  later() {
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.search(), 120);
  }

  search() {
    const text = this.input.value.trim();
    for (const [, , part] of this.parts) part.find(text);
    this.result.replaceChildren();
    if (!text) return;
    const left = this.parts.map(([, , part, total, words]) => [total - part.held(), words]).filter(([count]) => count > 0);
    put(
      this.result,
      h("ul", null, this.parts.map(([id, title, part]) => h("li", null, h("a", { href: "#" + id }, h("span", null, title), h("span", { class: "side-count" }, grouped(part.matching())))))),
      this.parts.some(([, , part]) => part.filtered()) && h("p", null, "Filters of the sections hold, too."),
      left.length > 0 && h("p", null, "Not searched, left out of this file: " + left.map(([count, words]) => counted(count, ...words)).join(", ") + ".")
    );
  }
}
