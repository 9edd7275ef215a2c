// Problems, and how everything was done.

function drawProblems(doc) {
  const order = { error: 0, warning: 1, info: 2 };
  const groups = doc.problems.slice().sort((a, b) => order[a.severity] - order[b.severity] || b.count - a.count);
  return section(
    "problems",
    "Problems",
    h("p", { class: "lead" }, "What was skipped, unreadable, ended by a limit or not understood. Warnings and errors take away coverage; information does not."),
    groups.length ? groups.map(drawProblem) : h("p", { class: "none" }, "No problem is recorded.")
  );
}

function drawProblem(group) {
  const left = group.count - group.examples.length;
  return h(
    "details",
    { class: "group problem" },
    h("summary", null, h("span", { class: "level level-" + group.severity }, group.severity === "info" ? "information" : group.severity), h("span", { class: "group-title" }, group.meaning, h("span", { class: "cell-note mono" }, group.code)), h("span", { class: "group-count" }, h("span", { class: "tag" }, group.exhibit), " " + (group.count === 1 ? "once" : grouped(group.count) + " times"))),
    h(
      "div",
      { class: "cards" },
      plainTable(
        "Examples of " + group.code,
        ["Volume", "Path", "Offset", "What happened"],
        group.examples.map((example) => [mono(example.volume), example.path === null ? "" : pathNode(example.path), example.offset === null ? "" : mono(example.offset), example.message]),
        { right: [2] }
      ),
      left > 0 && h("p", { class: "cut" }, counted(left, "row") + " left out here; all of them are in ", h("code", null, "case.sqlite"), " and ", h("code", null, "cyberforensics show problems CASE"), ".")
    )
  );
}

function drawMethod(doc) {
  return section(
    "method",
    "Method",
    h("p", { class: "lead" }, "Each source was opened read-only. Digests, media type and rule matches of a content come from the same bytes; a later pass reads them again and looks at nothing whose digest differs. The commands below repeat the run."),
    list([["Times", doc.shownZone ? "UTC, and beside it " + doc.shownZone.name + ", with the rules of tzdata " + doc.shownZone.tzdata + " (--show-timezone)" : "UTC; --show-timezone shows them in another zone beside it"]]),
    doc.exhibits.map((exhibit) => exhibit.passes.map((run) => drawPass(exhibit, run))),
    doc.ruleTexts.rows.length > 0 && drawRuleTexts(doc.ruleTexts),
    doc.crossChecks.map(drawCrossCheck),
    !doc.exhibits.some((exhibit) => exhibit.passes.length) && h("p", { class: "none" }, "No pass was made."),
    doc.seal && [h("h3", null, "Seal"), list(doc.seal.rows.map(([title, text]) => [title, mono(text)])), doc.seal.limits.map((line) => h("p", null, line))],
    doc.unsealed && h("p", null, doc.unsealed),
    h("h3", null, "Method, limits and error rate"),
    list([
      ["Laboratory's validation", supplied(doc.facts.statements.validation)],
      ["Error rate", "not established"],
      ["Examiner's opinion", supplied(doc.facts.statements.opinion)],
    ]),
    plainTable("Weaknesses that bear on this run", ["Id", "Weakness", "Because of"], doc.weaknesses.rows.map((row) => [h("span", { class: "mono state" }, row.id), row.title, row.words])),
    h("p", { class: "lead" }, "Ids and titles: " + doc.weaknesses.catalogue + ". That one stands here says that a limit or a problem of this run leaves it open, not that it came about." + (doc.weaknesses.withoutWords.length ? " The catalogue has no weakness that fits: " + doc.weaknesses.withoutWords.join(", ") + "." : ""))
  );
}

