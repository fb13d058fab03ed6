"""Makes instructions.json: 1,100 instructions with answers, most of which a program can verify.

Each family of tasks (opposites, sums, sorting, rewriting, ...) is a hand-written table of facts and
a few hand-written phrasings; the rows take the phrasings in turn. Arithmetic, counting, sorting and
reversing are computed. Whatever has no single right answer (explanations, polite rewrites, one
sentence about something) is written out at the end and marked "free".

Each entry has "instruction", "input", "output" as in the course's data, and "check", the way to
verify an answer:
    exact     it equals the output, case and punctuation included
    one_of    it equals a text in "accept" (first the output), whatever its case and full stop
    contains  a text in "accept" occurs in it as whole words, whatever its case
    number    the last number in it is the last number in the output
    free      a reader has to judge
Several texts in "accept" are separated by " | ".

In:      the tables below
Out:     instructions.json beside this file, spread so that any longer slice holds every family
Run:     python assets/make_instructions.py
"""

import json
import re
from collections.abc import Iterable, Sequence
from itertools import cycle
from pathlib import Path
from random import Random

SEED = 1837

Entry = dict[str, str]
Row = dict[str, str]
Phrasing = tuple[str, str, str]
"""Instruction, input and output, with the fields of a row in braces."""

# ------------------------------------------------------------------- from tables to entries


def rows(fields: str, table: str) -> list[Row]:
    """One row for each line of a table; cells end in semicolons, indented lines continue a row."""
    names = fields.split()
    cells = [line.split(";") for line in re.split(r"\n(?! )", table.strip())]
    return [dict(zip(names, (" ".join(c.split()) for c in row), strict=True)) for row in cells]


def pairs(table: str) -> list[Row]:
    """Rows of a word and its answer, from "hot=cold, big=small|little"."""
    entries = [pair.split("=") for pair in table.replace("\n", " ").split(",")]
    return [{"word": word.strip(), "answer": answer.strip()} for word, answer in entries]


def fill(template: str, row: Row) -> str:
    """The template with its fields; {Field} is the field with a capital first letter."""
    capitals = {name.capitalize(): text[:1].upper() + text[1:] for name, text in row.items()}
    return template.format(**row, **capitals)


def entry(phrasing: Phrasing, row: Row, check: str, accept: Sequence[str] = ()) -> Entry:
    """One entry in the schema of the file."""
    instruction, text, output = (fill(part, row) for part in phrasing)
    made = {"instruction": instruction, "input": text, "output": output, "check": check}
    return {**made, "accept": " | ".join(accept)} if accept else made


def told(table: list[Row], check: str, *phrasings: Phrasing) -> list[Entry]:
    """Entries whose whole output is verified in one way: exact, number or free."""
    turns = cycle(phrasings)
    return [entry(phrasing, row, check) for row, phrasing in zip(table, turns, strict=False)]


def known(table: list[Row], *phrasings: Phrasing) -> list[Entry]:
    """Entries whose answer is a word: alone it has to be equal, in a sentence it has to occur."""
    made = []
    for row, phrasing in zip(table, cycle(phrasings), strict=False):
        answers = row["answer"].split("|")
        row = {**row, "answer": answers[0]}
        if phrasing[2] != "{answer}":
            made.append(entry(phrasing, row, "contains", answers))
        elif len(answers) > 1:
            made.append(entry(phrasing, row, "one_of", answers))
        else:
            made.append(entry(phrasing, row, "exact"))
    return made


def chosen(table: list[Row], *phrasings: Phrasing) -> list[Entry]:
    """Entries whose answer is named in the question: its sentence or the bare answer counts."""
    made = []
    for row, phrasing in zip(table, cycle(phrasings), strict=False):
        if phrasing[2] == "{answer}":
            made.append(entry(phrasing, row, "exact"))
        else:
            made.append(entry(phrasing, row, "one_of", [fill(phrasing[2], row), row["answer"]]))
    return made


def with_article(noun: str) -> str:
    """The noun after "a" or "an", by its first letter."""
    return ("an " if noun[0] in "aeiou" else "a ") + noun


# ---------------------------------------------------------------------- words and their forms

OPPOSITES = """
hot=cold, big=small|little, old=young|new, long=short, fast=slow, happy=sad|unhappy,
open=closed|shut, early=late, full=empty, heavy=light, wet=dry, clean=dirty, loud=quiet|soft,
strong=weak, rich=poor, near=far, high=low, hard=soft|easy, thick=thin, wide=narrow, deep=shallow,
bright=dark|dim|dull, brave=cowardly|timid|fearful, kind=unkind|cruel|mean, sharp=blunt|dull,
sweet=sour|bitter, smooth=rough, first=last, day=night, left=right, always=never,
begin=end|stop|finish, laugh=cry|weep, push=pull, win=lose, buy=sell, remember=forget,
friend=enemy, true=false, safe=dangerous|unsafe, awake=asleep, cheap=expensive|dear,
inside=outside, above=below|under, arrive=leave|depart
"""

PLURALS = """
dog=dogs, box=boxes, bus=buses, fox=foxes, dish=dishes, brush=brushes, church=churches,
berry=berries, city=cities, puppy=puppies, story=stories, baby=babies, lady=ladies, leaf=leaves,
knife=knives, wolf=wolves, shelf=shelves, thief=thieves, loaf=loaves, man=men, woman=women,
child=children, foot=feet, tooth=teeth, goose=geese, mouse=mice, ox=oxen, hero=heroes,
potato=potatoes, tomato=tomatoes, key=keys, toy=toys, day=days, monkey=monkeys, piano=pianos,
glass=glasses, peach=peaches, calf=calves
"""

PASTS = """
go=went, see=saw, run=ran, eat=ate, drink=drank, write=wrote, take=took, give=gave, come=came,
find=found, think=thought, buy=bought, bring=brought, catch=caught, teach=taught, sing=sang,
swim=swam, begin=began, fly=flew, grow=grew, know=knew, throw=threw, draw=drew, break=broke,
speak=spoke, choose=chose, steal=stole, ride=rode, drive=drove, hide=hid, fall=fell, feel=felt,
keep=kept, sleep=slept, leave=left, build=built, send=sent, stand=stood, hear=heard, stop=stopped
"""

COMPARATIVES = """
big; bigger; biggest
small; smaller; smallest
tall; taller; tallest
hot; hotter; hottest
cold; colder; coldest
young; younger; youngest
long; longer; longest
fast; faster; fastest
thin; thinner; thinnest
happy; happier; happiest
heavy; heavier; heaviest
easy; easier; easiest
early; earlier; earliest
wet; wetter; wettest
large; larger; largest
brave; braver; bravest
wide; wider; widest
good; better; best
bad; worse; worst
strong; stronger; strongest
deep; deeper; deepest
bright; brighter; brightest
funny; funnier; funniest
noisy; noisier; noisiest
careful; more careful; most careful
beautiful; more beautiful; most beautiful
"""

SYNONYMS = """
big; large, quick or wet; large
small; little, loud or warm; little
fast; heavy, quick or round; quick
happy; cold, tall or glad; glad
begin; start, sleep or fall; start
shut; close, carry or paint; close
shout; whisper, yell or listen; yell
tired; weary, hungry or clever; weary
sick; ill, rich or brave; ill
smart; slow, clever or thirsty; clever
silent; bright, early or quiet; quiet
angry; cross, soft or sleepy; cross
jump; leap, crawl or sing; leap
present; gift, road or window; gift
road; river, street or roof; street
boat; wagon, ship or bridge; ship
forest; wood, desert or field; wood
scared; afraid, proud or polite; afraid
speak; talk, walk or drink; talk
choose; pick, lose or hide; pick
repair; mend, break or borrow; mend
strange; odd, common or sweet; odd
"""

ARTICLES = (
    "apple owl orange umbrella egg elephant hour uncle"
    " banana horse university garden uniform window bridge"
)

