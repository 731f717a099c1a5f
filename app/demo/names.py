"""Names for people who do not exist: first names from many places, surnames made up for this borough."""

from __future__ import annotations

import re
import unicodedata
from random import Random

_FIRST_NAMES = """
Aaliyah Abena Adebayo Agnieszka Ahmed Aisha Alice Amara Anastasia Andrei Angharad Anna Arjun Ayesha
Bartek Beatriz Bilal Blessing Callum Carys Catarina Charlotte Chidi Chloe Ciarán Dafydd Daniel Deepa
Denise Dilys Ebony Efe Eilidh Elena Eliza Emeka Emre Esi Esther Farah Fatima Femi Fiona Florin Folasade
Gareth George Grace Gulsen Gŵyn Gyasi Hamza Hana Harpreet Harriet Hassan Helen Hywel Ibrahim Ifeoma Imran
Ioana Isla Ivan Jack Jamal James Jasmin Javier Jerome Joanna Jordan José Joy Kacper Kamal Karen Kavita
Kemi Khadija Kofi Kwame Latoya Laura Leila Leon Liam Linh Lucia Łucja Mabel Magda Malik Manuel Maria
Marcus Margaret Mehmet Mei Michael Mohammed Nadia Naomi Nasreen Ngozi Nia Nikhil Noor Obinna Olga Oliver
Olumide Omar Owain Patrick Pawel Peter Precious Rachel Rahim Rajesh Rashida Reece Renée Rhys Roberta Rosa
Ruth Samira Samuel Sandra Sean Selma Shanice Shauna Simran Siobhán Siŵan Sofia Stephen Sunita Sukhdeep
Susan Tariq Temitope Teresa Thuy Tunde Tŷrone Uche Umar Vasile Veronica Victor Wanjiru Wendy William
Winston Xiu Yasmin Yetunde Yusuf Zainab Zara Zoë J E
"""
_SURNAME_STARTS = """
Adeyem Ahmad Akint Bayr Beg Bram Brindle Candle Chowd Cobble Dhil Dun Eken Elder Fern Fol Gill
Gosse Hass Haz Huss Ion Iqb Jab Jand Kal Kam Khan Kow Kwab Lark Lind Maj Mand Marl Mens Miah Moham
Moss Nowak Nwos Oak Okaf Okon Olad Osei Patel Pear Plum Pop Quill Rahm Reed Rowan Sal Saw Shah Silv
Singh Sorr Szym Tarq Thist Tide Tran Ugo Umber Vasq Wal Wen Wisn Yil Zam
"""
_SURNAME_ENDS = """
acre amoor anby bourne brook croft dene gate hurst lea light marsh mead mere mill mont ridge shaw stead stow
thorpe wade wick wold
"""
_AWKWARD_SURNAMES = """
O'Fernley O'Tidewell O'Mossgrave D'Alderbrook M'Bekwick Tŷ-Mawrdale Llŷnfab Dŵrgwyn ap-Hŵfael Gŵynmere E
O Ng-Brook al-Rahmanby van-der-Marsh Öztürkmere Łąkowick Ñandale St-Fern MacThistlewood
"""
_FIRST = _FIRST_NAMES.split()
_LAST_START = _SURNAME_STARTS.split()
_LAST_END = _SURNAME_ENDS.split()
_SPECIAL = _AWKWARD_SURNAMES.split()
_UNDECOMPOSED = str.maketrans({"Ł": "L", "ł": "l", "Ø": "O", "ø": "o", "đ": "d", "ß": "ss"})


def full_name(rng: Random) -> tuple[str, str]:
    """A first and a last name; one in thirty surnames is of a form that breaks careless software."""
    first = rng.choice(_FIRST)
    if rng.random() < 1 / 30:
        return first, rng.choice(_SPECIAL)
    last = rng.choice(_LAST_START) + rng.choice(_LAST_END)
    if rng.random() < 0.06:
        last = f"{last}-{rng.choice(_LAST_START)}{rng.choice(_LAST_END)}"
    return first, last


def mailbox(first_name: str, last_name: str) -> str:
    """The part of an e-mail address before the @, in plain letters.

    >>> mailbox("Siân", "O'Tŷ-Hafod")
    'sian.oty-hafod'
    """
    plain = unicodedata.normalize("NFKD", f"{first_name}.{last_name}".translate(_UNDECOMPOSED))
    return re.sub(r"[^a-z.-]", "", plain.lower())


class Mailboxes:
    """Gives every person an address of their own; the second namesake gets a 2."""

    def __init__(self) -> None:
        self._taken: dict[str, int] = {}

    def address(self, first_name: str, last_name: str, domain: str) -> str:
        """A new address at the domain; no domain, no address."""
        if not domain:
            return ""
        name = mailbox(first_name, last_name)
        number = self._taken[f"{name}@{domain}"] = self._taken.get(f"{name}@{domain}", 0) + 1
        return f"{name}{number if number > 1 else ''}@{domain}"
