"""Actions for the rest of a conversation: greetings, language, privacy, deletion."""

from __future__ import annotations

from babel import Locale

from actions.action import ReplyAction
from actions.turn import Turn
from content.compose import AUTONYMS, Asker, Composer
from content.model import LANGUAGES
from content.phrases import locale_for
from content.reply import Reply

SPOKEN = ("greet", "goodbye", "thanks", "affirm", "deny", "bot_challenge")


class ActionDialogue(ReplyAction):
    """Greetings, thanks and the like."""

    action_name = "action_dialogue"

    async def reply(self, turn: Turn) -> Reply:
        return self.composer.dialogue(turn.id if turn.id in SPOKEN else "greet", turn.asker)


class ActionMenu(ReplyAction):
    """What the assistant can do, with the topics."""

    action_name = "action_menu"

    async def reply(self, turn: Turn) -> Reply:
        return self.composer.dialogue("help", turn.asker)


class ActionChangeLanguage(ReplyAction):
    """Switches at once when the language is named; else offers all."""

    action_name = "action_change_language"

    def __init__(self, composer: Composer) -> None:
        super().__init__(composer)
        self.names = language_names()

    async def reply(self, turn: Turn) -> Reply:
        wanted = self.named(turn.words)
        if wanted is None:
            return self.composer.languages(turn.asker)
        asker = Asker(wanted, turn.asker.region, turn.asker.status)
        reply = self.composer.phrase(asker, "language.set")
        return Reply(reply.text, wanted, "dialogue", reply.buttons, {"language": wanted})

    def named(self, words: str) -> str | None:
        """The one language of ours named in these words; None when there is none or more than one."""
        text = words.casefold()
        found = {code for name, code in self.names.items() if name in text}
        return found.pop() if len(found) == 1 else None


class ActionPrivacy(ReplyAction):
    """Who reads this, what is stored."""

    action_name = "action_privacy"

    async def reply(self, turn: Turn) -> Reply:
        return self.composer.privacy(turn.asker)


class ActionDelete(ReplyAction):
    """Asks once; the bot deletes when the button is pressed."""

    action_name = "action_delete"

    async def reply(self, turn: Turn) -> Reply:
        return self.composer.delete(turn.asker)


def language_names() -> dict[str, str]:
    """Our languages' names in each of our languages, lower case, to their code (source: CLDR by Babel)."""
    names = {AUTONYMS[code].partition(" /")[0].casefold(): code for code in LANGUAGES}
    for speaker in LANGUAGES:
        known = Locale.parse(locale_for(speaker).language).languages
        names |= {str(known[code]).casefold(): code for code in LANGUAGES if code in known}
    return names | {"dari": "fa", "دری": "fa", "farsi": "fa", "kurmanji": "ku", "kurmancî": "ku", "kurmanci": "ku"}
