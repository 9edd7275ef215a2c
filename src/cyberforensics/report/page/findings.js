// Findings, most severe first, in groups that open piece by piece; those in places that repeat or describe others behind.

const SEVERITIES = ["critical", "high", "medium", "low", "info"];
const FIRST_CARDS = 3;
const FIRST_MATCHES = 2;
const FIRST_OPEN = 5;
const MORE_CARDS = 20;

class Findings {
  constructor(doc, findings) {
    this.findings = findings;
    this.total = doc.findingsTotal;
    this.behind = doc.findingGroups.filter((group) => group.name !== null);
    this.opened = new Set();
    this.severities = new Set(SEVERITIES);
    this.context = "";
    this.exhibit = "";
    this.label = "";
    this.volume = "";
    this.text = "";
    this.by = "rule";
    this.order = "";
    this.haystack = null;
    this.groups = h("div", { class: "groups" });
    this.folds = h("div", { class: "folds" });
    this.count = h("p", { class: "count", role: "status", "aria-live": "polite" });
    const options = (name) => [["", "all"]].concat([...new Set(findings.map((finding) => finding[name]))].sort().map((value) => [value, value]));
    const again = (name) => (value) => {
      this[name] = value;
      this.draw();
    };
    const none = doc.selected ? "No finding is selected." : doc.rulesUsed ? "Nothing matched in what was examined." : "No rules were used: no content was searched.";
    this.element = section(
      "findings",
      "Findings",
      h("p", { class: "lead" }, "Each is an observation: what matched (a rule, a keyword, a listed digest), and where. What it means is for the examiner to say."),
      findings.length
        ? [
            cutNotice(findings.length, this.total, "users' and system files first, the most severe first", ["case.sqlite", "cyberforensics show findings CASE"], doc),
            h(
              "div",
              { class: "filters" },
              search("Search", "path, rule, tag, digest, id", (value) => again("text")(value.toLowerCase())),
              choice("Group by", [["rule", "rule"], ["place", "entry"], ["exhibit", "exhibit"], ["context", "context"]], again("by")),
              choice("Order", [["", "most severe first"], ["path", "path"], ["rule", "rule"], ["volume", "volume"]], again("order")),
              choice("Context", options("context"), again("context")),
              volumeChoices(doc, findings.map((finding) => finding.volume), (name, value) => again(name)(value)),
              labelChoice(findings.flatMap((finding) => finding.labels), again("label")),
              h("fieldset", { class: "chips" }, h("legend", null, "Severity"), SEVERITIES.map((name) => this.chip(name)))
            ),
            this.count,
            this.groups,
            this.folds,
          ]
        : h("p", { class: "none" }, none, " What was not examined is listed on page one.")
    );
    if (findings.length) this.draw();
  }

  chip(name) {
    const count = this.findings.filter((finding) => finding.severity === name).length;
    const box = h("input", {
      type: "checkbox",
      checked: true,
      disabled: count === 0,
      onchange: () => {
        if (box.checked) this.severities.add(name);
        else this.severities.delete(name);
        this.draw();
      },
    });
    return h("label", { class: "chip severity-" + name + (count ? "" : " empty") }, box, name, h("b", null, grouped(count)));
  }

  show(entry) {
    this.find(entry);
    this.element.scrollIntoView();
  }

  find(text) {
    if (!this.findings.length) return;
    this.element.querySelector("input[type=search]").value = text;
    this.text = text.toLowerCase();
    this.draw();
  }

  held() {
    return this.findings.length;
  }

  matching() {
    return this.findings.length ? this.matched : 0;
  }

  filtered() {
    return Boolean(this.context || this.exhibit || this.volume || this.label) || this.severities.size < SEVERITIES.length;
  }

  // What a search looks into, made when somebody searches; what is masked is not in it, since it is not in the file.
  hay() {
    return this.findings.map((finding) => [finding.path, finding.stream, finding.what, finding.rule, finding.pack, finding.tags.join(" "), finding.labels.join(" "), finding.volume, finding.address, finding.entry, finding.id, (finding.digests || []).join(" "), ...finding.meta.map(([, value]) => value), ...finding.matches.map((match) => (match[4] || []).join(""))].join("\n").toLowerCase());
  }

  // The file's own order has the most severe first; another one keeps it among equals.
  ordered() {
    if (!this.order) return this.findings.map((_, place) => place);
    const key = { path: (finding) => finding.path, rule: (finding) => finding.what, volume: (finding) => finding.volume }[this.order];
    const keys = this.findings.map(key);
    return keys.map((_, place) => place).sort((a, b) => (keys[a] < keys[b] ? -1 : keys[a] > keys[b] ? 1 : a - b));
  }

  open(name) {
    this.opened.add(name);
    this.draw();
    const fold = this.folds.querySelector('[data-group="' + name + '"]');
    if (fold) setTimeout(() => fold.scrollIntoView(), 0);
  }

