"""A small content folder that tests can break."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from content.compose import Composer, House
from content.hours import parse_hours
from content.load import load_content
from content.phrases import load_phrases

ENTRY = """\
verified_on: 2026-11-22
review_by: 2027-05-22
sources:
  - title: Rent
    url: https://www.example.be/rent
    read_on: 2026-11-22
services: [helper]
related: [housing/lease]
"""
ENGLISH = """\
title: Deposit
answer: |
  The deposit is at most 3 months of rent.
by_region:
  flanders: |
    In Flanders, ask within 3 months.
  brussels: |
    In Brussels, it is 2 months.
by_status:
  applicant: |
    You are an applicant: ask your centre.
goes_wrong: |
  Refused? Write to the court at example.be.
questions:
  - How do I get my deposit back from the landlord?
  - deposit help
"""
ARABIC = """\
title: التأمين
translation:
  of: old
  by: machine
  reviewed_by:
answer: |
  التأمين هو 3 أشهر إيجار على الأكثر.
by_region:
  flanders: |
    في فلاندر اطلب خلال 3 أشهر.
  brussels: |
    في بروكسل 2 شهر.
by_status:
  applicant: |
    أنت طالب لجوء: اسأل المركز.
goes_wrong: |
  رفض؟ اكتب إلى المحكمة example.be
questions:
  - كيف استرجع التأمين من صاحب البيت
"""
SERVICE = """\
name: Helper
does: Helps.
for: Everybody.
regions: [flanders]
contact:
  telephone: "02 123 45 67"
source:
  title: Contact
  url: https://helper.be
  read_on: 2026-11-22
checked: true
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "content"
    for name, text in {
        "faq/housing/deposit/entry.yml": ENTRY,
        "faq/housing/deposit/en.yml": ENGLISH,
        "faq/housing/deposit/ar.yml": ARABIC,
        "faq/housing/lease/entry.yml": ENTRY.replace("related: [housing/lease]\n", ""),
        "faq/housing/lease/en.yml": "title: Lease\nanswer: |\n  It is in writing.\nquestions:\n  - my contract\n",
        "crisis/suicide/en.yml": "title: Danger\nanswer: |\n  Call 112 now.\nquestions:\n  - I want to die\n",
        "crisis/near_misses/en.yml": "questions:\n  - my phone died\n",
        "dialogue/thanks/en.yml": "questions:\n  - thank you\n",
        "services/helper.yml": SERVICE,
    }.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


@pytest.fixture
def composer(folder: Path) -> Composer:
    hours = parse_hours("Mon-Fri 09:00-17:00")
    house = House("Convivial", hours, timedelta(minutes=60), timedelta(hours=24), timedelta(days=30))
    return Composer(load_content(folder), load_phrases(Path("content"), "bot"), house)
