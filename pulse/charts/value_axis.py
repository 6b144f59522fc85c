"""The value axis of a process chart and the words on it, the same in both drawings."""

from math import ceil, floor

from pulse.charts.markup import written
from pulse.charts.spec import ProcessChartSpec


def ticks(spec: ProcessChartSpec) -> list[float]:
    first, last = ceil(spec.axis_low / spec.tick_step), floor(spec.axis_high / spec.tick_step)
    return [count * spec.tick_step for count in range(first, last + 1)]


def tick_words(spec: ProcessChartSpec, tick: float) -> str:
    return f"{tick:g}{spec.unit}"


def average_words(spec: ProcessChartSpec, centre: float) -> str:
    return f"own average {written(centre, decimals=spec.decimals, unit=spec.unit)}"
