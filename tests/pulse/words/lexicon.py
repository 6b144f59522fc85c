"""Words that Pulse does not say, and the few sentences in which one of them is honest.

Pulse listens and does not score: it ranks nobody, sets no target, claims no cause, watches nobody,
and neither praises nor alarms. A rule here is a family of words; a sentence that needs one of them
for another meaning stands in `ALLOWED` with its reason. A sentence allowed that nobody says any
more fails a test, so the list cannot grow into a hole.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rule:
    """A family of words, and why Pulse does without them."""

    name: str
    reason: str
    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Allowance:
    """A sentence, or the part of one, in which a word of the list is honest.

    `sentence` is a pattern: spaces stand for any white space, letters for either case, ^ and $ for
    the ends of a line (each block of a page, each text of a JSON file is one). `on_pages` tells that
    the sentence is put together when a page or a file is made, and stands whole in no source.
    """

    sentence: str
    reason: str
    on_pages: bool = False

    def pattern(self) -> re.Pattern[str]:
        return re.compile(self.sentence.replace(" ", r"\s+"), re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Finding:
    """A word that was said, with the words around it."""

    rule: str
    word: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.rule}: {self.word!r} in “{self.sentence}”"


def _rule(name: str, reason: str, *words: str) -> Rule:
    return Rule(name, reason, re.compile(rf"\b(?:{'|'.join(words)})\b", re.IGNORECASE))


_NOUN = r"(?:service|team|unit|performer|place|score|result|group|month)s?"

RULES = (
    _rule(
        "rank",
        "units and people are listened to, not put in order of worth",
        r"rank(?:s|ed|ing|ings|table)?", r"leagues?(?: tables?)?", r"best", r"worst",
        r"top (?:\d+|ten|five|three|of the)", rf"(?:top|bottom) {_NOUN}", r"bottom (?:\d+|ten|five|three)",
        r"leader ?boards?", r"winners?", r"losers?", r"(?:out|under)-?perform\w*",
        r"(?:high|low|good|poor) performers?", r"percentiles?", r"quartiles?", r"laggards?",
        r"better than", r"worse than", r"score ?cards?", r"scor(?:e|es|ed|ing)",
        r"ratings?", r"grades?", r"graded",
    ),
    _rule(
        "traffic light",
        "colour says direction and never worth",
        r"red", r"amber", r"green", r"RAG", r"traffic[- ]?lights?",
    ),
    _rule(
        "target",
        "a target on morale is soon met by those who set it",
        r"targets?", r"targeted", r"KPIs?", r"goals?", r"objectives?", r"quotas?",
        r"benchmark(?:s|ed|ing)?", r"(?:hit|miss|meet|beat)s? the (?:mark|bar)",
    ),
    _rule(
        "cause",
        "what moves together is not for that reason a cause",
        r"driv(?:e|es|er|ers|en|ing)", r"drove", r"caus(?:e|es|ed|ing|al|ally|ality)",
        r"because of", r"due to", r"leads? to", r"led to", r"leading to", r"results? in",
        r"resulted in", r"effects? (?:of|on)", r"impact(?:s|ed|ing|ful)?", r"influenc(?:e|es|ed|ing)",
        r"affect(?:s|ed|ing)?", r"determin(?:es|ants?)", r"predict(?:s|ed|ion|ions|or|ors|ive)?",
        r"contribut(?:es|ed|ing|ors?) to", r"responsible for", r"root causes?", r"explains why",
    ),
    _rule(
        "surveillance",
        "nobody is watched, and nothing foretells that somebody leaves",
        r"flight[- ]risks?", r"non-?respon\w+", r"risk of leaving", r"(?:leaver|attrition) risk",
        r"risk scores?", r"track(?:s|ed|ing)?", r"surveillance", r"has not (?:yet )?(?:answered|responded)",
        r"have not (?:yet )?(?:answered|responded)", r"hot ?spots?", r"troublemakers?",
    ),
    _rule(
        "praise or alarm",
        "the tone is a quiet room's",
        r"100 ?% ?anonym\w+", r"(?:fully|completely|totally|absolutely|perfectly) anonym\w+",
        r"excellent", r"outstanding", r"impressive", r"amazing", r"fantastic", r"awesome",
        r"well done", r"congratulations?", r"great (?:job|work|news|result)", r"good (?:job|news)",
        r"bravo", r"poor(?:ly)?", r"terrible", r"alarm(?:s|ing)?", r"alert(?:s|ing)?", r"critical",
        r"crisis", r"urgent(?:ly)?", r"severe(?:ly)?", r"disappointing", r"worrying", r"concerning",
        r"unacceptable", r"unhealthy", r"please note", r"oops", r"sorry", r"valued",
    ),
    _rule(
        "empty words",
        "what is hidden says why, and what is empty says what comes",
        r"N/A", r"no data(?: available)?", r"insufficient data", r"invalid input",
        r"(?m-i:null|^None$|NaN|nan)", r"suppress(?:ed|ion)",
    ),
    Rule(
        "exclamation mark",
        "nothing here is shouted",
        re.compile(r"(?<=[a-z])!(?![=\w])", re.IGNORECASE),
    ),
)  # fmt: skip


_OWN_COLUMN = (
    "a column of the table that the reader brings to `pulse analyse turnover`, a mean of a group"
)
_OPTION = "the number of an answer on a scale, from which a group's mean is made"

ALLOWED = (
    Allowance("which fits you best\\?", "asks for one answer of several"),
    Allowance("best guess(?:es)?", "the name of an estimate (empirical Bayes), of each unit alike"),
    Allowance("effect of the (?:unit|month)", "a term of a formula, on the method page"),
    Allowance("^no data$", "the meaning of a symbol in the DfE's files"),
    Allowance("rank correlations?", "the name of the statistic (Spearman)"),
    Allowance("nothing predicts that anyone will leave", "denies it"),
    Allowance("they tell no causes and nothing about a person", "denies it"),
    Allowance(
        "every predictor need the same units and periods", "the regression's term, to programmers"
    ),
    Allowance("who has not answered\\.", "one of the things that nobody can see"),
    Allowance("leave it out as nan", "numpy's name of a missing number, to programmers"),
    Allowance(
        ",suppressed(?=[,\r\n])",
        "the cell of a file: a word that no program reads as 0",
        on_pages=True,
    ),
    Allowance("not a goal", "denies it"),
    Allowance("there are no ranks and no targets here", "the guide for leaders denies it"),
    Allowance("it is no league table", "the guide for leaders denies it"),
    Allowance('hidden figures say "suppressed"', "quotes the cell of a file"),
    Allowance(r"benchmarks\.figures", "a key of the format of packs"),
    Allowance(
        r'"benchmark":\s*"[^"]*"',
        "a field of a question, in the union's log word for word",
        on_pages=True,
    ),
    Allowance(
        r'"scores",\s*"comment"',
        "the two kinds of ballot, in the union's log word for word",
        on_pages=True,
    ),
    Allowance("with a known score and with exits take part", _OWN_COLUMN),
    Allowance("the score comes before the exits", _OWN_COLUMN),
    Allowance("whole series of scores to other units", _OWN_COLUMN),
    Allowance("columns of scores, one for each theme: score,safety", _OWN_COLUMN),
    Allowance("--scores?", _OWN_COLUMN),
    Allowance("set exits of units against their scores of earlier periods", _OWN_COLUMN),
    Allowance("headcount, leavers, score;", _OWN_COLUMN),
    Allowance("an empty score is allowed", _OWN_COLUMN),
    Allowance(r"\[default: score\]", _OWN_COLUMN),
    Allowance("name each score column once", _OWN_COLUMN),
    Allowance("bands belong to one score; name one score column only", _OWN_COLUMN),
    Allowance("a score of 0 respondents cannot be", _OWN_COLUMN),
    Allowance("the three bands of scale .* do not cover each score once", _OPTION),
)


def findings(text: str, *, said: set[Allowance] | None = None) -> list[Finding]:
    """Return every word of the list in the text that no allowed sentence holds.

    Args:
        text: what is shown or written, without markup.
        said: gains the allowances that the text made use of.
    """
    return [finding for rule in RULES for finding in _findings(rule, text, said)]


def _findings(rule: Rule, text: str, said: set[Allowance] | None) -> Iterator[Finding]:
    for match in rule.pattern.finditer(text):
        allowance = _allowance_of(match, text)
        if allowance is None:
            yield Finding(rule.name, match[0], _around(match, text))
        elif said is not None:
            said.add(allowance)


def _allowance_of(match: re.Match[str], text: str) -> Allowance | None:
    """Return the allowed sentence that holds the whole word."""
    for allowance, pattern in _PATTERNS:
        for sentence in pattern.finditer(text):
            if sentence.start() <= match.start() and match.end() <= sentence.end():
                return allowance
    return None


def _around(match: re.Match[str], text: str) -> str:
    part = text[max(0, match.start() - 60) : match.end() + 60]
    return re.sub(r"\s+", " ", part).strip()


_PATTERNS = tuple((each, each.pattern()) for each in ALLOWED)
