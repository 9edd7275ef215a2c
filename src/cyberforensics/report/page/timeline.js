// The timeline: a plot of all times, and a table of those that are in this file.

const T = { text: 0, flag: 1, basis: 2, raw: 3, encoding: 4, precision: 5, meaning: 6, description: 7, volume: 8, path: 9, stream: 10, address: 11, state: 12, size: 13, message: 14, entry: 15, shown: 16 };

class Timeline {
  constructor(doc) {
    this.doc = doc;
    this.range = null;
    this.text = "";
    this.state = "";
    this.mark = "";
    this.exhibits = exhibitsOf(doc);
    this.exhibit = "";
    this.volume = "";
    this.label = "";
    this.plot = new ActivityPlot(doc.activity, (range) => {
      this.range = range;
      this.refresh();
    });
    this.place = h("div", { class: "loading" }, "The rows are being read.");
    const outside = doc.activity.outside;
    this.element = section(
      "timeline",
      "Timeline",
      h("p", { class: "lead" }, "Every time that a file system or an artifact records. Times are shown as UTC; where the zone is not known, the row says so. Which clock wrote them, and whether it was right, is not known from the evidence alone."),
      zoneNote(doc),
      doc.activity.days.length ? this.plot.element : h("p", { class: "none" }, "There is no time to plot."),
      outside > 0 && h("p", { class: "soft" }, h("strong", null, "Dates unknown or out of range: " + counted(outside, "time")), " outside the years 1970 to 2106, or without a date, not in the plot."),
      this.place
    );
  }

  // `labels`: those of the entries that are in this file, by their ids.
  fill(rows, words, labels) {
    this.labels = labels;
    this.rows = rows;
    this.words = words;
    this.lower = null;
    const word = (row, column) => (rows[row][column] === null ? null : words[rows[row][column]]);
    this.word = word;
    const days = rows.map((row) => (row[T.text] === null ? null : row[T.text].slice(0, 10)));
    this.days = days;
    this.table = new VirtualTable({
      caption: "Timeline",
      length: rows.length,
      left: this.doc.timelineTotal - rows.length,
      open: (row) => this.open(row),
      columns: [
        { label: "Time", least: 19.5, value: (row) => (rows[row][T.text] === null ? null : row), draw: (row) => timeNode(rows[row][T.text], word(row, T.flag), word(row, T.basis)) },
        ...(this.doc.shownZone ? [{ label: "In " + this.doc.shownZone.name, least: 12.4, value: (row) => (rows[row][T.shown] === null ? null : row), draw: (row) => h("span", { class: "time", title: rows[row][T.shown] }, shortTime(rows[row][T.shown]) || missing("not shifted")) }] : []),
        { label: "Meaning", least: 7.6, value: (row) => word(row, T.meaning), draw: (row) => [this.plot.swatch(word(row, T.meaning)), word(row, T.meaning)] },
        { label: "Path", least: 16, grow: 1, value: (row) => rows[row][T.path], draw: (row) => pathCell(rows[row][T.path], rows[row][T.stream], word(row, T.state), this.doc) },
        { label: "Volume", least: 5.5, value: (row) => word(row, T.volume), draw: (row) => word(row, T.volume) },
        { label: "Size", least: 5, right: true, value: (row) => sizeKey(rows[row][T.size]), draw: (row) => (rows[row][T.size] === null ? "" : sizeNode(rows[row][T.size])) },
      ],
    });
    const again = (name) => (value) => {
      this[name] = value;
      this.refresh();
    };
    const states = [["", "all"]].concat(Object.entries(this.doc.words.states));
    this.place.className = "";
    put(
      this.place,
      (this.place.textContent = ""),
      cutNotice(rows.length, this.doc.timelineTotal, this.doc.timelineShown, ["case.sqlite", "reports/timeline.csv", "cyberforensics timeline CASE --format csv"], this.doc),
      h(
        "div",
        { class: "filters" },
        (this.searchField = search("Search", "path, message, time, id", (value) => again("text")(value.toLowerCase()))),
        choice("Name", states, again("state")),
        choice("Time", [["", "all"], ["local-unknown", "zone unknown"], ["flagged", "no ordinary date"], ["utc", "UTC"], ["local-declared", "zone declared"], ["offset-recorded", "offset recorded"]], again("mark")),
        volumeChoices(this.doc, new Set(rows.map((_, place) => word(place, T.volume))), (name, value) => again(name)(value)),
        labelChoice([...labels.values()].flat(), again("label")),
        (this.rangeNote = h("p", { class: "range-note", role: "status" }))
      ),
      this.table.element
    );
    this.plot.changed = () => this.refresh();
    this.refresh();
  }

