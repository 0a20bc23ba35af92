"""Inserting: FAQ answers and phrases, chosen in the caseworker's language, sent in the person's.

Promise: the caseworker sees both texts side by side before anything is sent, and which language the person gets.
"""

from __future__ import annotations

from collections.abc import Mapping

from starlette.datastructures import FormData
from starlette.responses import Response

from content.compose import Asker
from content.model import Entry, Text
from desk.case_page import once, refuse_not_held, sent
from desk.cases import Case, CaseNotFound, NotHeld
from desk.phrasebook import Phrase, SlotError
from desk.web import Visit, text


async def choose(visit: Visit) -> Response:
    """Entries and phrases that hold the words; without words the entries the bot thought of, and all phrases."""
    case = await at_work_on(visit)
    words = visit.request.query_params.get("words", "")[:80].strip()
    entries = found(visit, words) if words else await likely(visit, case)
    groups = visit.desk.phrasebook.groups(visit.account.language, words)
    return visit.html("insert.html", case=case, words=words, entries=entries, groups=groups)


async def at_work_on(visit: Visit) -> Case:
    """The case of this page; choosing what to send is work, so whoever holds it keeps it."""
    case_id = visit.request.path_params["case_id"]
    await visit.desk.cases.renew(case_id, visit.account.name)
    return await visit.desk.cases.get(case_id)


def found(visit: Visit, words: str) -> list[Entry]:
    return visit.desk.search.entries(words, visit.account.language) if visit.desk.search else []


async def likely(visit: Visit, case: Case) -> list[Entry]:
    """What the bot thought of last, best first."""
    if visit.desk.composer is None:
        return []
    thought = [case.entry or ""]
    for line in reversed(await visit.desk.cases.thread(case.id)):
        thought += [line.about.get("entry") or line.about.get("id", ""), *line.about.get("runner_ups", "").split(",")]
    known = visit.desk.composer.content.entries
    return [known[entry_id] for entry_id in dict.fromkeys(thought) if entry_id in known][:5]


# --- an FAQ entry


async def show_entry(visit: Visit) -> Response:
    case = await at_work_on(visit)
    entry_id = visit.request.path_params["entry_id"]
    ours, theirs, written = answers(visit, case, entry_id)
    return visit.html("insert_entry.html", case=case, entry=entry_id, ours=ours, theirs=theirs, written=written)


async def send_entry(visit: Visit, fields: FormData) -> Response:
    case = await visit.desk.cases.get(visit.request.path_params["case_id"])
    entry_id = text(fields, "entry", 100)
    _, theirs, written = answers(visit, case, entry_id)
    return await send(visit, case, fields, theirs, written.language, {"entry": entry_id})


def answers(visit: Visit, case: Case, entry_id: str) -> tuple[str, str, Text]:
    """The answer in the caseworker's language and in the person's, for their region and status; what it is of."""
    composer = visit.desk.composer
    if composer is None or entry_id not in composer.content.entries:
        raise CaseNotFound(entry_id)
    ours, theirs = (Asker(code, case.region, case.status) for code in (visit.account.language, asked_in(case)))
    written = composer.content.entries[entry_id].text_for(theirs.language) or Text(theirs.language)
    return composer.answer(entry_id, ours).text, composer.answer(entry_id, theirs).text, written


def asked_in(case: Case) -> str:
    """The person's language when it is one of ours."""
    return Asker.from_metadata({"language": case.language}).language


# --- a phrase


async def show_phrase(visit: Visit) -> Response:
    """Its slots to fill in; both texts once they are."""
    case = await at_work_on(visit)
    phrase = phrase_of(visit, visit.request.path_params["phrase"])
    values = {"caseworker": visit.account.shown_name, **visit.request.query_params}
    ours, theirs, missing = "", "", ""
    try:
        ours, theirs = both(visit, case, phrase, values)
    except SlotError as error:
        missing = error.slot if visit.request.query_params else ""
    shown = {"phrase": phrase, "values": values, "ours": ours, "theirs": theirs, "missing": missing}
    name = "insert_phrase_texts.html" if "preview" in values else "insert_phrase.html"
    return visit.html(name, case=case, spoken=phrase.language_for(case.language), **shown)


async def send_phrase(visit: Visit, fields: FormData) -> Response:
    case = await visit.desk.cases.get(visit.request.path_params["case_id"])
    phrase = phrase_of(visit, text(fields, "phrase", 100))
    values = {name: text(fields, name, 200) for name in phrase.slots}
    try:
        ours, theirs = both(visit, case, phrase, values)
    except SlotError as error:
        shown = {"phrase": phrase, "values": values, "ours": "", "theirs": "", "missing": error.slot}
        return visit.html("insert_phrase.html", 400, case=case, spoken=phrase.language_for(case.language), **shown)
    about = {"phrase": phrase.key, "meaning": ours, "meaning_language": phrase.language_for(visit.account.language)}
    return await send(visit, case, fields, theirs, phrase.language_for(case.language), about)


def both(visit: Visit, case: Case, phrase: Phrase, values: Mapping[str, str]) -> tuple[str, str]:
    return phrase.filled(visit.account.language, values), phrase.filled(case.language, values)


def phrase_of(visit: Visit, key: str) -> Phrase:
    if (phrase := visit.desk.phrasebook.phrases.get(key)) is None:
        raise CaseNotFound(key)
    return phrase


async def send(visit: Visit, case: Case, fields: FormData, words: str, language: str, about: Mapping[str, str]) -> Response:
    try:
        await visit.desk.cases.reply(case.id, visit.account.name, words, language=language, about=about, key=once(fields))
    except NotHeld:
        return await refuse_not_held(visit, "")
    await visit.note("replied", case.id)
    return sent(visit, case.id)
