"""What each figure of the questionnaire means in plain words, how it is made, and its limits."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Meaning:
    """One figure: what it says, its formula, where that is from, and what to be careful about."""

    name: str
    meaning: str
    formula: str
    source: str
    limit: str


MEANINGS = (
    Meaning(
        "Alpha",
        "How much of the differences between people\N{RIGHT SINGLE QUOTATION MARK}s sums is shared "
        "by all questions of a theme. 0 is nothing, 1 is everything.",
        "J \N{DIVISION SIGN} (J \N{MINUS SIGN} 1) \N{MULTIPLICATION SIGN} (1 \N{MINUS SIGN} sum of "
        "the variances of the J questions \N{DIVISION SIGN} variance of their sum)",
        "Cronbach, Psychometrika 16 (1951)",
        "It grows with the number of questions, so three questions seldom reach what twenty do. It "
        "can be below 0. It does not say that the questions are about the right thing.",
    ),
    Meaning(
        "Omega",
        "The same, without taking for granted that every question counts alike. One common thing "
        "is looked for behind the answers; omega is its share.",
        "(sum of loadings)\N{SUPERSCRIPT TWO} \N{DIVISION SIGN} ((sum of loadings)"
        "\N{SUPERSCRIPT TWO} + sum of what is each question\N{RIGHT SINGLE QUOTATION MARK}s own)",
        "McDonald, Test theory (1999); fitted by maximum likelihood",
        "It needs three questions. Where one common thing does not describe the answers, it is not "
        "told.",
    ),
    Meaning(
        "With the others",
        "How one question goes together with the sum of the other questions of its theme. A low "
        "number is a question that does not fit, or that people read in different ways.",
        "correlation of the question with the sum of the others",
        "Nunnally, Psychometric theory (1978)",
        "Questions where \N{LEFT DOUBLE QUOTATION MARK}agree\N{RIGHT DOUBLE QUOTATION MARK} is bad "
        "news are turned round first.",
    ),
    Meaning(
        "Agreement",
        "How much people within one unit agree: 1 if all say the same, 0 if they agree no more "
        "than answers ticked at random.",
        "with r = mean variance within units \N{DIVISION SIGN} ((points\N{SUPERSCRIPT TWO} "
        "\N{MINUS SIGN} 1) \N{DIVISION SIGN} 12): J(1 \N{MINUS SIGN} r) \N{DIVISION SIGN} "
        "(J(1 \N{MINUS SIGN} r) + r), called r_wg(j)",
        "James, Demaree and Wolf, Journal of Applied Psychology 69 (1984); pooled over units",
        "Hardly anybody ticks at random, so it flatters. It is one number for the organisation and "
        "says nothing about any unit.",
    ),
    Meaning(
        "ICC(1)",
        "Of all differences between people, the share that lies between units.",
        "(B \N{MINUS SIGN} W) \N{DIVISION SIGN} (B + (n \N{MINUS SIGN} 1)W), with mean squares "
        "between (B) and within units (W) and n people in a unit",
        "Bartko, Psychological Bulletin 83 (1976)",
        "From shown units only, at least 10. Below 0 means that units differ less than chance has "
        "them differ.",
    ),
    Meaning(
        "ICC(2)",
        "How far you can tell units apart by their averages: near 1 the same units would be high "
        "again, near 0 it would be a new draw.",
        "(B \N{MINUS SIGN} W) \N{DIVISION SIGN} B",
        "Bartko, Psychological Bulletin 83 (1976)",
        "It is for units of average size; averages of small units are less sure.",
    ),
    Meaning(
        "Skipped or not said",
        "The share of people who skipped the question or chose not to say.",
        "people who skipped it or chose not to say \N{DIVISION SIGN} people who answered anything",
        "our own count, decision record 0140",
        "In steps, and never below the smallest step, so that it tells of no small group. Many may "
        "mean that a question is not understood, or not safe to answer.",
    ),
    Meaning(
        "First and last answer",
        "The share that chose the lowest and the highest answer of the scale. Where one is very "
        "large, people cannot say that it got even worse, or even better.",
        "people who chose it \N{DIVISION SIGN} people who chose any",
        "floor and ceiling: Terwee and others, Journal of Clinical Epidemiology 60 (2007)",
        "In the same steps as every share.",
    ),
    Meaning(
        "Correlations",
        "How two questions go together: 1 always, 0 not at all, below 0 the other way round. Once "
        "over everybody, and once among colleagues: around the average of their unit.",
        "covariance \N{DIVISION SIGN} product of the two standard deviations",
        "Pearson; only from people who answered every question",
        "Two questions from one questionnaire go together a little by themselves, because one mood "
        "answers both.",
    ),
)