  refresh() {
    if (!this.table) return;
    const { rows, words, days, text, state, mark, range } = this;
    if (text && !this.lower) this.lower = rows.map((row) => (row[T.path] + "\n" + (row[T.stream] || "") + "\n" + row[T.message] + "\n" + row[T.text] + "\n" + words[row[T.meaning]] + "\n" + row[T.address] + "\n" + row[T.entry]).toLowerCase());
    const lower = this.lower;
    const hidden = this.plot.hidden;
    const stateWord = words.indexOf(state);
    const basisWord = words.indexOf(mark);
    const volumeWord = words.indexOf(this.volume);
    this.table.filter((place) => {
      const row = rows[place];
      if (range && (days[place] === null || days[place] < range[0] || days[place] > range[1])) return false;
      if (hidden.size && hidden.has(words[row[T.meaning]])) return false;
      if (state && row[T.state] !== stateWord) return false;
      if (this.volume && row[T.volume] !== volumeWord) return false;
      if (this.exhibit && this.exhibits.get(words[row[T.volume]]) !== this.exhibit) return false;
      if (this.label && !(this.labels.get(row[T.entry]) || []).includes(this.label)) return false;
      if (mark === "flagged" ? row[T.flag] === null : mark && row[T.basis] !== basisWord) return false;
      return !text || lower[place].includes(text);
    });
    const undated = range ? days.reduce((sum, day) => sum + (day === null ? 1 : 0), 0) : 0;
    this.rangeNote.textContent = (range ? "Shown: " + range[0] + " to " + range[1] + ", from the plot" : "Shown: all dates") + (undated ? "; " + counted(undated, "row") + " without a date left out" : "");
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
    return Boolean(this.state || this.mark || this.exhibit || this.volume || this.label || this.range) || this.plot.hidden.size > 0;
  }

  open(place) {
    const row = this.rows[place];
    openDetails(
      "A moment of the timeline",
      list([
        ["Time", timeNode(row[T.text], this.word(place, T.flag), this.word(place, T.basis))],
        this.doc.shownZone ? ["Time in " + this.doc.shownZone.name, row[T.shown] || missing("not shifted")] : null,
        ["Zone", this.doc.words.zones[this.word(place, T.basis)]],
        ["Meaning", [this.word(place, T.meaning), h("span", { class: "cell-note" }, this.word(place, T.description))]],
        ["Stored value", [mono(row[T.raw]), h("span", { class: "soft" }, " " + this.word(place, T.encoding) + ", exact to " + precisionText(row[T.precision]))]],
        ["Path", pathNode(row[T.path], row[T.stream])],
        ["Name", this.doc.words.states[this.word(place, T.state)] || this.word(place, T.state)],
        ["Volume", mono(this.word(place, T.volume))],
        ["Metadata address", mono(row[T.address])],
        ["Size", row[T.size] === null ? missing() : exactSize(row[T.size])],
        ["Message", row[T.message]],
        ["Entry", mono(row[T.entry])],
      ])
    );
  }
}

function precisionText(nanoseconds) {
  const value = Number(nanoseconds);
  if (value >= 86400e9) return "a day";
  if (value >= 1e9) return value / 1e9 + " s";
  if (value >= 1e6) return value / 1e6 + " ms";
  return value >= 1e3 ? value / 1e3 + " \u00b5s" : value + " ns";
}

function sizeKey(size) {
  return typeof size === "string" ? Number(size) : size;
}

function pathCell(path, stream, state, doc) {
  const cut = path.lastIndexOf("/") + 1;
  return h(
    "span",
    { class: "path-cell", title: path + (stream === null ? "" : ":" + stream) },
    state !== "allocated" && h("span", { class: "mark mark-" + state }, doc.words.states[state] || state),
    h("span", { class: "path-folder" }, path.slice(0, cut)),
    h("span", { class: "path-name" }, path.slice(cut), stream !== null && h("span", { class: "stream" }, ":" + stream))
  );
}