PARTS_OF_SPEECH = """
The dog barks loudly.; barks; verb
My sister painted the fence.; painted; verb
The baker opens his shop.; opens; verb
Two birds sang outside.; sang; verb
The children built a tower.; built; verb
Grandfather mends old clocks.; mends; verb
A frog jumped into the pond.; jumped; verb
The wind carries the leaves away.; carries; verb
The tall tree fell.; tall; adjective
She wore a red coat.; red; adjective
We live in a small house.; small; adjective
The soup is hot.; hot; adjective
He told us a funny story.; funny; adjective
A hungry fox came to the farm.; hungry; adjective
They crossed the narrow bridge.; narrow; adjective
She slept deeply.; deeply; adverb
He carefully opened the box.; carefully; adverb
The snail moved slowly.; slowly; adverb
"""

SIMILES = """
brave; a lion; lion
busy; a bee; bee|beaver
white; snow; snow|a sheet|milk
cold; ice; ice|snow
light; a feather; feather|air
blind; a bat; bat
sly; a fox; fox
quiet; a mouse; mouse
strong; an ox; ox|lion|horse|bull
free; a bird; bird
proud; a peacock; peacock
stubborn; a mule; mule|donkey
wise; an owl; owl|Solomon
hungry; a wolf; wolf|bear|horse
slow; a snail; snail|tortoise
gentle; a lamb; lamb|dove
black; coal; coal|night|pitch|ink|soot
green; grass; grass
sweet; honey; honey|sugar
hard; a rock; rock|stone|nails|iron
flat; a pancake; pancake
clear; crystal; crystal|day|glass|mud
fresh; a daisy; daisy
thin; a rake; rake|paper|stick
smooth; silk; silk|glass
sharp; a razor; razor|needle|knife
"""


def words_and_forms() -> list[list[Entry]]:
    """Opposites, plurals, past tenses, comparatives, synonyms, articles, word classes, similes."""
    nouns = ARTICLES.split()
    by_sound = {"hour": "an hour", "university": "a university", "uniform": "a uniform"}
    articles = [{"noun": noun, "answer": by_sound.get(noun, with_article(noun))} for noun in nouns]
    return [
        known(
            pairs(OPPOSITES),
            ("What is the opposite of '{word}'?", "", "The opposite of '{word}' is '{answer}'."),
            ("Give the opposite of the following word.", "{word}", "{answer}"),
            ("Name an antonym of '{word}'.", "", "{answer}"),
            ("Which word means the opposite of '{word}'?", "", "{answer}"),
        ),
        known(
            pairs(PLURALS),
            ("What is the plural of '{word}'?", "", "The plural of '{word}' is '{answer}'."),
            ("Write the plural of the noun '{word}'.", "", "{answer}"),
            ("Change '{word}' to its plural form.", "", "{answer}"),
            ("Complete the phrase: one {word}, two ...", "", "One {word}, two {answer}."),
        ),
        known(
            pairs(PASTS),
            (
                "What is the past tense of '{word}'?",
                "",
                "The past tense of '{word}' is '{answer}'.",
            ),
            ("Put the verb '{word}' into the simple past.", "", "{answer}"),
            ("Give the simple past form of '{word}'.", "", "{answer}"),
            (
                "Complete: Today I {word}, yesterday I ...",
                "",
                "Today I {word}, yesterday I {answer}.",
            ),
        ),
        told(
            rows("word more most", COMPARATIVES),
            "exact",
            ("What is the comparative form of '{word}'?", "", "{more}"),
            ("What is the superlative form of '{word}'?", "", "{most}"),
            (
                "Write the comparative and the superlative of the adjective.",
                "{word}",
                "{more}, {most}",
            ),
        ),
        chosen(
            rows("word options answer", SYNONYMS),
            ("Which word means almost the same as '{word}': {options}?", "", "{answer}"),
            ("Choose the synonym of '{word}'.", "{options}", "{answer}"),
            (
                "Which of these is a synonym for '{word}': {options}?",
                "",
                "A synonym for '{word}' is '{answer}'.",
            ),
        ),
        told(
            articles,
            "exact",
            ("Which is right, 'a {noun}' or 'an {noun}'?", "", "{answer}"),
            ("Put 'a' or 'an' before the following noun.", "{noun}", "{answer}"),
        ),
        told(
            rows("sentence answer part", PARTS_OF_SPEECH),
            "exact",
            ("Find the {part} in the sentence.", "{sentence}", "{answer}"),
            ("Which word in this sentence is the {part}?", "{sentence}", "{answer}"),
        ),
        known(
            rows("word thing answer", SIMILES),
            ("Complete the simile: as {word} as ...", "", "as {word} as {thing}"),
            ("Finish the comparison 'as {word} as'.", "", "As {word} as {thing}."),
        ),
    ]


# ------------------------------------------------------------------------ what things are

GROUPS = {
    "animal": "dog cat horse cow sheep goat rabbit fox bear mouse lion wolf",
    "fruit": "apple pear banana grape cherry peach plum lemon strawberry",
    "vegetable": "carrot potato onion cabbage leek cauliflower",
    "piece of clothing": "shirt coat hat scarf sock glove skirt jacket",
    "piece of furniture": "table chair bed sofa desk wardrobe stool",
    "tool": "hammer saw spade drill rake spanner axe",
    "vehicle": "car bus train boat lorry bicycle tram",
    "musical instrument": "piano violin flute drum trumpet guitar harp",
    "part of the body": "arm leg nose ear knee elbow shoulder",
}
GROUP_PLURALS = {
    "animal": "animals",
    "fruit": "fruits",
    "vegetable": "vegetables",
    "piece of clothing": "pieces of clothing",
    "piece of furniture": "pieces of furniture",
    "tool": "tools",
    "vehicle": "vehicles",
    "musical instrument": "musical instruments",
    "part of the body": "parts of the body",
}

KINDS = """
a sparrow; bird; fish
a trout; fish; bird
a rose; flower; tree
an oak; tree; flower
a carrot; vegetable; fruit
a cherry; fruit; vegetable
a bee; insect; bird
an eagle; bird; insect
a salmon; fish; mammal
a tulip; flower; tree
iron; metal; colour
milk; drink; fruit
a violin; musical instrument; tool
a hammer; tool; musical instrument
an ant; insect; fish
a triangle; shape; number
green; colour; shape
a lorry; vehicle; building
a castle; building; vehicle
a daisy; flower; tree
an owl; bird; mammal
a whale; mammal; fish
"""

COLOURS = """
grass; green
fresh snow; white
coal; black
a ripe banana; yellow
a ripe strawberry; red
the sky on a clear day; blue
a carrot; orange
a ripe lemon; yellow
milk; white
blood; red
an elephant; grey
a polar bear; white
chocolate; brown
a raven; black
a flamingo; pink
a leaf in summer; green
a ripe tomato; red
a pumpkin; orange
a swan; white
spinach; green
salt; white
an emerald; green
"""

MIXTURES = """
blue and yellow; green
red and yellow; orange
red and blue; purple|violet
black and white; grey
red and white; pink
"""

YOUNG = """
dog; puppy|pup
cat; kitten
cow; calf
horse; foal
sheep; lamb
pig; piglet
hen; chick
duck; duckling
goose; gosling
bear; cub
goat; kid
deer; fawn
frog; tadpole|froglet
"""

SOUNDS = """
a dog; barks|bark
a cat; meows|meow|miaows|purrs
a cow; moos|moo
a sheep; bleats|bleat|baas
a horse; neighs|neigh|whinnies
a duck; quacks|quack
a lion; roars|roar
an owl; hoots|hoot
a frog; croaks|croak
a bee; buzzes|buzz
a snake; hisses|hiss
a wolf; howls|howl
"""

