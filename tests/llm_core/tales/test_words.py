"""Forms of English words."""

import pytest

from llm_core.tales import words

PLURALS = """
cat=cats box=boxes bus=buses church=churches dish=dishes glass=glasses fox=foxes quiz=quizzes
berry=berries city=cities boy=boys key=keys monkey=monkeys leaf=leaves loaf=loaves thief=thieves
knife=knives wife=wives life=lives wolf=wolves shelf=shelves calf=calves half=halves scarf=scarves
man=men woman=women child=children foot=feet tooth=teeth goose=geese mouse=mice ox=oxen
person=people sheep=sheep deer=deer fish=fish hero=heroes potato=potatoes tomato=tomatoes
echo=echoes piano=pianos photo=photos zoo=zoos roof=roofs chef=chefs cliff=cliffs human=humans
snowman=snowmen fireman=firemen fisherman=fishermen postwoman=postwomen grandchild=grandchildren
bookshelf=bookshelves housewife=housewives goldfish=goldfish toothbrush=toothbrushes
stomach=stomachs house=houses horse=horses nose=noses lady=ladies day=days radio=radios
scissors=scissors dwarf=dwarfs eyelash=eyelashes penknife=penknives cloverleaf=cloverleaves
"""

VERBS = """
be was been is being, have had had has having, do did done does doing, go went gone goes going,
say said said says saying, make made made makes making, get got got gets getting,
see saw seen sees seeing, come came come comes coming, take took taken takes taking,
know knew known knows knowing, think thought thought thinks thinking, give gave given gives giving,
find found found finds finding, tell told told tells telling, begin began begun begins beginning,
run ran run runs running, bring brought brought brings bringing, write wrote written writes writing,
sit sat sat sits sitting, stand stood stood stands standing, lose lost lost loses losing,
pay paid paid pays paying, meet met met meets meeting, lead led led leads leading,
speak spoke spoken speaks speaking, read read read reads reading, grow grew grown grows growing,
win won won wins winning, teach taught taught teaches teaching, buy bought bought buys buying,
fall fell fallen falls falling, cut cut cut cuts cutting, break broke broken breaks breaking,
wear wore worn wears wearing, eat ate eaten eats eating, drink drank drunk drinks drinking,
sing sang sung sings singing, swim swam swum swims swimming, ring rang rung rings ringing,
fly flew flown flies flying, throw threw thrown throws throwing, draw drew drawn draws drawing,
choose chose chosen chooses choosing, freeze froze frozen freezes freezing,
steal stole stolen steals stealing, ride rode ridden rides riding, hide hid hidden hides hiding,
bite bit bitten bites biting, forget forgot forgotten forgets forgetting,
shake shook shaken shakes shaking, sleep slept slept sleeps sleeping,
catch caught caught catches catching, fight fought fought fights fighting,
put put put puts putting, hit hit hit hits hitting, feed fed fed feeds feeding,
light lit lit lights lighting, dig dug dug digs digging, lie lay lain lies lying,
lay laid laid lays laying, tear tore torn tears tearing, hang hung hung hangs hanging,
walk walked walked walks walking, stop stopped stopped stops stopping,
carry carried carried carries carrying, play played played plays playing,
cry cried cried cries crying, bake baked baked bakes baking, hop hopped hopped hops hopping,
hope hoped hoped hopes hoping, wish wished wished wishes wishing, fix fixed fixed fixes fixing,
travel travelled travelled travels travelling, visit visited visited visits visiting,
open opened opened opens opening, prefer preferred preferred prefers preferring,
tie tied tied ties tying, die died died dies dying, agree agreed agreed agrees agreeing,
chew chewed chewed chews chewing, show showed shown shows showing, kick kicked kicked kicks kicking,
listen listened listened listens listening, wrap wrapped wrapped wraps wrapping,
clap clapped clapped claps clapping, quarrel quarrelled quarrelled quarrels quarrelling,
answer answered answered answers answering, offer offered offered offers offering,
snow snowed snowed snows snowing, use used used uses using, dream dreamt dreamt dreams dreaming,
learn learnt learnt learns learning, panic panicked panicked panics panicking,
echo echoed echoed echoes echoing, tidy tidied tidied tidies tidying, row rowed rowed rows rowing,
grab grabbed grabbed grabs grabbing, shout shouted shouted shouts shouting,
look_after looked_after looked_after looks_after looking_after, rain rained rained rains raining,
argue argued argued argues arguing, whisper whispered whispered whispers whispering,
chat chatted chatted chats chatting, sail sailed sailed sails sailing
"""

