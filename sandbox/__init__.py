"""The sandbox: a stand-in for Telegram's Bot API, with a chat page, for trying and testing the bot without a token.

Promise: what Telegram would refuse, the sandbox refuses, in Telegram's words. It imports no other room.
"""