CAPITALS = """
France; Paris
Germany; Berlin
Italy; Rome
Spain; Madrid
Portugal; Lisbon
the United Kingdom; London
Ireland; Dublin
Norway; Oslo
Sweden; Stockholm
Denmark; Copenhagen
Finland; Helsinki
Poland; Warsaw
Austria; Vienna
Belgium; Brussels
Greece; Athens
Russia; Moscow
Egypt; Cairo
Japan; Tokyo
India; New Delhi
Canada; Ottawa
Australia; Canberra
"""

TOOLS = """
drive in a nail; a hammer; hammer
cut a piece of wood; a saw; saw
dig a hole in the garden; a spade; spade|shovel
cut paper; scissors; scissors
sew on a button; a needle and thread; needle
tighten a screw; a screwdriver; screwdriver
sweep the floor; a broom; broom|brush
measure the length of a table; a tape measure; tape measure|ruler|measuring tape
see in the dark; a torch; torch|lamp|flashlight|lantern
chop down a tree; an axe; axe|saw|chainsaw
open a locked door; a key; key
eat soup; a spoon; spoon
paint a wall; a paintbrush; paintbrush|brush|roller
brush your teeth; a toothbrush; toothbrush
measure the temperature; a thermometer; thermometer
look at the stars; a telescope; telescope
climb onto a roof; a ladder; ladder
catch fish; a fishing rod; rod|net
rake up leaves; a rake; rake
find north; a compass; compass
"""

JOBS = """
bakes bread; a baker; baker
teaches children at school; a teacher; teacher
puts out fires; a firefighter; firefighter|fireman
looks after sick people in a hospital; a nurse; nurse|doctor
treats sick animals; a vet; vet|veterinarian
grows wheat and keeps cows; a farmer; farmer
catches fish at sea; a fisherman; fisherman|fisher
cuts people's hair; a hairdresser; hairdresser|barber
repairs leaking pipes; a plumber; plumber
flies an aeroplane; a pilot; pilot
takes care of people's teeth; a dentist; dentist
brings letters to your door; a postman; postman|postwoman|postal worker
writes novels; a novelist; novelist|writer|author
makes clothes to measure; a tailor; tailor|dressmaker
cooks meals in a restaurant; a cook; cook|chef
makes tables and chairs out of wood; a carpenter; carpenter|joiner|cabinetmaker
"""

YES_OR_NO = """
Does a week have eight days?; No; a week has seven days
Is ice cold?; Yes; ice is cold
Can a stone swim?; No; a stone sinks in water
Do birds have wings?; Yes; birds have wings
Does a spider have six legs?; No; a spider has eight legs
Do fish live in water?; Yes; fish live in water
Is a kilometre shorter than a metre?; No; a kilometre is longer than a metre
Does a triangle have three sides?; Yes; a triangle has three sides
Is honey sour?; No; honey is sweet
Do cows give milk?; Yes; cows give milk
Is an elephant bigger than a mouse?; Yes; an elephant is bigger than a mouse
Do trees have roots?; Yes; trees have roots
Does a bicycle have four wheels?; No; a bicycle has two wheels
Is a lemon sweet?; No; a lemon is sour
Do bees make honey?; Yes; bees make honey
"""


def listed(words: Iterable[str]) -> str:
    """Words in a row, separated by commas."""
    return ", ".join(words)


