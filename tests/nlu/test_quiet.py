import logging

from nlu.quiet import QuietFormatter, hide, kinds_and_lines, only_the_name


def formatted(message: str, error: BaseException | None = None) -> str:
    exc_info = (type(error), error, error.__traceback__) if error else None
    record = logging.LogRecord("rasa", logging.ERROR, __file__, 1, message, (), exc_info)
    return QuietFormatter("%(message)s").format(record)


def test_the_words_under_way_are_blotted_out():
    hide("my Secret illness")
    try:
        assert formatted("parsed 'my secret Illness' as housing") == "parsed 'my … …' as housing"
    finally:
        hide("")


def test_an_exception_shows_its_kind_and_lines_but_not_its_words():
    try:
        try:
            int("secret")
        except ValueError as error:
            raise RuntimeError("about a secret") from error
    except RuntimeError as error:
        line = formatted("failed", error)
        assert "secret" not in line
        assert "RuntimeError at" in line
        assert "ValueError at" in line
        assert "test_quiet.py" in kinds_and_lines(error)


def test_a_structured_event_keeps_its_name_only():
    line = only_the_name(None, "info", {"event": "processor.message.parse", "text": "secret", "level": "info"})
    assert line == "processor.message.parse level=info"