function drawPass(exhibit, run) {
  return h(
    "article",
    { class: "exhibit" },
    h("h3", null, h("span", { class: "tag" }, exhibit.id), " Pass: " + run.kind),
    list([
      ["Command", h("code", { class: "command" }, run.command)],
      ["Started", h("span", null, run.started, run.startedShown && h("span", { class: "cell-note" }, run.startedShown), h("span", { class: "cell-note" }, "clock of the examining machine"))],
      ["Finished", run.finished ? [run.finished, run.finishedShown && h("span", { class: "cell-note" }, run.finishedShown)] : h("span", { class: "verdict verdict-no" }, "NOT FINISHED")],
      run.sessions > 1 ? ["Sessions", "started " + grouped(run.sessions) + " times: it was interrupted and went on"] : null,
      ["Examiner", run.examiner || missing("NOT SUPPLIED")],
      ["Zone of local clocks", run.zone ? run.zone + ", declared by the examiner" : "none declared"],
      ["Opened read-only by", run.readOnly || missing("not recorded")],
      ["Limits of each entry", run.limits || missing("not recorded")],
      run.coverage.length > 0 ? ["Coverage", run.coverage.join(" ")] : null,
      run.profile ? ["Profile", run.profile] : null,
      ["Scope", run.scope || "everything"],
      run.scope ? ["Scope, as worded", run.scopeNote || missing("NOT SUPPLIED")] : null,
      run.fromCache > 0 ? ["Content cache", grouped(run.fromCache) + " contents were read and digested, but not typed and scanned again" + (run.nameRules > 0 ? ", but for the " + counted(run.nameRules, "rule") + " that may depend on a name" : "") + ": what other cases learned of the same bytes, with the same rules and versions, was taken from a cache"] : null,
      run.lists.some((found) => found.kind.startsWith("digests of known")) ? ["Known contents", run.skipKnown ? "rules and keywords were not run on them, unless they stand in a list of wanted digests too" : "searched like all others"] : null,
      ["Rule engine", run.engine || "none: no rules were used"],
      ["Source of the tool", mono(Object.fromEntries(run.versions).source || "not recorded")],
    ]),
    run.packs.length > 0 &&
      plainTable(
        "Rule packs used on " + exhibit.id,
        ["Pack", "Version", "Licence", "Rules", "Files", "SHA-256", "Signature"],
        run.packs.map((pack) => [[pack.name, pack.leftOut.length > 0 && h("span", { class: "cell-note cell-warn" }, "left out: " + pack.leftOut.join(", "))], pack.version, pack.licence, pack.rules, pack.files, h("span", { class: "mono digest" }, pack.sha256), h("span", { class: "mono digest" }, pack.signer)]),
        { right: [3, 4] }
      ),
    run.lists.length > 0 &&
      plainTable(
        "Lists used on " + exhibit.id,
        ["List", "Version", "What it holds", "Count", "SHA-256"],
        run.lists.map((found) => [[found.name, found.withoutDigest > 0 && h("span", { class: "cell-note cell-warn" }, counted(found.withoutDigest, "row") + " without a digest")], found.version || missing("not stated"), found.kind, found.count, h("span", { class: "mono digest" }, found.sha256)]),
        { right: [3] }
      ),
    h("details", { class: "fold" }, h("summary", null, "Versions of the product and of every library that parses evidence"), h("div", { class: "versions" }, run.versions.map(([name, version]) => h("span", null, name + " ", mono(version)))))
  );
}

// A match can be read beside what was looked for.
function drawRuleTexts(texts) {
  return h(
    "div",
    { id: "rule-texts" },
    h("h3", null, "Texts of the rules that matched"),
    h("p", { class: "lead" }, texts.said),
    texts.rows.map((rule) =>
      h(
        "details",
        { class: "fold" },
        h("summary", null, h("span", { class: "mono" }, rule.name), " of " + rule.pack + ", " + rule.place + ", on " + rule.exhibits),
        list([
          ["SHA-256 of the text", h("span", { class: "mono digest" }, rule.sha256)],
          ["SHA-256 of the pack", h("span", { class: "mono digest" }, rule.packDigest)],
          ["Signature of the pack", h("span", { class: "mono digest" }, rule.signer)],
        ]),
        h("code", { class: "command" }, rule.lines.join("\n")),
        rule.leftOut > 0 && h("p", { class: "cut" }, counted(rule.leftOut, "character") + " left out here; the whole text is in ", h("code", null, "case.sqlite"), ".")
      )
    )
  );
}

// Agreement lowers the risk of a reader's error; the shared layers say what it proves nothing about.
function drawCrossCheck(found) {
  const left = found.differences_left_out;
  return h(
    "article",
    { class: "exhibit" },
    h("h3", null, h("span", { class: "tag" }, found.volume), " Cross-check: " + found.state),
    list([
      found.reason ? ["Reason", found.reason] : null,
      ["First reader", found.first],
      ["Second reader", found.second || missing("none")],
      found.fields.length > 0 ? ["Entries", grouped(found.entries_first) + " by the first, " + grouped(found.entries_second) + " by the second"] : null,
      found.shared.length > 0 ? ["Shared by both, so proven by neither", found.shared.join("; ")] : null,
    ]),
    found.fields.length > 0 &&
      plainTable(
        "Values compared in " + found.volume,
        ["Values", "Compared", "Agree", "Documented defect", "Differ"],
        found.fields.map((part) => [part.field, grouped(part.compared), grouped(part.agreed), grouped(part.known), grouped(part.different)]),
        { right: [1, 2, 3, 4] }
      ),
    found.folded.length > 0 &&
      plainTable(
        "Documented defects in " + found.volume,
        ["What", "Count", "First reader, example", "Second reader", "Where it is documented"],
        found.folded.map((part) => [part.sentence, grouped(part.count), [part.example.first, h("span", { class: "cell-note" }, pathNode(part.example.path))], part.example.second, part.reference]),
        { right: [1] }
      ),
    found.differences.length > 0 &&
      plainTable(
        "Differences in " + found.volume,
        ["What", "Path", "First reader", "Second reader"],
        found.differences.map((part) => [part.field + (part.detail ? " " + part.detail : ""), [pathNode(part.path), part.stream !== null && h("span", { class: "cell-note" }, part.stream)], part.first, part.second])
      ),
    left > 0 && h("p", { class: "cut" }, counted(left, "row") + " left out here; they are counted above."),
    found.not_compared.length > 0 &&
      plainTable("Not compared in " + found.volume, ["What", "Count"], found.not_compared.map((part) => [part.reason, grouped(part.count)]), { right: [1] })
  );
}

function drawEnd(doc) {
  return h("footer", { class: "end" }, h("p", { class: "end-mark" }, "End of the report"), h("p", null, doc.product), h("p", null, "Abbreviations: MD5, SHA-1, SHA-256, digests of bytes; UTC, coordinated universal time; zone, the difference of a local clock from it."));
}