def group_tasks(draw: Random) -> list[list[Entry]]:
    """Which of these is an animal? Which word does not belong?"""
    choices, strangers = [], []
    names = list(GROUPS)
    for number in range(27):
        group = names[(number + number // len(names)) % len(names)]
        others = draw.sample([name for name in names if name != group], 3)
        answer = draw.choice(GROUPS[group].split())
        options = [answer, *(draw.choice(GROUPS[name].split()) for name in others)]
        draw.shuffle(options)
        choices.append({"options": listed(options), "group": with_article(group), "answer": answer})
    for number in range(24):
        group = names[(number + number // len(names)) % len(names)]
        other = draw.choice([name for name in names if name != group])
        answer = draw.choice(GROUPS[other].split())
        options = [*draw.sample(GROUPS[group].split(), 3), answer]
        draw.shuffle(options)
        strangers.append(
            {"options": listed(options), "many": GROUP_PLURALS[group], "answer": answer}
        )
    return [
        chosen(
            choices,
            ("Which of these is {group}?", "{options}", "{answer}"),
            ("Choose the word that names {group}.", "{options}", "{answer}"),
            ("Which of the following is {group}: {options}?", "", "The {answer} is {group}."),
        ),
        chosen(
            strangers,
            ("Which word does not belong with the others?", "{options}", "{answer}"),
            ("Find the odd one out.", "{options}", "{answer}"),
            (
                "Which word is the odd one out, and why: {options}?",
                "",
                "The odd one out is '{answer}', because the others are {many}.",
            ),
        ),
    ]


def facts() -> list[list[Entry]]:
    """Kinds, colours, animals, capitals, tools, jobs, yes or no."""
    kinds = [
        {**row, "kind": with_article(row["answer"])}
        | {"first": with_article(first), "second": with_article(second)}
        for row in rows("thing answer other", KINDS)
        for first, second in [sorted((row["answer"], row["other"]))]
    ]
    return [
        known(
            [row for number, row in enumerate(kinds) if number % 2 == 0],
            ("What kind of thing is {thing}?", "", "{Thing} is {kind}."),
        )
        + chosen(
            [row for number, row in enumerate(kinds) if number % 2],
            ("Is {thing} {first} or {second}?", "", "{Thing} is {kind}."),
        ),
        known(
            rows("thing answer", COLOURS),
            ("What colour is {thing}?", "", "{answer}"),
            ("Name the colour of {thing}.", "", "{answer}"),
            ("Which colour does {thing} have?", "", "{Thing} is {answer}."),
        )
        + known(
            rows("paints answer", MIXTURES),
            ("Which colour do you get when you mix {paints} paint?", "", "{answer}"),
        ),
        known(
            rows("animal answer", YOUNG),
            ("What is a young {animal} called?", "", "A young {animal} is called a {answer}."),
            ("What do you call the young of a {animal}?", "", "{answer}"),
        ),
        known(
            rows("animal answer", SOUNDS),
            ("What sound does {animal} make?", "", "{Animal} {answer}."),
            (
                "Complete the sentence with the sound of the animal.",
                "{Animal} ...",
                "{Animal} {answer}.",
            ),
        ),
        known(
            rows("country answer", CAPITALS),
            ("What is the capital of {country}?", "", "The capital of {country} is {answer}."),
            ("Name the capital city of {country}.", "", "{answer}"),
        ),
        known(
            rows("task tool answer", TOOLS),
            ("What do you use to {task}?", "", "You use {tool} to {task}."),
            ("Name something that helps you to {task}.", "", "{tool}"),
        ),
        known(
            rows("task person answer", JOBS),
            ("Who {task}?", "", "{Person} {task}."),
            ("What do you call a person who {task}?", "", "{person}"),
        ),
        chosen(rows("question answer fact", YES_OR_NO), ("{question}", "", "{answer}, {fact}.")),
    ]


# ------------------------------------------------------------------------ numbers and time

NUMBERS = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
    "twenty",
]

STORIES = """
Anna has 4 apples. She gets 3 more.; How many apples does she have now?; 7; She now has {n} apples.
There are 9 birds in a tree. 5 fly away.; How many birds are left?; 4; {n} birds are left.
Tom buys 6 eggs and breaks 2.; How many whole eggs does Tom have?; 4; Tom has {n} whole eggs.
A table has 4 legs.; How many legs do three tables have?; 12; Three tables have {n} legs.
Mia reads 5 pages a day.; How many pages does she read in four days?; 20; She reads {n} pages.
Three children share 12 sweets evenly.;
    How many sweets does each get?; 4; Each child gets {n} sweets.
Paul is 8. His sister is 3 years older.; How old is the sister?; 11; The sister is {n} years old.
A bus carries 15 people. 6 get off.;
    How many people are still on it?; 9; It still carries {n} people.
Lena has 10 coins and gives away half.; How many coins are left?; 5; {n} coins are left.
At dawn 7 boats leave, at noon 6 more.; How many boats leave in all?; 13; In all, {n} boats leave.
A farmer has 5 cows and 8 sheep.; How many animals are there?; 13; There are {n} animals.
Ben had 14 marbles and lost 5.; How many marbles does Ben have now?; 9; Ben now has {n} marbles.
A box holds 6 pencils.; How many pencils do two boxes hold?; 12; Two boxes hold {n} pencils.
Sara walks 3 miles out and 3 back.; How many miles does Sara walk?; 6; Sara walks {n} miles.
"""

UNITS = """
minutes; 1 hour; 60
minutes; 2 hours; 120
minutes; half an hour; 30
seconds; 1 minute; 60
seconds; 3 minutes; 180
hours; 1 day; 24
hours; 2 days; 48
days; 1 week; 7
days; 3 weeks; 21
months; 1 year; 12
months; 2 years; 24
centimetres; 1 metre; 100
centimetres; 5 metres; 500
millimetres; 1 centimetre; 10
metres; 1 kilometre; 1000
metres; 3 kilometres; 3000
grams; 1 kilogram; 1000
grams; 2 kilograms; 2000
millilitres; 1 litre; 1000
eggs; 1 dozen; 12
inches; 1 foot; 12
"""

DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]


def sums(draw: Random) -> list[Row]:
    """Small sums of four kinds, each once."""
    made: dict[tuple[str, str], Row] = {}
    while len(made) < 32:
        kind = ("plus", "minus", "times", "double")[len(made) % 4]
        first, second = draw.randint(3, 12), draw.randint(2, 9)
        if kind == "plus":
            question, short, answer = (
                f"{first} plus {second}",
                f"{first} + {second}",
                first + second,
            )
        elif kind == "minus":
            first += second
            question, short, answer = (
                f"{first} minus {second}",
                f"{first} - {second}",
                first - second,
            )
        elif kind == "times":
            first = draw.randint(2, 10)
            question, short, answer = (
                f"{first} times {second}",
                f"{first} x {second}",
                first * second,
            )
        elif draw.random() < 0.5:
            question, short, answer = f"twice {first}", f"2 x {first}", 2 * first
        else:
            question, short, answer = f"half of {2 * first}", f"{2 * first} / 2", first
        row = {"question": question, "short": short, "answer": str(answer)}
        made.setdefault((kind, question), row)
    return list(made.values())


def sequences() -> list[Row]:
    """Rows of numbers that go on evenly, and the next number."""
    starts = [(2, 2), (1, 2), (5, 5), (10, 10), (3, 3), (4, 4), (20, -2), (1, 1), (7, 1), (15, -1)]
    starts += [(6, 3), (30, -5)]
    return [
        {"list": listed(str(start + i * step) for i in range(4)), "answer": str(start + 4 * step)}
        for start, step in starts
    ]


def numbers_and_time(draw: Random) -> list[list[Entry]]:
    """Number words, sums, stories, sequences, even and odd, units, days and months."""
    spelled = [{"digits": str(number), "word": word} for number, word in enumerate(NUMBERS)]
    stories = []
    for row in rows("story question answer sentence", STORIES):
        row["sentence"] = row["sentence"].format(n=row["answer"])
        stories.append(row)
    parity = [
        {"number": str(number), "answer": "odd" if number % 2 else "even"}
        for number in (3, 8, 11, 14, 16, 17, 20, 22, 25, 30)
    ]
    two = [draw.sample(range(2, 60), 2) for _ in range(10)]
    larger = [{"first": str(a), "second": str(b), "answer": str(max(a, b))} for a, b in two]
    calendar = []
    for names, unit in ((DAYS, "day"), (MONTHS, "month")):
        for number, name in enumerate(names):
            where, step = (("after", 1), ("before", -1))[number // 2 % 2]
            answer = names[(number + step) % len(names)]
            calendar.append({"unit": unit, "where": where, "name": name, "answer": answer})
    tomorrows = [
        {"today": today, "answer": DAYS[(number + 1) % 7]} for number, today in enumerate(DAYS)
    ]
    units = rows("unit amount answer", UNITS)
    return [
        told(
            spelled,
            "exact",
            ("Write the number {digits} in words.", "", "{word}"),
            ("Write this number as a word.", "{digits}", "{word}"),
        ),
        told(
            spelled[1:],
            "number",
            ("Write the number '{word}' in digits.", "", "{digits}"),
            ("Write this number in digits.", "{word}", "{digits}"),
        ),
        told(
            sums(draw),
            "number",
            ("What is {question}?", "", "{Question} is {answer}."),
            ("Calculate {short}.", "", "{short} = {answer}"),
            ("Work out the result.", "{short}", "{answer}"),
        ),
        told(
            stories,
            "number",
            ("{question}", "{story}", "{sentence}"),
            ("{question} Answer with a number.", "{story}", "{answer}"),
        ),
        told(
            sequences(),
            "number",
            ("Which number comes next?", "{list}", "{answer}"),
            ("Continue the sequence {list} with one more number.", "", "{answer}"),
        ),
        chosen(
            parity,
            ("Is {number} an even or an odd number?", "", "{number} is an {answer} number."),
            ("Is the number even or odd?", "{number}", "{answer}"),
        )
        + told(
            larger,
            "number",
            ("Which number is larger, {first} or {second}?", "", "The larger number is {answer}."),
            ("Which of the two numbers is larger?", "{first}, {second}", "{answer}"),
        ),
        told(
            units,
            "number",
            ("How many {unit} are there in {amount}?", "", "{Amount} = {answer} {unit}"),
            ("Convert {amount} to {unit}.", "", "{answer} {unit}"),
        ),
        known(
            calendar,
            ("Which {unit} comes right {where} {name}?", "", "{answer}"),
            ("Name the {unit} {where} {name}.", "", "The {unit} {where} {name} is {answer}."),
        )
        + known(
            tomorrows, ("If today is {today}, what day is tomorrow?", "", "Tomorrow is {answer}.")
        ),
    ]


# ------------------------------------------------------------------------- letters and words

COUNTED_SENTENCES = """
The cat sat on the mat.
Birds sing in the morning.
My brother likes warm bread with honey.
We went home.
The old man told us a long story.
It is raining.
Two boys played football behind the school.
She gave her sister a blue scarf.
The river runs slowly through the green valley.
Nobody knew the answer.
A small boat crossed the lake.
Please close the door.
The farmer feeds his hens every morning before breakfast.
Dogs bark.
The lamp on the table is broken.
Snow covered the roofs of the village.
"""

MEASURED_WORDS = "horse tree window apple garden sun butter teacher bridge cloud table summer"

LETTER_COUNTS = """
e; tree
o; school
p; apple
a; banana
t; butter
l; ball
s; grass
e; cheese
"""

ENDS_OF_WORDS = (
    "horse garden winter lamp yellow bread island queen forest morning table cloud river ship"
    " kitchen umbrella"
)

ENDS_OF_SENTENCES = """
The rabbit ran into the garden.
Our neighbours grow tomatoes.
Every evening grandmother tells a story.
The soup is still warm.
Peter forgot his umbrella.
A red kite flew over the hill.
We baked a cake together.
Some children were late.
Tomorrow we travel north.
The ship reached the harbour.
"""

WORD_LISTS = """
pear apple fig
dog cat bird
river lake ocean
table chair bed lamp
red green blue
sun moon star cloud
bread milk honey
hat coat scarf glove
north south east west
train bus car
rose tulip daisy
king queen prince
spoon fork knife plate
winter spring autumn
lion tiger bear wolf
plum cherry lemon
street garden house
drum violin flute
wind rain snow hail
"""

REVERSED_PHRASES = """
the cat sat down
one two three
birds can fly
we like warm soup
she reads old books
my dog sleeps
red green blue yellow
the moon is bright
boats cross the lake
come to the garden
snow falls in winter
he plays the drum
tell me a story
green leaves fall slowly
open the big window
the king has a horse
"""

LOUD_SENTENCES = """
Stop at the red light.
Mind the step.
The shop is closed.
Keep off the grass.
Dinner is ready.
Do not feed the ducks.
Welcome to our village.
Close the gate.
Happy birthday, Emma!
Beware of the dog.
The museum opens at ten.
"""

TITLES = """
the lost key
a walk in winter
green apple pie
my first garden
three small ships
the secret island
old songs and new songs
the brave little tailor
birds by the river
"""

RHYMES = """
cat; hat; yes
dog; tree; no
moon; spoon; yes
book; shoe; no
light; night; yes
rain; snow; no
cake; lake; yes
house; horse; no
ring; king; yes
spoon; fork; no
star; car; yes
train; rain; yes
window; garden; no
bear; chair; yes
hand; head; no
nose; rose; yes
bread; milk; no
boat; goat; yes
river; lake; no
bell; shell; yes
frog; log; yes
bed; red; yes
stone; boot; no
clock; sock; yes
summer; winter; no
wall; ball; yes
"""


def lines(table: str) -> list[str]:
    """The lines of a table."""
    return table.strip().splitlines()


def letters_and_words(draw: Random) -> list[list[Entry]]:
    """Counting, first and last, sorting, reversing, capitals, rhymes."""
    counted = [{"sentence": s, "answer": str(len(s.split()))} for s in lines(COUNTED_SENTENCES)]
    measured = [{"word": w, "answer": str(len(w))} for w in MEASURED_WORDS.split()]
    occurring = rows("letter word", LETTER_COUNTS)
    for row in occurring:
        row["answer"] = str(row["word"].count(row["letter"]))
    word_ends, sentence_ends = [], []
    for number, word in enumerate(ENDS_OF_WORDS.split()):
        which, place = (("first", 0), ("last", -1))[number % 2]
        word_ends.append({"which": which, "word": word, "answer": word[place]})
    for number, sentence in enumerate(lines(ENDS_OF_SENTENCES)):
        which, place = (("first", 0), ("last", -1))[number % 2]
        answer = sentence.rstrip(".").split()[place]
        sentence_ends.append({"which": which, "sentence": sentence, "answer": answer})
    to_sort = [line.split() for line in lines(WORD_LISTS)]
    alphabetical = [{"list": listed(w), "sorted": listed(sorted(w))} for w in to_sort]
    numbers = [draw.sample(range(1, 60), 4 + number % 2) for number in range(14)]
    rising = [{"list": listed(map(str, n)), "sorted": listed(map(str, sorted(n)))} for n in numbers]
    turned = [
        {"words": text, "turned": " ".join(reversed(text.split()))}
        for text in lines(REVERSED_PHRASES)
    ]
    loud = [{"text": text, "loud": text.upper()} for text in lines(LOUD_SENTENCES)]
    titles = [
        {"text": text, "title": " ".join(word.capitalize() for word in text.split())}
        for text in lines(TITLES)
    ]
    rhymes = rows("first second answer", RHYMES)
    for row in rhymes:
        row["verb"] = "rhyme" if row["answer"] == "yes" else "do not rhyme"
    return [
        told(
            counted,
            "number",
            (
                "How many words does the sentence have?",
                "{sentence}",
                "The sentence has {answer} words.",
            ),
            ("Count the words in the sentence.", "{sentence}", "{answer}"),
        ),
        told(
            measured,
            "number",
            (
                "How many letters does the word '{word}' have?",
                "",
                "The word '{word}' has {answer} letters.",
            ),
            ("Count the letters in the word.", "{word}", "{answer}"),
        )
        + told(
            occurring,
            "number",
            ("How often does the letter '{letter}' occur in '{word}'?", "", "{answer}"),
        ),
        chosen(
            word_ends,
            ("What is the {which} letter of the word '{word}'?", "", "{answer}"),
            ("What is the {which} letter of the word '{word}'?", "", "{answer}"),
            ("Name the {which} letter of the word.", "{word}", "{answer}"),
            ("Name the {which} letter of the word.", "{word}", "{answer}"),
        ),
        chosen(
            sentence_ends, ("What is the {which} word of the sentence?", "{sentence}", "{answer}")
        ),
        told(
            alphabetical,
            "exact",
            ("Sort the words alphabetically.", "{list}", "{sorted}"),
            ("Put these words in alphabetical order.", "{list}", "{sorted}"),
            ("Arrange from A to Z: {list}.", "", "{sorted}"),
        ),
        told(
            rising,
            "exact",
            ("Sort the numbers from smallest to largest.", "{list}", "{sorted}"),
            ("Put the numbers {list} in ascending order.", "", "{sorted}"),
        ),
        told(
            turned,
            "exact",
            ("Reverse the order of the words.", "{words}", "{turned}"),
            ("Write the words '{words}' in reverse order.", "", "{turned}"),
        ),
        told(
            loud,
            "exact",
            ("Write the sentence in capital letters.", "{text}", "{loud}"),
            ("Convert the text to upper case.", "{text}", "{loud}"),
        )
        + told(
            titles, "exact", ("Capitalise the first letter of every word.", "{text}", "{title}")
        ),
        chosen(
            rhymes,
            (
                "Do '{first}' and '{second}' rhyme?",
                "",
                "{Answer}, '{first}' and '{second}' {verb}.",
            ),
            ("Do '{first}' and '{second}' rhyme? Answer yes or no.", "", "{answer}"),
            ("Does '{first}' rhyme with '{second}'? Answer yes or no.", "", "{answer}"),
        ),
    ]


# --------------------------------------------------------------------- rewriting sentences

MISSPELT = """
I stayed at home becuase it rained.; becuase; because
My best freind lives next door.; freind; friend
We will meet again tommorow.; tommorow; tomorrow
I beleive you.; beleive; believe
What a wierd noise!; wierd; weird
She will definately come.; definately; definitely
Wait untill I call you.; untill; until
They live in seperate houses.; seperate; separate
The boys forgot thier coats.; thier; their
He is allways late.; allways; always
The begining of the film was slow.; begining; beginning
We ate choclate cake.; choclate; chocolate
They have diffrent names.; diffrent; different
The whole familly came.; familly; family
The nurse works in a hospitle.; hospitle; hospital
I borrowed a book from the libary.; libary; library
Our nieghbour has a parrot.; nieghbour; neighbour
Would you like a peice of pie?; peice; piece
I realy like this song.; realy; really
Do you rember his name?; rember; remember
The children walk to scool.; scool; school
The rain has stoped.; stoped; stopped
The party was a suprise.; suprise; surprise
We play tennis on Wensday.; Wensday; Wednesday
She knows the anser.; anser; answer
We had eggs for brekfast.; brekfast; breakfast
He recieved a letter.; recieved; received
"""

UNPUNCTUATED = """
where is my hat; Where is my hat?
the train is late; The train is late.
how old are you; How old are you?
we bought apples pears and plums; We bought apples, pears and plums.
what a beautiful day; What a beautiful day!
anna lives in london; Anna lives in London.
can you hear me; Can you hear me?
my name is peter; My name is Peter.
who opened the window; Who opened the window?
the market is on friday; The market is on Friday.
is it monday today; Is it Monday today?
when does the film start; When does the film start?
i like tea; I like tea.
yes i will help you; Yes, I will help you.
the boys dont know; The boys don't know.
did maria call; Did Maria call?
she cant swim; She can't swim.
is that toms coat; Is that Tom's coat?
"""

INTO_PAST = """
The dog barks at the postman.; The dog barked at the postman.
She writes a long letter.; She wrote a long letter.
We go to the market.; We went to the market.
He eats an apple.; He ate an apple.
The children play in the park.; The children played in the park.
I see a rainbow.; I saw a rainbow.
The train leaves at noon.; The train left at noon.
They swim in the lake.; They swam in the lake.
My uncle builds boats.; My uncle built boats.
The baby sleeps all day.; The baby slept all day.
Anna is happy.; Anna was happy.
The leaves fall from the trees.; The leaves fell from the trees.
You are early.; You were early.
The teacher tells a story.; The teacher told a story.
He has a cold.; He had a cold.
The birds fly south.; The birds flew south.
We drink hot tea.; We drank hot tea.
She brings her own cup.; She brought her own cup.
Snow covers the hills.; Snow covered the hills.
The shop opens at nine.; The shop opened at nine.
"""

INTO_QUESTION = """
The train leaves at six.; Does the train leave at six?
She is at home.; Is she at home?
They play chess.; Do they play chess?
He can swim.; Can he swim?
The shop opened early.; Did the shop open early?
You are tired.; Are you tired?
Anna has seen the film.; Has Anna seen the film?
The children were late.; Were the children late?
Birds eat seeds.; Do birds eat seeds?
It will rain tomorrow.; Will it rain tomorrow?
Tom likes soup.; Does Tom like soup?
The door was open.; Was the door open?
The king lost his crown.; Did the king lose his crown?
Her brother lives in Spain.; Does her brother live in Spain?
The cake is ready.; Is the cake ready?
They have bought a boat.; Have they bought a boat?
Peter knows the way.; Does Peter know the way?
The bus stopped here.; Did the bus stop here?
"""

INTO_PASSIVE = """
The cat chased the mouse.; The mouse was chased by the cat.
The baker bakes the bread.; The bread is baked by the baker.
Tom broke the window.; The window was broken by Tom.
The storm damaged the roofs.; The roofs were damaged by the storm.
My aunt wrote this book.; This book was written by my aunt.
A dog bit the postman.; The postman was bitten by a dog.
The teacher praised the girl.; The girl was praised by the teacher.
The mechanic repaired the car.; The car was repaired by the mechanic.
The king built this castle.; This castle was built by the king.
The nurse helps the patient.; The patient is helped by the nurse.
Thick fog covered the valley.; The valley was covered by thick fog.
The farmer sold two cows.; Two cows were sold by the farmer.
Maria painted the picture.; The picture was painted by Maria.
Bees make honey.; Honey is made by bees.
The sailors saw the island.; The island was seen by the sailors.
A fox stole the goose.; The goose was stolen by a fox.
The rain woke the baby.; The baby was woken by the rain.
"""

INTO_NEGATIVE = """
The sun is shining.; The sun is not shining.
I like cold soup.; I do not like cold soup.
She can drive.; She cannot drive.
They went home.; They did not go home.
He knows the song.; He does not know the song.
We are ready.; We are not ready.
The dog was hungry.; The dog was not hungry.
You should wait.; You should not wait.
The shop opens on Sunday.; The shop does not open on Sunday.
Anna has finished.; Anna has not finished.
The boys played outside.; The boys did not play outside.
It will snow tonight.; It will not snow tonight.
Peter sings well.; Peter does not sing well.
The bus stops here.; The bus does not stop here.
I saw the fox.; I did not see the fox.
They live near the sea.; They do not live near the sea.
"""

INTO_PRONOUN = """
Anna; Anna feeds the cat.; She feeds the cat.
Tom; Tom lost a glove.; He lost a glove.
my parents; My parents live by the sea.; They live by the sea.
the table; The table is round.; It is round.
my sister; My sister plays the harp.; She plays the harp.
the boys; The boys built a raft.; They built a raft.
Mr Brown; Mr Brown sells newspapers.; He sells newspapers.
the keys; The keys are on the shelf.; They are on the shelf.
the queen; The queen opened the new bridge.; She opened the new bridge.
my father; My father cooks on Sundays.; He cooks on Sundays.
the old car; The old car is very slow.; It is very slow.
Maria and Paul; Maria and Paul went to the lake.; They went to the lake.
"""

INTO_PLURAL = """
The dog barks.; The dogs bark.
The child is asleep.; The children are asleep.
The leaf falls.; The leaves fall.
The boy was late.; The boys were late.
The mouse eats cheese.; The mice eat cheese.
The woman sings.; The women sing.
The box is heavy.; The boxes are heavy.
The city grows.; The cities grow.
The bird flies south.; The birds fly south.
The man works hard.; The men work hard.
"""


def rewriting() -> list[list[Entry]]:
    """Spelling, punctuation, and a sentence turned into another form."""
    misspelt = rows("sentence wrong right", MISSPELT)
    for row in misspelt:
        row["corrected"] = row["sentence"].replace(row["wrong"], row["right"])
    forms = "sentence changed"
    return [
        told(
            misspelt,
            "exact",
            ("Correct the spelling mistake in the sentence.", "{sentence}", "{corrected}"),
            ("Which word is misspelt? Write it correctly.", "{sentence}", "{right}"),
            ("Fix the spelling.", "{sentence}", "{corrected}"),
        ),
        told(
            rows(forms, UNPUNCTUATED),
            "exact",
            ("Correct the punctuation and the capital letters.", "{sentence}", "{changed}"),
            ("Add the missing capital letters and punctuation.", "{sentence}", "{changed}"),
        ),
        told(
            rows(forms, INTO_PAST),
            "exact",
            ("Rewrite the sentence in the past tense.", "{sentence}", "{changed}"),
            ("Put this sentence into the simple past.", "{sentence}", "{changed}"),
        ),
        told(
            rows(forms, INTO_QUESTION),
            "exact",
            ("Turn the statement into a yes-or-no question.", "{sentence}", "{changed}"),
            ("Rewrite the sentence as a question.", "{sentence}", "{changed}"),
        ),
        told(
            rows(forms, INTO_PASSIVE),
            "exact",
            ("Rewrite the sentence in the passive voice.", "{sentence}", "{changed}"),
            ("Change the sentence from active to passive.", "{sentence}", "{changed}"),
        ),
        told(
            rows(forms, INTO_NEGATIVE),
            "exact",
            ("Make the sentence negative. Do not use short forms.", "{sentence}", "{changed}"),
        ),
        told(
            rows("name sentence changed", INTO_PRONOUN),
            "exact",
            ("Replace '{name}' by a pronoun.", "{sentence}", "{changed}"),
        ),
        told(
            rows(forms, INTO_PLURAL),
            "exact",
            ("Rewrite the sentence with its subject in the plural.", "{sentence}", "{changed}"),
        ),
    ]


# ----------------------------------------------------------------------- reading sentences

FINDINGS = """
name of the person; Yesterday Peter mended the garden gate.; Peter
number; The basket holds 12 eggs.; 12
colour; The girl in the green coat waved.; green
animal; A fox slipped through the fence.; fox
name of the person; The letter from Clara arrived today.; Clara
number; Platform 7 is closed this week.; 7
colour; He painted the old door blue.; blue
animal; Under the bed slept a white rabbit.; rabbit
name of the person; Everybody laughed when David sang.; David
number; My grandfather planted 40 trees.; 40
colour; Two yellow boats lay on the beach.; yellow
animal; The farmer sold his horse in spring.; horse
name of the person; At the market I met Sophie.; Sophie
number; The tower has 99 steps.; 99
day of the week; The concert is on Saturday evening.; Saturday
city; My cousin studies in Vienna.; Vienna
name of the person; This bicycle belongs to Martin.; Martin
day of the week; The shop is closed on Monday.; Monday
city; The fast train to Paris was full.; Paris
name of the person; In the end Julia won the race.; Julia
number; We waited for 20 minutes.; 20
city; They flew to Rome for a week.; Rome
number; The recipe needs 3 onions.; 3
month; School begins in September.; September
fruit; For breakfast I had a banana.; banana
name of the person; When Emma came in, the room fell silent.; Emma
month; In July the lake is warm.; July
fruit; She put a pear in her bag.; pear
name of the person; The dog followed Henry home.; Henry
month; The fair takes place in May.; May
"""

FEELINGS = """
I loved every minute of the show.; positive
The food was cold and the waiter was rude.; negative
What a wonderful little hotel!; positive
I will never buy these shoes again.; negative
The book was so boring that I fell asleep.; negative
Thank you, this made my day.; positive
The staff were friendly and helpful.; positive
The room was dirty and smelled of smoke.; negative
Best cake I have ever eaten.; positive
The film was a complete waste of time.; negative
We had a great afternoon at the zoo.; positive
My new phone broke after two days.; negative
The music was too loud and the seats were hard.; negative
Her kind letter cheered me up.; positive
The service was slow and nobody apologised.; negative
A charming play with a brilliant ending.; positive
The children enjoyed the trip very much.; positive
I am disappointed with this lamp.; negative
The soup tasted awful.; negative
The garden is a delight in spring.; positive
Everything went wrong on our journey.; negative
I can warmly recommend this bakery.; positive
The instructions are confusing and useless.; negative
It was the happiest day of my life.; positive
"""


def reading() -> list[list[Entry]]:
    """Finding something in a sentence, and its mood."""
    return [
        told(
            rows("what sentence answer", FINDINGS),
            "exact",
            ("Find the {what} in the sentence.", "{sentence}", "{answer}"),
            ("Extract the {what} from the sentence.", "{sentence}", "{answer}"),
        ),
        told(
            rows("sentence answer", FEELINGS),
            "exact",
            ("Is the following sentence positive or negative?", "{sentence}", "{answer}"),
            (
                "Classify the mood of the sentence as 'positive' or 'negative'.",
                "{sentence}",
                "{answer}",
            ),
        ),
    ]


# ------------------------------------------------------- answers that only a reader can judge

EXPLANATIONS = """
why we wear coats in winter;
    We wear coats in winter because they keep the warm air close to our bodies.
what a bridge is for; A bridge lets people and vehicles cross a river, a valley or a road.
why leaves fall in autumn;
    Many trees drop their leaves in autumn to save water and energy during the winter.
how a candle gives light; The wick draws up melted wax, and the burning wax vapour gives light.
why boats float; A boat floats because it pushes away enough water to carry its weight.
what a library is; A library is a place where people can read and borrow books.
why we sleep; Sleep gives the body and the brain time to rest and repair themselves.
how rain forms;
    Water vapour cools in the clouds, gathers into drops, and falls when the drops are heavy.
what a map is good for; A map shows where places are, so that we can find our way.
why bees visit flowers; Bees visit flowers to gather nectar and pollen as food.
what a lighthouse does;
    A lighthouse sends out a bright light that warns ships of rocks and guides them home.
why the moon shines; The moon shines because it reflects the light of the sun.
how a key opens a lock;
    The notches of the key lift small pins to the right height, and then the lock can turn.
why iron rusts; Iron rusts when it reacts with oxygen and water.
what a recipe is; A recipe lists the ingredients of a dish and the steps for making it.
why we brush our teeth; We brush our teeth to remove food and bacteria that would harm them.
how a kite stays in the air;
    The wind pushes against the kite, and the string holds it at an angle that turns the push
    into lift.
what a shadow is; A shadow is the dark shape behind something that blocks the light.
why cats have whiskers; Whiskers help a cat to feel its way in the dark and to judge narrow gaps.
what a calendar is used for;
    A calendar shows the days and months, so that we can plan and remember dates.
why the sea is salty;
    Rivers carry dissolved minerals from the rocks into the sea, where the salt stays behind.
how a compass works; The magnetic needle of a compass turns until it points to the north.
why farmers plough their fields;
    Ploughing loosens the soil and turns weeds under before the seeds are sown.
why we shake hands; Shaking hands is a friendly sign when people meet, part or agree on something.
how snow forms;
    High in cold clouds, water vapour freezes into crystals, which join and fall as snow.
why a clock has two hands; The short hand shows the hour, and the long hand shows the minutes.
what a museum is; A museum collects interesting objects and shows them to visitors.
why plants need water; Plants need water to make food, to carry minerals and to stay firm.
how an echo comes about; An echo is sound that bounces off a wall or a cliff and comes back to us.
why birds fly south;
    Many birds fly south before winter because they find more food where it is warm.
"""

DEFINITIONS = """
orchard; An orchard is a piece of land where fruit trees grow.
harbour; A harbour is a sheltered place by the sea where ships can stay.
neighbour; A neighbour is a person who lives near you.
island; An island is land with water all around it.
promise; A promise is what you say when you tell somebody that you will surely do something.
shepherd; A shepherd is a person who looks after sheep.
village; A village is a group of houses in the country, smaller than a town.
thunder; Thunder is the loud noise that follows lightning.
patience; Patience is the ability to wait calmly.
stable; A stable is a building in which horses are kept.
secret; A secret is something that only a few people know and do not tell others.
valley; A valley is low land between hills or mountains.
traveller; A traveller is a person who is on a journey.
crown; A crown is a ring, often of gold, that a king or queen wears on the head.
courage; Courage is the strength to do something although you are afraid.
meadow; A meadow is a field of grass and wild flowers.
mill; A mill is a building with machines that grind grain into flour.
dawn; Dawn is the time when the first light appears in the morning.
kitchen; A kitchen is a room in which food is cooked.
journey; A journey is a trip from one place to another.
curious; A curious person wants to know or learn something.
fog; Fog is a thick cloud close to the ground.
raft; A raft is a flat boat made of logs tied together.
grateful; A grateful person feels thankful for something.
riddle; A riddle is a puzzling question with a clever answer.
nest; A nest is the place that a bird builds for its eggs.
"""

POLITE = """
Give me the salt.; Could you please pass me the salt?
Shut the window.; Would you mind closing the window, please?
Be quiet.; Could you please be a little quieter?
Come here.; Would you come here for a moment, please?
I want a cup of tea.; I would like a cup of tea, please.
Tell me the time.; Could you tell me the time, please?
Wait.; Would you please wait a moment?
Help me.; Could you please help me?
Move your car.; Would you be so kind as to move your car?
You are wrong.; I am afraid I see this differently.
Give me back my book.; Could I have my book back, please?
Get out of my way.; Excuse me, may I get past?
Answer my letter.; I would be grateful for an answer to my letter.
Turn the music down.; Would you mind turning the music down a little?
Send me the bill.; Could you send me the bill, please?
I don't like this soup.; Thank you, but this soup is not quite to my taste.
Speak up.; Could you speak a little louder, please?
Where is the station?; Excuse me, could you tell me where the station is?
No.; No, thank you.
Lend me your pen.; May I borrow your pen, please?
Hurry up.; Could you be a little quicker, please?
Hold the door.; Could you hold the door for me, please?
"""

SENTENCES_ABOUT = """
a cat; The cat lay in the sun and watched the birds with half an eye.
the sea; The sea was so calm that the boats seemed to stand on glass.
a rainy day; All day the rain drummed on the roof and nobody left the house.
a market; At the market a woman sold red apples and told everybody a joke.
winter; In winter the whole village smells of wood smoke and snow.
a friend; My friend always knows when I need a cup of tea.
an old house; The old house creaked in the wind as if it were telling its story.
a teacher; Our teacher explains every sum until the last of us smiles.
the moon; The moon hung over the hill like a lamp that somebody had forgotten.
a train journey; From the train we saw fields, rivers and a boy who waved.
a garden; Behind the wall was a garden full of bees and roses.
bread; Fresh bread makes the whole street hungry.
a lost glove; A lost glove waited on the fence for its owner.
a dog; The dog carried the stick home as proudly as a prize.
a king; The king laid his crown aside and went out to feed the ducks.
spring; In spring even the oldest tree looks young again.
a birthday; On her birthday Emma got up before the sun did.
music; Through the open window came the sound of a slow violin.
a storm; The storm tore two tiles from the roof and then moved on.
a horse; The horse shook its mane and galloped across the meadow.
a baker; The baker whistles while the rest of the town is asleep.
autumn; In autumn the wind plays with the leaves in our yard.
a river; The river takes its time and still reaches the sea.
a letter; The letter had travelled for a year before she could open it.
breakfast; At breakfast nobody spoke until the coffee was ready.
a clock; The clock in the hall is five minutes late and does not care.
a mountain; The mountain wore a small white cloud like a hat.
a picnic; Our picnic ended when the ants found the cake.
"""

LISTS = """
three fruits; Apples, pears and plums.
three animals that live on a farm; Cows, pigs and hens.
four things you find in a kitchen; A pot, a spoon, a plate and a stove.
three things you take to the beach; A towel, a hat and a bottle of water.
three kinds of weather; Rain, snow and sunshine.
two animals that can fly; A sparrow and a bee.
three things made of wood; A table, a fence and a violin.
three ways to travel; By train, by boat and on foot.
three words that describe a good friend; Kind, honest and patient.
two musical instruments with strings; The violin and the guitar.
three drinks; Water, milk and tea.
three things that are round; A ball, a coin and a wheel.
"""

MESSAGES = """
to thank a neighbour for watering the plants;
    Dear Mrs Hill, thank you for watering my plants so carefully. They look better than before!
to invite a friend to tea;
    Dear Tom, would you like to come to tea on Sunday at four? I will bake a cake.
to say that you will be late; I am sorry, my train is late. I will be there in twenty minutes.
to wish somebody a happy birthday;
    Happy birthday, Anna! I wish you a year full of joy and good health.
to ask for a book that you have lent;
    Hello Paul, when you have finished my book, could you bring it back? Thank you!
to cheer up a sick friend; Dear Ben, get well soon! We miss you, and the garden misses you too.
to cancel a meeting; I am afraid I cannot come tomorrow. Could we meet next week instead?
to a teacher about a missed lesson;
    Dear Ms Green, I was ill yesterday. Could you tell me what to read? Thank you, Mia.
to say sorry for a broken cup;
    Dear Aunt Rose, I am sorry that I broke your cup. I will buy you a new one.
to greet somebody from a holiday;
    Greetings from the lake! The water is cold, the sun is warm, and we swim every day.
"""

ADVICE = """
How can I fall asleep more easily?;
    Go to bed at the same time every day, keep the room dark, and put away bright screens.
How do I make a cup of tea?;
    Boil fresh water, pour it over the tea, wait three to five minutes, and take out the leaves.
What should I do if I get lost in a town?;
    Stay calm, look for a sign or a map, and ask somebody in a shop for the way.
How can I remember new words?;
    Use each new word in a sentence of your own and repeat it after a day and after a week.
How do I plant a seed?;
    Push the seed a little way into moist soil, cover it, and keep it warm and watered.
How can I save water at home?;
    Take short showers, mend dripping taps, and turn off the water while you brush your teeth.
How do I wrap a present?;
    Lay the present on the paper, fold the sides over it, tape them down, and tie a ribbon
    around it.
How can I make a new friend?;
    Be friendly, ask questions, listen well, and suggest something to do together.
What should I pack for a walk in the hills?;
    Take water, something to eat, a warm jacket, a map and good shoes.
How do I boil an egg?;
    Put the egg into boiling water, wait seven minutes, and cool it under cold water.
How can I write more clearly?; Use short sentences, choose plain words, and cut what is not needed.
How can I stay healthy?; Eat plenty of fruit and vegetables, move every day, and sleep enough.
"""

CONTINUATIONS = """
The door opened by itself.; Nobody stood outside, but on the step lay a small parcel.
Anna found an old map in the attic.; A red cross marked a spot behind the mill.
The dog would not stop barking.; At last we looked into the well and saw the lost lamb.
It had snowed all night.; In the morning the children could hardly open the front door.
The king could not laugh.; So he promised a bag of gold to anyone who told him a good joke.
Tom missed the last bus.; He buttoned his coat and began the long walk home.
Somebody had eaten the cake.; Only a few crumbs led from the table to the basket of the cat.
The lamp flickered and went out.; In the dark, Clara heard the clock tick louder than before.
A strange ship came into the harbour.; Its sails were blue, and nobody stood on its deck.
The letter had no stamp.; Yet it bore her name, in a hand that she knew well.
"""

SHORTENINGS = """
The meeting, which had been planned for Monday, was moved to Friday because the director was
    ill.;
    The meeting was moved to Friday because the director was ill.
In the end, after a very long walk through the forest, the children reached the small hut, tired
    but happy.;
    After a long walk, the children reached the hut, tired but happy.
Due to the fact that it was raining heavily, we made the decision to stay at home.;
    Because of the heavy rain, we stayed at home.
My uncle, who is a man who likes to cook, cooks a meal for all of us every Sunday.;
    My uncle likes to cook and does so for all of us every Sunday.
The shop on the corner, where we used to buy our bread, has now been closed for two years.;
    The corner shop where we bought our bread closed two years ago.
She opened the letter with great care and read it slowly, and then she read it one more time.;
    She carefully opened the letter and read it twice.
At this moment in time we are not able to give you an answer to your question.;
    We cannot answer your question now.
The dog ran as fast as it could, but the cat, being quicker, got away over the fence.;
    The dog ran fast, but the quicker cat escaped over the fence.
"""


def free() -> list[list[Entry]]:
    """Explanations, definitions, polite wishes, sentences, lists, messages, advice, endings."""
    return [
        told(
            rows("what answer", EXPLANATIONS),
            "free",
            ("Explain in one sentence {what}.", "", "{answer}"),
            ("In one sentence, explain {what}.", "", "{answer}"),
        ),
        told(
            rows("word answer", DEFINITIONS),
            "free",
            ("What does the word '{word}' mean?", "", "{answer}"),
            ("Define the word '{word}' in a simple sentence.", "", "{answer}"),
            ("Explain the meaning of the word.", "{word}", "{answer}"),
        ),
        told(
            rows("sentence answer", POLITE),
            "free",
            ("Rewrite the sentence more politely.", "{sentence}", "{answer}"),
            ("Say this in a polite way.", "{sentence}", "{answer}"),
        ),
        told(
            rows("what answer", SENTENCES_ABOUT),
            "free",
            ("Write one sentence about {what}.", "", "{answer}"),
            ("Write a sentence that describes {what}.", "", "{answer}"),
        ),
        told(rows("what answer", LISTS), "free", ("Name {what}.", "", "{answer}")),
        told(
            rows("what answer", MESSAGES), "free", ("Write a short message {what}.", "", "{answer}")
        ),
        told(rows("question answer", ADVICE), "free", ("{question}", "", "{answer}")),
        told(
            rows("start answer", CONTINUATIONS),
            "free",
            ("Continue the story with one sentence.", "{start}", "{answer}"),
        ),
        told(
            rows("sentence answer", SHORTENINGS),
            "free",
            ("Say the same in fewer words.", "{sentence}", "{answer}"),
        ),
    ]


# ------------------------------------------------------------------------------------ the file


def spread(families: list[list[Entry]], draw: Random) -> list[Entry]:
    """All entries in an order in which every longer slice holds its share of every family."""
    placed = []
    for family in families:
        shuffled = draw.sample(family, len(family))
        for number, made in enumerate(shuffled):
            placed.append(((number + draw.random()) / len(family), made))
    return [made for _, made in sorted(placed, key=lambda one: one[0])]


def make_entries() -> list[Entry]:
    """The whole data set, in the order of the file."""
    draw = Random(SEED)
    families = [
        *words_and_forms(),
        *group_tasks(draw),
        *facts(),
        *numbers_and_time(draw),
        *letters_and_words(draw),
        *rewriting(),
        *reading(),
        *free(),
    ]
    return spread(families, draw)


def make_text() -> str:
    """The whole file."""
    return json.dumps(make_entries(), ensure_ascii=False, indent=2) + "\n"


if __name__ == "__main__":
    path = Path(__file__).with_name("instructions.json")
    path.write_text(make_text(), encoding="utf-8", newline="\n")
