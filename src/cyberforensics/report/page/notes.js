// What people added: labels and notes of fact, and apart from them opinions.

function drawNotes(doc) {
  if (!doc.labels.length && !doc.notes.length) return null;
  return section(
    "notes",
    "Notes of the examiner",
    h("p", { class: "lead" }, "Added by people. No result depends on it."),
    doc.labels.length > 0 && plainTable("Labels", ["Label", "Findings", "Entries", "Events"], doc.labels.map(([label, ...counts]) => [label, ...counts.map(grouped)]), { right: [1, 2, 3] }),
    doc.labelsLeftOut > 0 && h("p", { class: "cut" }, counted(doc.labelsLeftOut, "more label") + " in case.sqlite."),
    noteList(doc.notes),
    doc.notesLeftOut > 0 && h("p", { class: "cut" }, counted(doc.notesLeftOut, "more note") + " in case.sqlite.")
  );
}

function drawOpinions(doc) {
  return section(
    "opinions",
    "Opinion of the examiner",
    doc.opinions.length
      ? [h("p", { class: "lead" }, "EXAMINER-OPINION: what a person concludes. It is no observation of this software."), noteList(doc.opinions), doc.opinionsLeftOut > 0 && h("p", { class: "cut" }, counted(doc.opinionsLeftOut, "more opinion") + " in case.sqlite.")]
      : h("p", null, missing("NOT SUPPLIED"), " No opinion was added to this case.")
  );
}

function noteList(notes) {
  return h("ul", { class: "bare notes" }, notes.map(([lines, who, when]) => h("li", null, lines.map((line) => h("p", null, line)), h("p", { class: "soft" }, who + ", " + when))));
}
