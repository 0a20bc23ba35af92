"""Aliases: what the desk calls a person, since it does not know the name.

Promise: an alias is drawn by chance, says nothing about the person, and is easy to say on the telephone.
"""

from __future__ import annotations

import secrets

COLOUR_WORDS = (
    "Amber Azure Black Blue Bronze Brown Copper Coral Cream Crimson Golden Green Grey Indigo Ivory Jade Lilac Lime Maroon "
    "Navy Olive Orange Pearl Pink Purple Red Rose Ruby Silver Teal Violet White"
)
BIRD_WORDS = (
    "Avocet Bittern Blackbird Bluetit Bunting Buzzard Chaffinch Coot Cormorant Crane Crow Cuckoo Curlew Dove Dunlin Eagle "
    "Egret Eider Falcon Finch Gannet Godwit Goldfinch Goose Grebe Gull Harrier Heron Hoopoe Ibis Jackdaw Jay Kestrel "
    "Kingfisher Kite Lapwing Lark Linnet Magpie Martin Moorhen Nightingale Nuthatch Oriole Osprey Owl Partridge Pelican "
    "Pigeon Pipit Plover Quail Raven Redstart Robin Siskin Skylark Sparrow Spoonbill Starling Stork Swallow Swan Swift Teal "
    "Tern Thrush Wagtail Warbler Wigeon Woodpecker Wren"
)
COLOURS = COLOUR_WORDS.split()
BIRDS = BIRD_WORDS.split()
CANDIDATES = 6


def candidates() -> list[str]:
    """A few aliases to try in turn; the last is long enough never to be taken."""
    short = [f"{pair()} {secrets.randbelow(98) + 2}" for _ in range(CANDIDATES)]
    return [*short, f"{pair()} {secrets.randbelow(10**6) + 1000}"]


def pair() -> str:
    return f"{secrets.choice(COLOURS)} {secrets.choice(BIRDS)}"
