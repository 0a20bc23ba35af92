"""The desk's pages of machine translation: a person's line read, a reply translated, looked at, sent.

Promise: a machine translation is never sent unseen, is marked as one to both sides, and its original stays in the thread.
"""

from __future__ import annotations

from starlette.datastructures import FormData
from starlette.responses import Response

from content.compose import Asker
from desk.case_page import LONGEST_REPLY
from desk.cases import Case, CaseNotFound
from desk.insert import at_work_on, send
from desk.translate import TranslateError, Translator
from desk.web import Visit, problem, text


async def read_line(visit: Visit) -> Response:
    """A person's line in the caseworker's language."""
    translator = translator_of(visit)
    case = await visit.desk.cases.get(visit.request.path_params["case_id"])
    line = await visit.desk.cases.line(case.id, visit.request.path_params["line_id"])
    try:
        words = await translator.translate(line.words, line.language or case.language, visit.account.language)
    except TranslateError:
        words = ""
    return visit.html("translated_line.html", case=case, words=words)


async def preview(visit: Visit, fields: FormData) -> Response:
    """The reply in the person's language, and what that says when translated back."""
    translator = translator_of(visit)
    case = await at_work_on(visit)
    original = text(fields, "words", LONGEST_REPLY)
    translated, back = "", ""
    try:
        if original:
            translated = await translator.translate(original, visit.account.language, case.language)
            back = await translator.translate(translated, case.language, visit.account.language)
    except TranslateError:
        back = ""
    return visit.html("translated_reply.html", case=case, original=original, translated=translated, back=back)


async def send_translation(visit: Visit, fields: FormData) -> Response:
    translator_of(visit)
    case = await visit.desk.cases.get(visit.request.path_params["case_id"])
    translated, original = text(fields, "translated", LONGEST_REPLY), text(fields, "original", LONGEST_REPLY)
    if not translated:
        return problem(visit.desk.pages, visit.speech, "bad_request", 400, visit=visit, words=original)
    about = {"machine": "1", "meaning": original, "meaning_language": visit.account.language}
    return await send(visit, case, fields, f"{translated}\n\n{mark(visit, case)}".strip(), case.language, about)


def mark(visit: Visit, case: Case) -> str:
    """What tells the person, in their language, that a machine translated this."""
    asker = Asker.from_metadata({"language": case.language})
    return visit.desk.composer.say(asker, "answer.unreviewed") if visit.desk.composer else ""


def translator_of(visit: Visit) -> Translator:
    if visit.desk.translator is None:
        raise CaseNotFound("no translator")
    return visit.desk.translator