  draw() {
    const parts = new Map([[null, new Map()]]);
    let matching = 0;
    let count = 0;
    if (this.text && !this.haystack) this.haystack = this.hay();
    this.ordered().forEach((place) => {
      const finding = this.findings[place];
      if (!this.severities.has(finding.severity)) return;
      if (this.context && finding.context !== this.context) return;
      if (this.exhibit && finding.exhibit !== this.exhibit) return;
      if (this.volume && finding.volume !== this.volume) return;
      if (this.label && !finding.labels.includes(this.label)) return;
      if (this.text && !this.haystack[place].includes(this.text)) return;
      matching += 1;
      const key = this.key(finding);
      if (!parts.has(finding.group)) parts.set(finding.group, new Map());
      const groups = parts.get(finding.group);
      if (!groups.has(key)) {
        groups.set(key, []);
        count += 1;
      }
      groups.get(key).push(finding);
    });
    this.matched = matching;
    this.count.textContent = (matching === this.findings.length ? "" : grouped(matching) + " of ") + counted(this.findings.length, "finding") + " in " + counted(count, "group");
    const first = [...parts.get(null).values()];
    this.more(this.groups, first, 60, (group, place) => this.group(group, place < FIRST_OPEN), "group");
    if (!first.length && matching) this.groups.replaceChildren(h("p", { class: "none" }, "None of these lies among users' and system files."));
    if (!matching) this.groups.replaceChildren(h("p", { class: "none" }, "No finding matches the filters."));
    this.folds.replaceChildren(...this.behind.filter((group) => parts.has(group.name)).map((group) => this.fold(group, [...parts.get(group.name).values()], !first.length)));
  }

  // One line for a kind of place; its groups are drawn when it opens.
  fold(group, groups, only) {
    const held = groups.reduce((sum, findings) => sum + findings.length, 0);
    const open = only || this.opened.has(group.name);
    const inside = h("div", { class: "fold-groups" });
    const box = h(
      "details",
      { class: "group behind-findings", "data-group": group.name, open },
      h("summary", null, h("span", { class: "group-title" }, group.title, h("span", { class: "cell-note" }, group.note)), h("span", { class: "group-count" }, counted(held, "finding") + (held < group.findings ? " of " + grouped(group.findings) : "") + " in " + counted(groups.length, "group"))),
      inside
    );
    box.drawCards = () => {
      if (!inside.childElementCount) this.more(inside, groups, 60, (findings) => this.group(findings, false), "group");
    };
    if (open) box.drawCards();
    box.addEventListener("toggle", (event) => {
      if (event.target !== box) return;
      if (box.open) this.opened.add(group.name);
      else this.opened.delete(group.name);
      if (box.open) box.drawCards();
    });
    return box;
  }

  key(finding) {
    if (this.by === "rule") return [finding.severity, finding.pack, finding.namespace, finding.rule].join("\n");
    if (this.by === "place") return [finding.entry, finding.path, finding.stream].join("\n");
    return finding[this.by];
  }

  group(group, open) {
    const first = group[0];
    const entries = new Set(group.map((finding) => finding.entry)).size;
    const byRule = this.by === "rule";
    const description = byRule ? first.meta.find(([key]) => key === "description") : null;
    const title = byRule ? mono(first.what) : this.by === "place" ? pathNode(first.path, first.stream) : first[this.by];
    const cards = h("div", { class: "cards" });
    const box = h(
      "details",
      { class: "group", open },
      h(
        "summary",
        null,
        severityMark(first.severity),
        h("span", { class: "group-title" }, title, byRule && h("span", { class: "soft" }, " " + first.pack), description && h("span", { class: "cell-note" }, description[1])),
        h("span", { class: "group-count" }, counted(group.length, "finding") + (this.by === "place" ? "" : " in " + counted(entries, "entry", "entries")))
      ),
      cards
    );
    const drawCards = () => {
      if (!cards.childElementCount) this.more(cards, group, FIRST_CARDS, (finding) => this.card(finding), "finding");
    };
    box.drawCards = drawCards;
    if (open) drawCards();
    box.addEventListener("toggle", () => box.open && drawCards());
    return box;
  }

  // Draws the first few of many and a button for the next ones.
  more(holder, items, first, draw, what) {
    holder.replaceChildren();
    let done = 0;
    const button = h("button", { type: "button", class: "more", onclick: () => next(MORE_CARDS) });
    const next = (count) => {
      button.remove();
      const until = Math.min(items.length, done + count);
      for (; done < until; done += 1) holder.append(draw(items[done], done));
      if (done < items.length) {
        button.textContent = "Show " + Math.min(MORE_CARDS, items.length - done) + " more (" + counted(items.length - done, "further " + what) + ")";
        holder.append(button);
      }
    };
    next(first);
  }

