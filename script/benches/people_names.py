# ruff: noqa: E501 - the names of one kind stay on one line
"""Names as unevenly common as people's are, of many cultures and scripts, the same for the same seed."""

from __future__ import annotations

from bisect import bisect
from dataclasses import dataclass
from itertools import accumulate
from random import Random

_RARE = 0.22
_SKEW = 0.85


@dataclass(frozen=True)
class Culture:
    """What a country's people are called: common names first, and syllables that rare ones are made of."""

    share: int
    country: str
    calling_code: str
    given: str
    family: str
    syllables: str
    endings: str
    places: str
    space: str = " "
    family_first: bool = False


CULTURES = (
    Culture(
        22, "GB", "44",
        "James Oliver Mary George Sarah Emily Jack Harry Amelia Sophie Robert Thomas William Charlotte Emma David Ruth Alan Peter Helen Claire Stephen Karen Andrew Paul Susan Janet Martin Graham Fiona",
        "Smith Jones Taylor Brown Williams Wilson Johnson Davies Robinson Wright Thompson Evans Walker White Roberts Green Hall Wood Jackson Clarke Patel Khan Lewis James Phillips Mason Mitchell Rose Davis Cooper Whitfield McDonald O’Brien O’Connor MacLeod",
        "ash bar cal don el fen gar hal ir ken lan mor nor pen ros stan thor win wal hed car brad chat ell",
        "ton ley ford ham wick field wood worth by bourne stone well man son shaw croft brook dale",
        "London Leeds York Bristol Cardiff Glasgow Oxford Norwich Exeter Durham",
    ),
    Culture(
        13, "ES", "34",
        "Maria Jose Antonio Carmen Manuel Ana Francisco Laura Juan Isabel Javier Lucia Carlos Marta Miguel Elena Alejandro Pilar Rafael Rosa Daniel Cristina Pablo Sofia",
        "Garcia Rodriguez Gonzalez Fernandez Lopez Martinez Sanchez Perez Gomez Martin Jimenez Ruiz Hernandez Diaz Moreno Muñoz Alvarez Romero Alonso Gutierrez Navarro Torres Dominguez Vazquez Ramos Gil Ramirez Serrano Blanco Molina Núñez",
        "al ber cas del es fer gon her iz lar mon nav or pal que ro sal tor val zu ar ba go men",
        "ez es ado ano era illo ares osa anda ero eda ona",
        "Madrid Sevilla Valencia Bilbao Granada Murcia Toledo",
    ),
    Culture(
        13, "DE", "49",
        "Thomas Anna Michael Julia Andreas Sabine Stefan Petra Jürgen Ursula Wolfgang Monika Klaus Renate Markus Heike Lukas Lena Jörg Käthe Günter Björn",
        "Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Schäfer Koch Bauer Richter Klein Wolf Schröder Neumann Schwarz Zimmermann Braun Krüger Hofmann Hartmann Lange Köhler König Jäger Groß Weiß",
        "ber dorn ei fal grun hau kel lind mar neu ober rei schel stein tau ul wal zim brand eck",
        "mann berg er hardt meier feld bach ert ling stedt hauer sen",
        "Berlin Hamburg München Köln Leipzig Münster Düsseldorf",
    ),
    Culture(
        10, "FR", "33",
        "Jean Marie Pierre Nathalie Michel Isabelle Philippe Sylvie Camille Léa Hugo Chloé Louis Jean-Pierre Anne-Marie François Hélène",
        "Martin Bernard Dubois Thomas Robert Richard Petit Durand Leroy Moreau Simon Laurent Lefèvre Michel Garcia David Bertrand Roux Vincent Fournier Morel Girard André Mercier Dupont Lambert Bonnet François",
        "beau char du fon gau la mar mon pel roc sau tre val vi bou cha des guil",
        "ard eau et ier in lard nier ot rand tel ville ois",
        "Paris Lyon Nantes Lille Bordeaux Nice",
    ),
    Culture(
        8, "PL", "48",
        "Anna Piotr Krzysztof Katarzyna Andrzej Małgorzata Tomasz Agnieszka Paweł Ewa Michał Łukasz Zofia Stanisław",
        "Nowak Kowalski Wiśniewski Wójcik Kowalczyk Kamiński Lewandowski Zieliński Szymański Woźniak Dąbrowski Kozłowski Jankowski Mazur Kwiatkowski",
        "bar cho dob gor jan kac lis mal nie ol paw rut sob tom wil zab bro kra",
        "ski cki czyk wicz ak ek owski iński ewicz ka",
        "Warszawa Kraków Łódź Gdańsk Poznań",
    ),
    Culture(
        8, "IT", "39",
        "Giuseppe Maria Giovanni Anna Antonio Francesca Mario Giulia Luca Sara Marco Chiara Paolo Elena",
        "Rossi Russo Ferrari Esposito Bianchi Romano Colombo Ricci Marino Greco Bruno Gallo Conti De Luca Costa Giordano Mancini Rizzo Lombardi Moretti D’Angelo",
        "bal can del fer gal lom mar nar pal riz san tar ver zan bor cor",
        "ini etti one elli ato ese ani ucci ari",
        "Roma Milano Napoli Torino Bologna",
    ),
    Culture(
        7, "TR", "90",
        "Mehmet Ayşe Mustafa Fatma Ahmet Emine Ali Hatice Hüseyin Zeynep Yusuf Elif",
        "Yılmaz Kaya Demir Şahin Çelik Yıldız Yıldırım Öztürk Aydın Özdemir Arslan Doğan Kılıç Aslan Çetin",
        "ak bal can der er gül kar öz sar tas yal kor",
        "oğlu kan maz er lı demir taş türk soy",
        "İstanbul Ankara İzmir Bursa",
    ),
    Culture(
        6, "IN", "91",
        "Priya Rahul Anjali Amit Neha Vijay Sunita Rajesh Pooja Sanjay Deepa Arjun",
        "Sharma Singh Kumar Patel Gupta Reddy Nair Iyer Das Joshi Mehta Shah Rao Verma Chatterjee",
        "ban cha dev gan har jay kri man nar pra raj sri ven bha",
        "an kar pal nath esh ani war swamy murthy",
        "Mumbai Delhi Pune Chennai",
    ),
    Culture(
        4, "UA", "380",
        "Олександр Марія Іван Ольга Сергій Наталія Андрій Анна Дмитро Тетяна Семён Юлія",
        "Шевченко Мельник Коваленко Бондаренко Ткаченко Іванов Петров Кравченко Олійник Ковальчук Поліщук Каренина",
        "бон гри дем зах кир лев мар ник пав ром сав тка фед чер",
        "енко ук чук ов ова ин ський як",
        "Київ Львів Одеса Харків",
    ),
    Culture(
        2, "GR", "30",
        "Γιώργος Μαρία Δημήτρης Ελένη Κώστας Κατερίνα Νίκος Άννα",
        "Παπαδόπουλος Παππάς Καραγιάννης Βλάχος Ιωάννου Οικονόμου Νικολάου Γεωργίου",
        "αθαν βασ γιαν δημ ευαγ θεοδ κων μαρ παν στεφ",
        "ίδης όπουλος άκης ιάδης ας ου",
        "Αθήνα Πάτρα Βόλος",
    ),
    Culture(
        3, "EG", "20",
        "محمد أحمد فاطمة علي عائشة حسن مريم إبراهيم يوسف خديجة",
        "الأحمد حسين المصري السيد عبدالله منصور الخطيب حداد النجار سالم",
        "رش كر بد نص سم جم فر عم زك حم",
        "ان ي اوي ين ون ات",
        "القاهرة الجيزة",
    ),
    Culture(
        1, "IL", "972",
        "דוד שרה משה רחל יוסף מרים נועה אורי",
        "כהן לוי מזרחי פרץ ביטון פרידמן אברהם אזולאי",
        "גול רוז ברק שמ אל בן דב",
        "ברג מן שטיין סקי וביץ",
        "חיפה ירושלים",
    ),
    Culture(
        2, "CN", "86",
        "伟 芳 娜 小明 秀英 敏 静 丽 强 磊 军 洋 勇 艳 杰 小红 建国 志强",
        "王 李 张 刘 陈 杨 黄 赵 吴 周 徐 孙 马 朱",
        "欧 上 司 诸", "阳 官 马 葛", "北京 上海", space="", family_first=True,
    ),
    Culture(
        1, "JP", "81",
        "太郎 花子 健 美咲 翔 陽菜 さくら ひろし",
        "佐藤 鈴木 高橋 田中 伊藤 渡辺 山本 中村 小林 加藤 山田",
        "大 小 中 上 東 西 北 南", "川 島 野 村 沢 原 木 田", "東京 大阪", space=" ", family_first=True,
    ),
)  # fmt: skip
_STREETS = [
    "High",
    "Station",
    "Church",
    "Park",
    "Mill",
    "Orchard",
    "Bridge",
    "Market",
    "Garden",
    "School",
    "Hill",
    "Lake",
    "River",
    "Forest",
    "Castle",
]