PASTS = """
arise arose arisen, awake awoke awoken, beat beat beaten, become became become, bend bent bent,
bind bound bound, bleed bled bled, blow blew blown, breed bred bred, build built built, burn burnt
burnt, burst burst burst, cling clung clung, cost cost cost, creep crept crept, deal dealt dealt,
drive drove driven, feel felt felt, flee fled fled, fling flung flung, forgive forgave forgiven,
grind ground ground, hear heard heard, hold held held, hurt hurt hurt, keep kept kept, kneel knelt
knelt, lean leant leant, leap leapt leapt, leave left left, lend lent lent, let let let, mean
meant meant, mistake mistook mistaken, overhear overheard overheard, oversleep overslept
overslept, rise rose risen, seek sought sought, sell sold sold, send sent sent, set set set, sew
sewed sewn, shine shone shone, shoot shot shot, shrink shrank shrunk, shut shut shut, sink sank
sunk, slide slid slid, smell smelt smelt, sow sowed sown, speed sped sped, spell spelt spelt,
spend spent spent, spill spilt spilt, spin spun spun, split split split, spread spread spread,
spring sprang sprung, stick stuck stuck, sting stung stung, stride strode stridden, strike struck
struck, string strung strung, swear swore sworn, sweep swept swept, swell swelled swollen, swing
swung swung, tread trod trodden, undo undid undone, understand understood understood, upset upset
upset, wake woke woken, weave wove woven, weep wept wept, wind wound wound, wring wrung wrung
"""

DEGREES = """
big bigger biggest, small smaller smallest, hot hotter hottest, thin thinner thinnest,
happy happier happiest, early earlier earliest, dry drier driest, shy shyer shyest,
large larger largest, brave braver bravest, wide wider widest, simple simpler simplest,
good better best, bad worse worst, far farther farthest, wet wetter wettest, new newer newest,
slow slower slowest, grey greyer greyest, clever cleverer cleverest, narrow narrower narrowest,
quiet quieter quietest, gentle gentler gentlest, sad sadder saddest, funny funnier funniest,
old older oldest, cheap cheaper cheapest, red redder reddest, noisy noisier noisiest,
unhappy unhappier unhappiest, strange stranger strangest, loose looser loosest,
weak weaker weakest, high higher highest, safe safer safest, polite politer politest,
careful more_careful most_careful, beautiful more_beautiful most_beautiful,
tired more_tired most_tired, useful more_useful most_useful, honest more_honest most_honest,
patient more_patient most_patient, dangerous more_dangerous most_dangerous,
curious more_curious most_curious, expensive more_expensive most_expensive
"""

ARTICLES = """
an apple, a ball, an hour, a uniform, an umbrella, a university, an honest man, a one-legged stool,
a useful tool, an ugly duck, an 8, a 10, an 11, an 80, a European city, an old unicorn, a unicorn,
an uninvited guest, an orange, a yellow hat, an e, a b, an f, a u, an elephant, a house, an onion,
an uncle, a hero, an heir, an eye, a ewe
"""


@pytest.mark.parametrize("pair", PLURALS.split())
def test_nouns_have_the_plural_of_the_dictionary(pair: str) -> None:
    noun, many = pair.split("=")
    assert words.plural(noun) == many


@pytest.mark.parametrize("line", [line.strip() for line in VERBS.split(",")])
def test_verbs_have_the_forms_of_the_dictionary(line: str) -> None:
    verb, *forms = (form.replace("_", " ") for form in line.split())
    made = [form(verb) for form in (words.past, words.participle, words.third, words.gerund)]
    assert made == forms


@pytest.mark.parametrize("line", [line.strip() for line in PASTS.split(",")])
def test_strong_verbs_have_the_pasts_of_the_dictionary(line: str) -> None:
    verb, simple, perfect = line.split()
    assert [words.past(verb), words.participle(verb)] == [simple, perfect]


@pytest.mark.parametrize("line", [line.strip() for line in DEGREES.split(",")])
def test_adjectives_have_the_degrees_of_the_dictionary(line: str) -> None:
    adjective, *degrees = (form.replace("_", " ") for form in line.split())
    assert [words.comparative(adjective), words.superlative(adjective)] == degrees


@pytest.mark.parametrize("phrase", [phrase.strip() for phrase in ARTICLES.split(",")])
def test_the_article_follows_the_sound(phrase: str) -> None:
    _, _, noun = phrase.partition(" ")
    assert words.with_article(noun) == phrase


def test_the_head_of_a_phrase_is_inflected() -> None:
    assert words.plural("piece of clothing") == "pieces of clothing"
    assert words.plural("fire engine") == "fire engines"
    assert words.past("put on") == "put on"
    assert words.gerund("sit down") == "sitting down"


def test_numbers_are_spelled_with_and_and_hyphens() -> None:
    said = {0: "zero", 13: "thirteen", 40: "forty", 21: "twenty-one", 100: "one hundred"}
    said |= {101: "one hundred and one", 999: "nine hundred and ninety-nine", 1000: "one thousand"}
    assert {number: words.number_word(number) for number in said} == said
    assert len({words.number_word(number) for number in range(1001)}) == 1001


@pytest.mark.parametrize("number", [-1, 1001])
def test_a_number_without_words_is_refused(number: int) -> None:
    with pytest.raises(ValueError, match="choose a number from 0 to 1000"):
        words.number_word(number)


def test_lists_end_in_and_without_a_comma() -> None:
    assert words.listed(["a"]) == "a"
    assert words.listed(["a", "b"]) == "a and b"
    assert words.listed(["a", "b", "c"], "or") == "a, b or c"
