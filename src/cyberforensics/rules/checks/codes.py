"""Every code that is said about a pack; docs/lints.md has a section for each."""

from dataclasses import dataclass

from cyberforensics.model.diagnostic import Level


@dataclass(frozen=True, slots=True)
class Code:
    """One thing that can be said."""

    code: str
    level: Level
    title: str
    why: str
    """Why it matters, in one sentence."""


_E, _W, _N = Level.ERROR, Level.WARNING, Level.NOTE

PROOFS = (
    Code("CFR901", _E, "It does not match a sample that it must match", "It misses what it was written for."),
    Code("CFR902", _E, "It matches a sample that it must not match", "Who reads findings stops reading them."),
    Code("CFR903", _E, "The engines differ", "A finding must not depend on which engine ran."),
    Code("CFR904", _W, "No sample proves that it matches", "Nobody knows whether it ever matches."),
    Code("CFR905", _E, "A sample, or a list of an image, can't be used", "What it should prove is not proved."),
    Code("CFR906", _E, "Samples of no rule", "They prove nothing: a name was changed, or a rule removed."),
    Code("CFR907", _E, "It matches known-good files", "On a whole system it would bury what matters."),
    Code("CFR908", _E, "A finding that is expected in an image is not there", "It finds less than its author says."),
    Code("CFR909", _E, "A finding in an image that is not expected", "It finds more than its author says."),
    Code("CFR910", _E, "An engine can't compile the file", "With that engine its rules look at nothing."),
    Code("CFR911", _E, "Not all was looked at", "What was not looked at is no proof of anything."),
    Code("CFR920", _E, "It costs more than the budget", "One rule can take the time of hundreds."),
    Code("CFR921", _E, "It costs more than it did", "Packs get slow one rule at a time."),
)
"""What tests and measurements of a pack say."""

CODES = (
    Code("CFR001", _E, "Neither engine compiles it", "A rule that does not compile never runs."),
    Code(
        "CFR002",
        _E,
        "yara-python does not compile it",
        "The pack would lose this rule wherever yara-python, or YARA itself, runs it.",
    ),
    Code("CFR003", _E, "YARA-X does not compile it", "The pack would lose this rule wherever YARA-X runs it."),
    Code("CFR004", _E, "A module is missing in an engine", "Every rule that uses the module is lost in that engine."),
    Code("CFR005", _E, "An include leads nowhere", "The file does not compile without what it includes."),
    Code("CFR006", _E, "A file can't be read as text", "Engines take rules as UTF-8 text."),
    Code("CFR007", _E, "The manifest is malformed", "Without its manifest, nobody knows what the pack is."),
    Code(
        "CFR008",
        _E,
        "A name is not declared",
        "A misspelt name, or a variable that nobody sets, keeps the rule from compiling.",
    ),
    Code("CFR009", _E, "An excuse is malformed", "Whoever reads the rule later must know why it is as it is."),
    Code("CFR010", _W, "An excuse is no longer needed", "An excuse that stays hides the next mistake."),
    Code(
        "CFR011",
        _W,
        "Metadata is missing",
        "Whoever gets a finding needs to know what the rule looks for, and whom to ask.",
    ),
    Code(
        "CFR012", _W, "Metadata is malformed", "Programs read these values, and take those of another form for absent."
    ),
    Code("CFR013", _W, "A hash is no hash", "Nobody finds the sample again by a hash with a digit too few."),
    Code("CFR014", _W, "A date can't be", "A date that can't be is a slip in one that somebody will rely on."),
    Code(
        "CFR020",
        _N,
        "Two files have a rule of the same name",
        "Other tools load all files into one namespace, and refuse the second rule.",
    ),
    Code(
        "CFR021",
        _W,
        "Two rules look for the same",
        "Both match or neither does: every finding counts twice, and so does the cost.",
    ),
    Code(
        "CFR022", _W, "A string is never used", "The author meant it to decide something, or it costs time for nothing."
    ),
    Code("CFR023", _N, "A module is imported and not used", "An engine runs every imported module on every content."),
    Code("CFR024", _N, "A module is imported twice", "The second import does nothing."),
    Code(
        "CFR025",
        _W,
        "Two strings of a rule are the same",
        "One of the two was meant to be something else, or a count of them is too high.",
    ),
    Code(
        "CFR026",
        _W,
        "A string is in a set that may not mean it",
        "A wildcard takes in a string that the condition names on its own, and so counts it twice.",
    ),
    Code(
        "CFR030",
        _W,
        "A string is too short",
        "It occurs in nearly every large file by chance, and is looked for at a high cost.",
    ),
    Code(
        "CFR031",
        _W,
        "A common string decides alone",
        "The rule would match a great part of all harmless programs or pages.",
    ),
    Code(
        "CFR032", _W, "A string slows the scan down", "The engine finds no part of it that is rare enough to look for."
    ),
    Code(
        "CFR033",
        _W,
        "A repetition has no bound",
        "Between two words that have nothing to do with each other the rule still matches, slowly.",
    ),
    Code("CFR034", _W, "A loop may be long", "The loop may run a million times on one content."),
    Code("CFR035", _N, "Text is written as hex", "Text that can be read is understood and reviewed."),
    Code("CFR036", _N, "Jumps follow each other", "Two jumps in a row are one, and hide how far they go."),
    Code(
        "CFR037",
        _N,
        "A string begins or ends with what matches anything",
        "It makes matches longer or slower and decides nothing.",
    ),
    Code(
        "CFR038",
        _W,
        "A regular expression has no literal of four bytes",
        "Without one, the engine has to try the expression nearly everywhere.",
    ),
    Code("CFR039", _N, "An engine warns", "The engine has seen something that is most often a mistake."),
    Code("CFR040", _W, "A condition can't be met", "The rule, or a part of it, never matches, and nobody notices."),
    Code("CFR041", _W, "A condition is always met", "The rule says nothing about what it matches."),
    Code(
        "CFR042",
        _N,
        "Nothing bounds where a rule matches",
        "It is searched in every large file, and found in kinds of files that the author did not think of.",
    ),
    Code("CFR043", _N, "A number stands for yes or no", "It works, but reads as if something else were meant."),
    Code("CFR044", _W, "A feature is deprecated", "A later version of the engine may do without it."),
    Code(
        "CFR045",
        _W,
        "YARA-X on its own refuses a regular expression",
        "This product asks YARA-X for YARA's looser grammar; other tools, like yr, do not and refuse the rule.",
    ),
)
"""In the order of their numbers. A number is never used for something else."""

BY_NAME = {code.code: code for code in CODES}

REMEDIES = {
    "CFR002": "mend it, or say in [engines] of pack.toml for which engine the pack is",
    "CFR003": "mend it, or say in [engines] of pack.toml for which engine the pack is",
    "CFR024": "remove one of the two",
    "CFR025": "remove one of the two, or make it what it was meant to be",
    "CFR026": "name the strings of the set one by one, or give this one another beginning",
    "CFR032": "give it four fixed characters in a row, or a longer word beside it",
    "CFR034": "ask for a string first, or give the loop fewer rounds",
    "CFR035": "write it in quotation marks",
    "CFR036": "write one jump that goes as far as both",
}
"""What helps, where an engine says what is wrong and not what to do."""
