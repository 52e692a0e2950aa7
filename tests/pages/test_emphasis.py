"""Emphasis beside Chinese, Japanese and Korean, after the cases of markdown-cjk-friendly."""

from __future__ import annotations

import pytest

from changebook.model.cjk import is_cjk, join
from changebook.model.words import Words
from changebook.pages.bodies import render

ENGLISH = Words("en")


def html(text: str) -> str:
    return render(text, ENGLISH).html


@pytest.mark.parametrize(
    ("text", "bold"),
    [
        ("付款**成功。**请查收", "成功。"),
        ("请参阅**[合同](https://a.example)**后签字", "合同"),
        ("请运行**`build`**再部署", "build"),
        ("价格是**¥10,000**整", "¥10,000"),
        ("选择**④**即可", "④"),
        ("他说**“好的”**然后走了", "“好的”"),
        ("他说**「好的」**然后走了", "「好的」"),
        ('他说**"OK"**然后走了', '"OK"'),
        ("**C#**和其他", "C#"),
        ("编号**００１号**生效", "００１号"),
        ("これは**重要です。**だから", "重要です。"),
        ("**製品（新）**をお試しください", "製品（新）"),
        ("**링크(link)**만을", "링크(link)"),
        ("**`npm publish`**를 실행", "npm publish"),
        ("**⻲（龟）**部", "⻲（龟）"),
        ("𩸽**(a)**𩸽", "(a)"),
        ("葛\U000e0100**(a)**乙", "(a)"),
        ("a**〽**a", "〽"),
        ("a**㊙**a", "㊙"),
        ("“\ufe01**a。**b", "a。"),
    ],
)
def test_bold(text: str, bold: str) -> None:
    assert f">{bold}</" in html(text)
    assert "**" not in html(text)
    assert "<strong>" in html(text)


@pytest.mark.parametrize(
    "text", ["a**a«**a", "a**»a**a", "a**a∇**a", "a**😀)**a", "甲 ** 乙 ** 丙", "** 甲**", "a_乙_b"]
)
def test_what_is_no_emphasis_stays_none(text: str) -> None:
    assert "<strong>" not in html(text)
    assert "<em>" not in html(text)


@pytest.mark.parametrize("character", "甲あ한、。（「！Ａｱ㊙〽𠮷㈠")
def test_cjk(character: str) -> None:
    assert is_cjk(character)


@pytest.mark.parametrize("character", "aé.“”—…😀⌚🀄ж")
def test_not_cjk(character: str) -> None:
    assert not is_cjk(character)


@pytest.mark.parametrize(
    ("before", "after", "between"),
    [
        ("甲", "乙", ""),
        ("，", "乙", ""),
        ("批准”", "乙", ""),
        ("甲", "“乙", ""),
        ("甲——", "乙", ""),
        ("甲", "a", " "),
        ("1", "乙", " "),
        ("한", "국", " "),
        ("”", "a", " "),
        ("a", "b", " "),
    ],
)
def test_what_stands_for_a_line_break(before: str, after: str, between: str) -> None:
    assert join(before, after) == between