  card(finding) {
    const offsets = finding.matches.map((match) => grouped(match[1]));
    const places = offsets.length ? " at " + (offsets.length + finding.leftOut === 1 ? "offset " : "offsets ") + offsets.slice(0, 12).join(", ") + (offsets.length + finding.leftOut > 12 ? " and " + counted(offsets.length + finding.leftOut - 12, "more", "more") : "") : "";
    const digests = finding.digests;
    return h(
      "article",
      { class: "card severity-edge-" + finding.severity, "aria-label": finding.what + " in " + finding.path },
      h(
        "header",
        null,
        severityMark(finding.severity),
        h("div", { class: "card-title" }, h("p", { class: "card-path" }, pathNode(finding.path, finding.stream)), h("p", null, finding.says && finding.says + " ", mono(finding.what), " (" + finding.pack + ")" + places)),
        h("span", { class: "context" }, finding.context)
      ),
      finding.matches.length > 0 && h("div", { class: "matches" }, this.matches(finding)),
      !finding.matches.length && h("p", { class: "soft" }, finding.source === "hash-list" ? "The digest of the whole content stands in the list." : "The rule's condition holds without a string to point at."),
      this.strip([
        ["Volume", mono(finding.volume)],
        ["Metadata address", mono(finding.address)],
        ["Name", finding.state],
        ["Size", finding.size === null ? missing() : exactSize(finding.size)],
        ["Finding", [mono(finding.id), " " + finding.class + ", " + finding.source]],
      ]),
      list([
        finding.recovery ? ["Content", finding.recovery] : null,
        ["SHA-256", digests ? [h("span", { class: "mono digest" }, digests[2]), finding.digestNote && h("span", { class: "cell-note" }, finding.digestNote)] : missing()],
        digests ? ["SHA-1, MD5", [h("span", { class: "mono digest" }, digests[1]), h("br"), h("span", { class: "mono digest" }, digests[0])]] : null,
        finding.names.length ? ["Other names", h("ul", { class: "bare" }, finding.names.map((name) => h("li", null, pathNode(name))), finding.namesLeftOut > 0 && h("li", { class: "soft" }, "and " + grouped(finding.namesLeftOut) + " more"))] : null,
        finding.sensitive ? ["Sensitive", "what matched may be payment data, a secret or personal data"] : null,
        finding.perName ? ["Holds for", "this name only: the rule looks at the name or place"] : null,
        finding.labels.length ? ["Labels of the examiner", finding.labels.join(", ")] : null,
        finding.tags.length ? ["Tags", finding.tags.join(", ")] : null,
        finding.meta.length ? [finding.source === "hash-list" ? "The list says" : "The rule says", h("ul", { class: "bare meta" }, finding.meta.map(([key, value]) => h("li", null, h("span", { class: "soft" }, key), h("span", null, value))))] : null,
      ])
    );
  }

  strip(pairs) {
    return h("ul", { class: "strip" }, pairs.map(([term, value]) => h("li", null, h("span", null, term), h("span", null, value))));
  }

  matches(finding) {
    if (finding.masked) {
      return [
        h("p", { class: "masked" }, h("strong", null, "Masked."), " What matched is sensitive: the bytes are not in this file. ", finding.matches.map(([name, offset, length], place) => [place ? "; " : "", mono(name), " at offset " + grouped(offset) + ", " + counted(length, "byte")]), "."),
        finding.leftOut > 0 && h("p", { class: "soft" }, counted(finding.leftOut, "further match", "further matches") + " not listed."),
      ];
    }
    const drawn = finding.matches.filter((match) => match[3] !== null);
    const rest = finding.matches.filter((match) => match[3] === null);
    const view = ([name, offset, length, hex, text]) =>
      h("div", { class: "match" }, h("p", { class: "match-head" }, mono(name), h("span", { class: "soft" }, " offset " + grouped(offset) + ", " + counted(length, "byte"))), text && h("p", { class: "mono" }, h("span", { class: "soft" }, text[0]), h("strong", null, text[1]), h("span", { class: "soft" }, text[2])), hexView(offset, length, hex));
    const further = drawn.slice(FIRST_MATCHES);
    return [
      drawn.slice(0, FIRST_MATCHES).map(view),
      further.length > 0 && h("details", { class: "fold" }, h("summary", null, "Bytes of " + counted(further.length, "further match", "further matches")), further.map(view)),
      rest.length > 0 && h("p", { class: "soft" }, "Bytes not drawn: ", rest.map(([name, offset], place) => [place ? ", " : "", mono(name), " at " + grouped(offset)]), ". They are in case.sqlite."),
      finding.leftOut > 0 && h("p", { class: "soft" }, counted(finding.leftOut, "further match", "further matches") + " of this rule were counted and not kept."),
    ];
  }
}
