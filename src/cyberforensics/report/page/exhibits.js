// What was received: containers, digests, the source before and after, volumes.

function drawExhibits(doc) {
  return section(
    "exhibits",
    "Case and exhibits",
    list([
      ["Case", doc.title],
      ["Laboratory, place", [supplied(doc.facts.laboratory.name), ", ", supplied(doc.facts.laboratory.place)]],
      ["Requested by", supplied(doc.facts.request.requester)],
      ["Request", supplied(doc.facts.request.text)],
      ["Authority, as quoted", supplied(doc.facts.request.authority)],
      ["Received, examined, issued", [supplied(doc.facts.dates.received), ", ", supplied(doc.facts.dates.examined), ", ", supplied(doc.facts.dates.issued)]],
      ["Examiner", examiners(doc)],
    ]),
    doc.exhibits.length ? doc.exhibits.map(drawExhibit) : h("p", { class: "none" }, "The case holds no exhibit.")
  );
}

function examiners(doc) {
  const names = new Set(doc.exhibits.flatMap((exhibit) => exhibit.passes.map((run) => run.examiner)));
  return [...names].map((name, place) => [place ? ", " : "", name === null ? missing("NOT SUPPLIED") : name]).concat(names.size ? [] : [missing("NOT SUPPLIED")]);
}

function drawExhibit(exhibit) {
  return h(
    "article",
    { class: "exhibit", "aria-label": "Exhibit " + exhibit.id },
    h("h3", null, h("span", { class: "tag" }, exhibit.id), " ", exhibit.container),
    list([
      ["Media", exhibit.mediaSize || "none: logical evidence"],
      exhibit.device ? null : ["Sector size", exhibit.sectorSize],
      ["Identity", exhibit.identity ? mono(exhibit.identity) : null],
      ...(exhibit.device ? exhibit.device.map(([title, text]) => [title, text === null ? missing("not available") : text]) : []),
      exhibit.device ? ["Hidden areas (HPA, DCO)", missing("NOT EXAMINED")] : [exhibit.segments.length === 1 ? "Segment" : "Segments", drawSegments(exhibit)],
      exhibit.passes.length ? ["Opened read-only by", exhibit.passes[0].readOnly || missing("not recorded")] : null,
    ]),
    list([
      ["Supplied: number", supplied(exhibit.said.number)],
      ["Supplied: make, model, serial", supplied([...exhibit.said.make, ...exhibit.said.model, ...exhibit.said.serial])],
      ["Supplied: handed over by", supplied(exhibit.said.handed_over_by)],
      ["Supplied: disposition", supplied(exhibit.said.disposition)],
    ]),
    exhibit.said.custody.length > 0 && plainTable("Custody of " + exhibit.id + ", as supplied", ["When", "From", "To", "Why"], exhibit.said.custody.map((step) => [supplied(step.date), supplied(step.from), supplied(step.to), supplied(step.why)])),
    exhibit.metadata.length > 0 && h("details", { class: "fold", open: exhibit.metadata.length <= 10 }, h("summary", null, "What the container says of its making"), list(exhibit.metadata)),
    drawDigests(exhibit),
    drawSources(exhibit),
    plainTable(
      "Volumes of " + exhibit.id,
      ["Slot", "Offset", "Size", "Type", "File system", "Label", "State"],
      exhibit.volumes.map((volume) => [
        mono(volume.slot),
        volume.offset === null ? missing("not applicable") : mono(volume.offset),
        volume.size === null ? missing() : h("span", { title: volume.exactSize + " bytes" }, volume.size),
        volume.type,
        volume.fileSystem || missing("none"),
        volume.label || "",
        [
          h("span", { class: "state state-" + volume.status }, volume.state),
          volume.snapshots > 0 && h("span", { class: "mark mark-strong" }, counted(volume.snapshots, "snapshot") + " not opened"),
          volume.note && h("span", { class: "cell-note" }, volume.note),
        ],
      ]),
      { right: [1, 2] }
    )
  );
}

function drawSegments(exhibit) {
  const items = exhibit.segments.map(([name, size]) => h("li", null, h("span", { class: "path" }, name), h("span", { class: "soft" }, size)));
  if (exhibit.segmentsLeftOut) items.push(h("li", { class: "soft" }, counted(exhibit.segmentsLeftOut, "further segment") + " in case.sqlite"));
  return h("ul", { class: "bare" }, items);
}

function drawDigests(exhibit) {
  if (!exhibit.digests.length) return h("p", { class: "none" }, "Digests of the media: ", verdict("NOT COMPUTED"));
  const table = plainTable(
    "Digests of " + exhibit.id,
    ["Of", "Algorithm", "Stated", "Stated by", "Computed", "Verdict"],
    exhibit.digests.map((check) => [
      check.subject,
      h("span", { class: "state" }, check.algorithm),
      check.stated ? h("span", { class: "mono digest" }, check.stated) : missing("NOT AVAILABLE"),
      check.origin || "",
      check.computed ? [h("span", { class: "mono digest" }, check.computed), h("span", { class: "cell-note" }, "at " + check.moment)] : missing("NOT COMPUTED"),
      verdict(check.verdict),
    ])
  );
  if (exhibit.digests.some((check) => check.moment === "close")) return table;
  return [table, h("p", { class: "soft" }, "Digests at the close of the run: ", verdict("NOT COMPUTED"), " (--verify both asks for them)")];
}

function drawSources(exhibit) {
  if (!exhibit.sources.length) return h("p", { class: "none" }, "Size and modification time of the source, before and after: ", verdict("NOT COMPUTED"));
  const rows = exhibit.sources.slice(0, 60);
  return [
    plainTable(
      "Source of " + exhibit.id + " before and after",
      ["Segment", "Size before", "Size after", "Modified before", "Modified after", "Verdict"],
      rows.map((check) => [h("span", { class: "path" }, check.segment), check.sizes[0], check.sizes[1] || missing("NOT COMPUTED"), sourceTime(check, 0), sourceTime(check, 1), verdict(check.verdict)]),
      { right: [1, 2] }
    ),
    rows.length < exhibit.sources.length && h("p", { class: "cut" }, counted(exhibit.sources.length - rows.length, "further segment") + " left out here; " + (exhibit.sources.slice(60).every((check) => check.verdict === "UNCHANGED") ? "all of them are UNCHANGED." : "NOT ALL of them are unchanged, see case.sqlite.")),
  ];
}

function sourceTime(check, which) {
  if (check.times[0] === null && check.times[1] === null) return missing("not applicable"); // a device: its node's times say nothing of its bytes
  if (!check.times[which]) return missing("NOT COMPUTED");
  const [utc, shown] = check.times[which];
  return [mono(utc), shown && h("span", { class: "cell-note" }, shown)];
}
