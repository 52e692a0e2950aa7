"""What is too wide for a sheet: which words may be broken, and how a table is set."""

from __future__ import annotations

from xml.etree import ElementTree as ET
from xml.etree.ElementTree import Element

import pytest

from changebook.model.vocabulary import PaperSize
from changebook.paper import fitting
from changebook.paper.fitting import Sheet

HASH = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


PORTRAIT = Sheet()


def fitted(body: str, sheet: Sheet = PORTRAIT) -> tuple[Element, list[str]]:
    root = ET.fromstring(f"<html><body><section>{body}</section></body></html>")
    before = "".join(root.itertext())
    found = fitting.fit(root, sheet, {})
    assert "".join(root.itertext()) == before
    return root, [finding.words.partition("\n")[0] for finding in found]


def table(columns: int, text: str, rows: int = 2) -> str:
    row = "<tr>" + f"<td>{text}</td>" * columns + "</tr>"
    return f"<table><tbody>{row * rows}</tbody></table>"


def long(root: Element) -> list[str | None]:
    return [span.text for span in root.iter("span") if span.get("class") == "long"]


def classes(root: Element) -> list[str]:
    return [element.get("class", "") for element in root.iter() if element.get("class")]


@pytest.mark.parametrize(
    ("body", "broken"),
    [
        ("<p>Words of a usual length, and internationalisation.</p>", []),
        (f"<p>The digest {HASH} of it</p>", [HASH]),
        (f"<p>{HASH}</p>", [HASH]),
        (f"<p>a <b>b</b> {HASH} c {HASH} d</p>", [HASH, HASH]),
        ("<p>" + "支付网关在结算时会重新核对每一笔退款记录" * 9 + "</p>", []),
        (f"<p>摘要{HASH}如上</p>", [f"摘要{HASH}如上"]),
        (f"<svg><text>{HASH}</text></svg>", []),
    ],
)
def test_only_words_that_are_too_long_may_be_broken(body: str, broken: list[str]) -> None:
    assert long(fitted(body)[0]) == broken


@pytest.mark.parametrize(
    ("columns", "text", "expected"),
    [
        (3, "Words", []),
        (3, HASH, []),
        (7, "Acknowledged", ["table--small"]),
        (10, "Acknowledged", ["table--small", "turned"]),
        (24, "Acknowledged", ["table--smallest", "turned"]),
        (14, "是", []),
        (14, "客户在付款页面放弃了购物车", ["table--small", "turned"]),
    ],
)
def test_a_table_gets_the_first_way_that_fits(columns: int, text: str, expected: list[str]) -> None:
    root, _ = fitted(table(columns, text))
    assert sorted(name for name in classes(root) if name != "long") == expected


def test_columns_that_are_broken_keep_a_width_to_be_read_at() -> None:
    root, found = fitted(table(5, HASH))
    widths = {cell.get("style", "").partition("min-width:")[2] for cell in root.iter("td")} - {""}
    assert len(widths) == 1
    assert float(widths.pop().removesuffix("em")) > 9
    assert found == []


def test_a_table_that_is_too_wide_for_all_is_said() -> None:
    _, found = fitted(table(60, "Figures"))
    assert found == ["Figures"]


def test_a_sheet_on_its_side_is_not_turned() -> None:
    root, _ = fitted(table(14, "Acknowledged"), Sheet(PaperSize.LETTER, landscape=True))
    assert "turned" not in classes(root)


def test_a_turned_table_takes_its_headings_along() -> None:
    wide = table(14, "Acknowledged")
    root, _ = fitted(f"<p>Before.</p><h2>A</h2><h3>B</h3>{wide}<p>After.</p>")
    section = next(root.iter("section"))
    assert [element.tag for element in section] == ["p", "div", "p"]
    assert [element.tag for element in section[1]] == ["h2", "h3", "table"]


def test_a_turned_table_takes_its_note_along() -> None:
    wide = table(14, "Acknowledged")
    root, _ = fitted(f'<div class="admonition"><p>Note</p>{wide}</div>')
    turned = next(element for element in root.iter("div") if element.get("class") == "turned")
    assert [element.get("class") for element in turned] == ["admonition"]


def test_a_table_of_one_entry_is_kept_whole() -> None:
    assert "whole" in classes(fitted(table(2, "Words", rows=1))[0])
    assert "whole" not in classes(fitted(table(2, "Words", rows=2))[0])
    totals = '<tbody class="totals"><tr><th>Total</th><td>1</td></tr></tbody></table>'
    assert "whole" in classes(fitted(table(2, "Words", rows=1).replace("</table>", totals))[0])


def test_a_table_in_a_cell_is_part_of_its_cell() -> None:
    root, found = fitted(f"<table><tr><td>{table(8, 'Acknowledged')}</td></tr></table>")
    assert found == []
    assert "turned" not in classes(root)
