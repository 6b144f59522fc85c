"""A small pack as a person would write it, for tests to spoil one line at a time."""

PACK = """
format = 1
code = "mood"
name = "Mood of the day"
source = "Written for this test"
licence = "Own work"
permission = "We wrote these questions ourselves."

[scales.mood]
labels = ["Bad", "Fair", "Good", "Great"]
unscored = ["Cannot say"]
bands = [
  { name = "bad", first = 1, last = 1 },
  { name = "fair", first = 2, last = 2 },
  { name = "good", first = 3, last = 4 },
]

[constructs.mood]
name = "Mood"
ask_lower = "What weighs on people?"
ask_higher = "What helps?"

[[items]]
code = "mood-today"
construct = "mood"
scale = "mood"
wording = "How was today?"

[[items]]
code = "mood-bad"
construct = "mood"
scale = "mood"
reverse = true
wording = { en = "Was today hard?", cy = "Oedd heddiw yn anodd?" }
"""

CSV_PACK = (
    PACK[: PACK.index("[[items]]")]
    + """
[csv]
file = "items.csv"
item_prefix = "m-"
[csv.columns]
code = "id"
construct = "topic"
scale = "answers"
reverse = "turned"
wording = "question"
"""
)

ITEMS_CSV = """id,topic,answers,turned,question
1,mood,mood,no,How was today?
2,mood,mood,yes,Was today hard?
"""

BENCHMARKS = """
[benchmarks]
survey = "Survey of moods"
year = 2024
sector = "national services"
summary = "median of organisations"

[[benchmarks.figures]]
item = "mood-today"
band = "good"
value = 62.4
asked = "Was it a good day?"

[[benchmarks.figures]]
item = "mood-today"
statistic = "mean"
value = 2.9
asked = "How was today?"
"""

BENCHMARKS_ALONE = """
format = 1
code = "moods-2024"
name = "Survey of moods 2024"
source = "Office of moods"
licence = "Open licence"
permission = "Published for anybody to use."

[benchmarks]
survey = "Survey of moods"
year = 2024
sector = "national services"
summary = "median of organisations"
[benchmarks.table]
file = "published.csv"
row = "Measure"
value = "2024"
asked = "Label"

[[benchmarks.figures]]
item = "workload"
band = "agree"
row = "B33"
"""

PUBLISHED_CSV = """Measure,Label,2023,2024
B33,I have an acceptable workload,64.087,65.657
B34,Another,[z],[z]
"""
