// Orientation: whose computer, which system, which zone, which users; each answer beside the place it was read from.

function drawOrientation(doc) {
  const orientation = doc.orientation;
  return section(
    "orientation",
    "Orientation",
    h("p", { class: "lead" }, "What the systems in the evidence record of themselves, each answer with its source. A record can be wrong or made so; NOT FOUND says that nothing was found in the places that were asked."),
    orientation.exhibits.map(drawOriented),
    drawMonths(orientation)
  );
}

function drawOriented(exhibit) {
  const some = exhibit.categories.filter((row) => row[1]);
  const none = exhibit.categories.filter((row) => !row[1]).map((row) => row[0]);
  return [
    h("h3", null, "Exhibit " + exhibit.id),
    exhibit.installations.length ? exhibit.installations.map(drawInstallation) : h("p", { class: "none" }, "No installation of Windows, Linux or macOS was recognised in what was opened."),
    drawNotable(exhibit),
    some.length
      ? plainTable("Examined contents of " + exhibit.id + " by category", ["Category", "Contents", "Size"], some.map(([group, count, size]) => [group, grouped(count), size]), { right: [1, 2], class: "narrow" })
      : h("p", { class: "none" }, "No content was examined."),
    some.length && none.length && h("p", { class: "soft" }, "None was recognised as: " + none.join(", ") + "."),
  ];
}

function drawInstallation(installation) {
  const answer = (state, text, subject, attributes) => [
    state === "found" ? [subject && h("span", { class: "soft" }, subject + ": "), text] : missing(state === "not-found" ? "NOT FOUND" : "UNREADABLE"),
    attributes.length > 0 && h("span", { class: "cell-note" }, attributes.join(", ")),
  ];
  const source = (path, place) => [path ? pathNode(path) : "", place && h("span", { class: "cell-note" }, place)];
  return [
    plainTable(
      installation.title,
      ["Question", "Answer", "Source", "Note"],
      installation.rows.map(([question, state, text, subject, attributes, path, place, note]) => [question, answer(state, text, subject, attributes), source(path, place), h("span", { class: note.includes("DIRTY") ? "cell-warn" : "soft" }, note)]),
      { class: "oriented" }
    ),
    installation.leftOut > 0 && h("p", { class: "cut" }, counted(installation.leftOut, "further answer") + " left out here. All of them: ", h("code", null, "cyberforensics show facts CASE --format jsonl")),
  ];
}

function drawNotable(exhibit) {
  if (!exhibit.notable.length) return h("p", { class: "none" }, "No path fits the list of notable paths.");
  return plainTable(
    "Paths of " + exhibit.id + " that fit the list of notable paths",
    ["Category", "Kind", "Paths", "The first of them", "Note"],
    exhibit.notable.map((kind) => [
      kind.category,
      kind.label,
      grouped(kind.count),
      [kind.paths.map((path) => h("div", null, pathNode(path))), kind.count > kind.paths.length && h("span", { class: "cell-note" }, "and " + grouped(kind.count - kind.paths.length) + " more"), h("span", { class: "cell-note" }, kind.volume)],
      h("span", { class: "soft" }, "A path that fits; nothing says that it was used." + (kind.note ? " " + kind.note + "." : "")),
    ]),
    { right: [2] }
  );
}

const MONTHS = { height: 110, least: 1.5 };

// One bar for every month between the first and the last that has a time.
function drawMonths(orientation) {
  const months = orientation.months.map(([text, count]) => [text, Number(text.slice(0, 4)) * 12 + Number(text.slice(5, 7)) - 1, count]);
  if (!months.length) return h("p", { class: "none" }, "No time of the case falls into a month that can be shown.");
  const [first, last] = [months[0], months[months.length - 1]];
  const counts = months.map((month) => month[2]).sort((a, b) => a - b);
  const most = counts[counts.length - 1];
  const log = most > 50 * counts[counts.length >> 1];
  const part = (count) => (log ? Math.log10(count + 1) / Math.log10(most + 1) : count / most);
  const wide = last[1] - first[1] + 1;
  const bars = months.map(([, month, count]) => {
    const tall = Math.max(MONTHS.least, part(count) * MONTHS.height);
    return "M" + (month - first[1] + 0.08) + " " + (MONTHS.height - tall).toFixed(2) + "h0.84v" + tall.toFixed(2) + "h-0.84z";
  });
  const largest = months.find((month) => month[2] === most);
  const label = "Number of times by month, " + first[0] + " to " + last[0] + "; most in " + largest[0] + ": " + grouped(most);
  return [
    h("h3", null, "Activity by month"),
    h(
      "figure",
      { class: "plot months" },
      s("svg", { class: "plot-months", viewBox: "0 0 " + wide + " " + MONTHS.height, height: MONTHS.height, preserveAspectRatio: "none", role: "img", "aria-label": label }, s("path", { class: "c-modified", d: bars.join("") })),
      h("p", { class: "months-axis", "aria-hidden": "true" }, h("span", null, first[0]), last[0] !== first[0] && h("span", null, last[0])),
      h("figcaption", null, label + ". All times of file systems and artifacts, whatever they mean" + (log ? "; the height is logarithmic" : "") + ". " + (orientation.outside ? counted(orientation.outside, "time") + " that are no moment, or lie outside of the years 1970 to 2106, are not shown. " : "") + "The timeline tells them apart.")
    ),
    h("details", { class: "fold" }, h("summary", null, "Activity by month as a table"), plainTable("Activity by month", ["Month", "Times"], months.map(([text, , count]) => [text, grouped(count)]), { right: [1], class: "narrow" })),
  ];
}
