// The entries: one row for one name of one stream.

const E = { id: 0, volume: 1, path: 2, stream: 3, kind: 4, address: 5, state: 6, recovery: 7, size: 8, type: 9, mismatch: 10, category: 11, status: 12, reason: 13, digests: 14, note: 15, times: 16, mode: 17, uid: 18, gid: 19, owner: 20, link: 21, names: 22, zero: 23, labels: 24 };

class Entries {
  constructor(doc, found, worst) {
    this.doc = doc;
    this.found = found;
    this.worst = worst; // of an entry's findings: its place in SEVERITIES
    this.exhibits = exhibitsOf(doc);
    this.exhibit = "";
    this.volume = "";
    this.severity = "";
    this.text = "";
    this.category = "";
    this.state = "";
    this.status = "";
    this.kind = "";
    this.onlyFound = false;
    this.label = "";
    this.place = h("div", { class: "loading" }, "The rows are being read.");
    this.element = section("entries", "Entries", h("p", { class: "lead" }, "Every name that was seen: files, directories, links and alternate streams, in use, deleted and orphan. A row opens with a click or Enter."), zoneNote(doc), this.place);
  }

  fill(rows, words) {
    this.rows = rows;
    this.words = words;
    const word = (row, column) => (rows[row][column] === null ? null : words[rows[row][column]]);
    this.word = word;
    const modified = words.indexOf("modified");
    const time = (row) => rows[row][E.times].find((each) => each[0] === modified);
    const findings = (row) => this.found.get(rows[row][E.id]) || 0;
    this.table = new VirtualTable({
      caption: "Entries",
      length: rows.length,
      left: this.doc.entriesTotal - rows.length,
      open: (row) => this.open(row),
      columns: [
        { label: "Path", least: 14.4, grow: 5, value: (row) => rows[row][E.path] + ":" + (rows[row][E.stream] || ""), draw: (row) => pathCell(rows[row][E.path], rows[row][E.stream], word(row, E.state), this.doc) },
        { label: "Findings", least: 4.2, right: true, value: (row) => findings(row) || null, draw: (row) => (findings(row) ? h("b", { class: "hit" }, grouped(findings(row))) : "") },
        { label: "Size", least: 4.6, right: true, value: (row) => sizeKey(rows[row][E.size]), draw: (row) => (rows[row][E.size] === null ? "" : sizeNode(rows[row][E.size])) },
        { label: "Modified", least: 15, value: (row) => (time(row) ? time(row)[1] : null), draw: (row) => (time(row) ? timeNode(shortTime(time(row)[1]), time(row)[2] === null ? null : words[time(row)[2]], words[time(row)[3]], true) : "") },
        ...(this.doc.shownZone ? [{ label: "Modified, " + this.doc.shownZone.name, least: 12.4, value: (row) => (time(row) ? time(row)[6] : null), draw: (row) => (time(row) ? h("span", { class: "time", title: time(row)[6] }, shortTime(time(row)[6]) || missing("not shifted")) : "") }] : []),
        { label: "Kind", least: 5, grow: 1, value: (row) => word(row, E.category) || word(row, E.kind), draw: (row) => [word(row, E.category) || word(row, E.kind), rows[row][E.mismatch] && h("span", { class: "mark", title: "The extension says another type than the content" }, "type differs")] },
        { label: "Status", least: 7.2, value: (row) => word(row, E.status), draw: (row) => h("span", { class: "status status-" + word(row, E.status), title: word(row, E.reason) || null }, this.doc.words.statuses[word(row, E.status)] || word(row, E.status)) },
        { label: "SHA-256", least: 5.8, mono: true, value: (row) => (rows[row][E.digests] ? rows[row][E.digests][2] : null), draw: (row) => (rows[row][E.digests] ? rows[row][E.digests][2].slice(0, 8) + "\u2026" : "") },
      ],
    });
    const again = (name) => (value) => {
      this[name] = value;
      this.refresh();
    };
    const options = (column, names) => {
      const met = new Set();
      for (const row of rows) if (row[column] !== null) met.add(row[column]);
      return [["", "all"]].concat([...met].map((number) => [words[number], (names && names[words[number]]) || words[number]]).sort((a, b) => (a[1] < b[1] ? -1 : 1)));
    };
    const only = h("input", { type: "checkbox", onchange: () => again("onlyFound")(only.checked) });
    this.searchField = search("Search", "path, digest, address, id, owner", (value) => again("text")(value.toLowerCase()));
    this.place.className = "";
    this.place.replaceChildren();
    put(
      this.place,
      cutNotice(rows.length, this.doc.entriesTotal, this.doc.entriesShown, ["case.sqlite", "cyberforensics show entries CASE"], this.doc),
      h(
        "div",
        { class: "filters" },
        this.searchField,
        choice("Kind", options(E.kind), again("kind")),
        choice("Category", options(E.category), again("category")),
        choice("Name", options(E.state, this.doc.words.states), again("state")),
        choice("Status", options(E.status, this.doc.words.statuses), again("status")),
        volumeChoices(this.doc, new Set(rows.map((_, place) => word(place, E.volume))), (name, value) => again(name)(value)),
        this.worst.size > 0 && choice("Severity", [["", "all"]].concat(SEVERITIES.map((name) => [name, name])), again("severity")),
        labelChoice(rows.flatMap((row) => row[E.labels] || []), again("label")),
        h("label", { class: "field field-check" }, only, h("span", null, "with findings only"))
      ),
      this.table.element
    );
    this.refresh();
  }