@dataclass(frozen=True)
class Person:
    """Somebody: names, country, calling code and an address."""

    given: str
    family: str
    display_name: str
    country: str
    calling_code: str
    place: str
    address: str


class Crowd:
    """People drawn one by one."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)
        self._shares = list(accumulate(culture.share for culture in CULTURES))
        self._given = [_skewed(culture.given) for culture in CULTURES]
        self._family = [_skewed(culture.family) for culture in CULTURES]
        self._parts = [(culture.syllables.split(), culture.endings.split()) for culture in CULTURES]
        self._places = [culture.places.split() for culture in CULTURES]

    def draw(self) -> Person:
        """The next one."""
        roll = self._random.random
        at = bisect(self._shares, roll() * self._shares[-1])
        culture = CULTURES[at]
        given, family = self._pick(self._given[at]), self._pick(self._family[at])
        if roll() < _RARE:
            family = self._rare(at)
        if culture.country == "ES" or roll() < 0.02:
            family += f" {self._pick(self._family[at])}"
        names = (family, given) if culture.family_first else (given, family)
        places = self._places[at]
        place = places[int(roll() * roll() * len(places))]
        street = _STREETS[int(roll() * len(_STREETS))]
        return Person(
            given,
            family,
            culture.space.join(names),
            culture.country,
            culture.calling_code,
            place,
            f"{int(roll() * 180) + 1} {street} Street\n{place}",
        )

    def _pick(self, names: tuple[list[str], list[float]]) -> str:
        return names[0][bisect(names[1], self._random.random() * names[1][-1])]

    def _rare(self, at: int) -> str:
        syllables, endings = self._parts[at]
        roll = self._random.random
        count = 1 + (roll() < 0.9) + (roll() < 0.45)
        name = "".join(syllables[int(roll() * len(syllables))] for _ in range(count))
        return (name + endings[int(roll() * len(endings))]).capitalize()


def _skewed(names: str) -> tuple[list[str], list[float]]:
    words = names.split()
    return words, list(accumulate((rank + 1) ** -_SKEW for rank in range(len(words))))
