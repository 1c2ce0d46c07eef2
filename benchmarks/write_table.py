"""The table and the plot of `docs/performance.md`, made of what the other benchmarks measured."""

from __future__ import annotations

import json
from html import escape
from typing import TYPE_CHECKING

from measuring import RESULTS, ROOT

if TYPE_CHECKING:
    from collections.abc import Sequence

PAGE = ROOT / "docs" / "performance.md"
PLOT = ROOT / "docs" / "performance.svg"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
_WHOLE = 100.0  # from here on, digits after the point say nothing
_WIDTH, _LEFT, _BAR, _GAP = 760, 290, 12, 46


def seconds(values: Sequence[float]) -> str:
    """Minimum, median and maximum."""
    return " / ".join(f"{value:.0f}" if value >= _WHOLE else f"{value:.3g}" for value in values)


def table(rows: Sequence[dict]) -> str:  # type: ignore[type-arg]
    """The rows in Markdown."""
    lines = [
        "| work | beside | its seconds: min / median / max | ours | measured | goal | |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        theirs, ours = (seconds(values) for values in row["runs"])
        measured = f"{row['ratio']:.3g} {row['unit']}" + (f"; {row['note']}" if row["note"] else "")
        met = "met" if row["met"] else "**not met**"
        cells = (row["work"], row["peer"], theirs, ours, measured, row["goal"], met)
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def plot(rows: Sequence[dict]) -> str:  # type: ignore[type-arg]
    """Two bars a row, on a scale on which each step is ten times the one before."""
    import math  # noqa: PLC0415 - only here

    rows = [row for row in rows if "times faster" in row["unit"] or "over" in row["unit"]]
    low, high = 0.01, max(max(row["runs"][0][1], row["runs"][1][1]) for row in rows)
    scale = (_WIDTH - _LEFT - 70) / math.log10(high / low)

    def place(value: float) -> float:
        return math.log10(max(value, low) / low) * scale

    height = _GAP * len(rows) + 50
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{height}"',
        'font-family="sans-serif" font-size="12">',
        '<rect width="100%" height="100%" fill="white"/>',
        '<text x="8" y="18">seconds, median; each line is ten times the one before</text>',
    ]
    tick = low
    while tick <= high:
        x = _LEFT + place(tick)
        parts.append(f'<line x1="{x:.1f}" y1="28" x2="{x:.1f}" y2="{height}" stroke="#ddd"/>')
        parts.append(f'<text x="{x + 2:.1f}" y="{height - 4}" fill="#666">{tick:g}</text>')
        tick *= 10
    for index, row in enumerate(rows):
        y = 34 + index * _GAP
        parts.append(f'<text x="8" y="{y + 16}">{escape(row["work"])}</text>')
        for offset, (name, color, values) in enumerate(
            ((row["peer"], "#b0b7c3", row["runs"][0]), ("promote", "#2563eb", row["runs"][1]))
        ):
            width, top = place(values[1]), y + offset * (_BAR + 3)
            parts.append(
                f'<rect x="{_LEFT}" y="{top}" width="{width:.1f}" height="{_BAR}" fill="{color}">'
                f"<title>{escape(name)}</title></rect>"
            )
            parts.append(f'<text x="{_LEFT + width + 4:.1f}" y="{top + 10}">{values[1]:.3g}</text>')
    return "\n".join([*parts, "</svg>", ""])


def main() -> None:
    """Write both."""
    files = [RESULTS / f"{name}.json" for name in ("overlays", "fleets")]
    missing = [file.name for file in files if not file.exists()]
    if missing:
        raise SystemExit(f"nothing measured in full yet: {', '.join(missing)}")
    rows = [row for file in files for row in json.loads(file.read_text(encoding="utf-8"))]
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text(f"{before}{BEGIN}\n{table(rows)}\n{END}{after}", encoding="utf-8")
    PLOT.write_text(plot(rows), encoding="utf-8")


if __name__ == "__main__":
    main()