  find(text) {
    if (!this.table) return;
    this.searchField.querySelector("input").value = text;
    this.text = text.toLowerCase();
    this.refresh();
  }

  held() {
    return this.rows ? this.rows.length : 0;
  }

  matching() {
    return this.table ? this.table.rows.length : 0;
  }

  filtered() {
    return Boolean(this.kind || this.category || this.state || this.status || this.exhibit || this.volume || this.severity || this.label || this.onlyFound);
  }

  refresh() {
    const { rows, words, text, found, onlyFound } = this;
    if (text && !this.lower) this.lower = rows.map((row) => (row[E.path] + "\n" + (row[E.stream] || "") + "\n" + row[E.address] + "\n" + row[E.id] + "\n" + (row[E.digests] || []).join("\n") + "\n" + (row[E.owner] === null ? "" : words[row[E.owner]]) + "\n" + (row[E.link] || "") + "\n" + (row[E.labels] || []).join(" ")).toLowerCase());
    const lower = this.lower;
    const wanted = [[E.kind, this.kind], [E.category, this.category], [E.state, this.state], [E.status, this.status], [E.volume, this.volume]].filter((pair) => pair[1]).map(([column, word]) => [column, words.indexOf(word)]);
    this.table.filter((place) => {
      const row = rows[place];
      for (const [column, number] of wanted) if (row[column] !== number) return false;
      if (this.label && !(row[E.labels] || []).includes(this.label)) return false;
      if (onlyFound && !found.has(row[E.id])) return false;
      if (this.severity && SEVERITIES[this.worst.get(row[E.id])] !== this.severity) return false;
      if (this.exhibit && this.exhibits.get(words[row[E.volume]]) !== this.exhibit) return false;
      return !text || lower[place].includes(text);
    });
  }

  open(place) {
    const row = this.rows[place];
    const word = (column) => this.word(place, column);
    const digests = row[E.digests];
    const hits = this.found.get(row[E.id]) || 0;
    openDetails(
      "An entry",
      list([
        ["Path", pathNode(row[E.path], row[E.stream])],
        hits ? ["Findings", h("button", { type: "button", class: "more", onclick: () => this.showFindings(row[E.id]) }, "Show " + counted(hits, "finding"))] : null,
        row[E.labels] ? ["Labels of the examiner", row[E.labels].join(", ")] : null,
        ["Kind", word(E.kind) + (row[E.stream] === null ? "" : ", alternate stream")],
        ["Name", [this.doc.words.states[word(E.state)] || word(E.state), word(E.recovery) !== "not applicable" && h("span", { class: "cell-note" }, word(E.recovery))]],
        ["Examination", [this.doc.words.statuses[word(E.status)] || word(E.status), row[E.reason] !== null && h("span", { class: "cell-note" }, word(E.reason))]],
        ["Size", row[E.size] === null ? missing() : exactSize(row[E.size]) + (row[E.zero] ? ", all of them zero" : "")],
        ["Media type", row[E.type] === null ? null : [word(E.type), row[E.mismatch] && h("span", { class: "cell-note" }, "the extension says another type")]],
        ["Category", word(E.category)],
        ["SHA-256", digests ? h("span", { class: "mono digest" }, digests[2]) : missing()],
        ["SHA-1", digests && h("span", { class: "mono digest" }, digests[1])],
        ["MD5", digests && [h("span", { class: "mono digest" }, digests[0]), row[E.note] !== null && h("span", { class: "cell-note" }, word(E.note))]],
        ["Times", row[E.times].length ? h("table", { class: "times" }, row[E.times].map((each) => h("tr", null, h("th", { scope: "row" }, this.words[each[0]]), h("td", null, timeNode(each[1], each[2] === null ? null : this.words[each[2]], this.words[each[3]])), this.doc.shownZone && h("td", null, each[6] || missing("not shifted")), h("td", { class: "soft" }, mono(each[4]), " " + this.words[each[5]])))) : missing("not available")],
        ["Volume", mono(word(E.volume))],
        ["Metadata address", mono(row[E.address])],
        ["Mode, owner", row[E.mode] === null && row[E.owner] === null ? null : [row[E.mode] === null ? "" : mono(row[E.mode].toString(8)) , " ", word(E.owner) || [row[E.uid], row[E.gid]].filter((each) => each !== null).join(":")]],
        ["Link to", row[E.link]],
        row[E.names] ? ["Other names", h("ul", { class: "bare" }, row[E.names].map((name) => (typeof name === "number" ? h("li", { class: "soft" }, "and " + grouped(name) + " more") : h("li", null, pathNode(name)))))] : null,
        ["Entry", mono(row[E.id])],
      ])
    );
  }
}

// The table has no room for fractions of a second; the details have them.
function shortTime(text) {
  return text === null ? null : text.replace(/\.\d+/, "");
}
