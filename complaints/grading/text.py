"""Texts of customers and agents in one form, so that words are found however they are typed."""

import re
import unicodedata

MOST_CHARACTERS = 10_000
"""Of a longer text the beginning is read: a grade must not cost more, the longer a letter is."""

LONGEST_CLAUSE = 200
"""Characters. A text without an end of a clause would else be read anew for each word that is found in it: ten thousand
characters of a stranger's letter took eight seconds, and the store waited."""

_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff]")
_SPACES = re.compile(r"\s+")
_HAN = r"[\u3400-\u9fff]"
_BETWEEN_HAN = re.compile(rf"(?<={_HAN}) (?={_HAN})")
_QUOTES = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "，": ",", "；": ";", "：": ":", "！": "!", "？": "?"})
_TRADITIONAL = (
    "銀银監监會会證证調调報报記记媒媒體体頻频網网發发開开訴诉訟讼傳传庭庭師师權权費费舉举訪访轉转辦办門门關关單单們们這这個个說说話话電电"
    "時时間间還还錢钱萬万塊块圓圆幣币帳账賬账戶户號号碼码簡简訊讯親亲爺爷媽妈爸爸兒儿孫孙學学鄰邻領领導导闆板員员問问題题處处理理結结"
    "責责態态度度壞坏罵骂脅胁騷骚擾扰嚇吓殺杀癌癌療疗術术殘残聾聋視视聽听瘋疯懷怀婦妇嬰婴歲岁養养貸贷債债償偿賠赔還还撥拨應应該该"
    "沒没無无見见過过來来給给讓让從从對对與与為为將将現现據据實实際际務务業业產产經经濟济賣卖買买購购貨货訂订稅税額额準准確确認认識识"
    "證证護护險险騙骗詐诈竊窃盜盗刪删鎖锁凍冻結结請请謝谢歡欢聯联絡络繫系續续複复雜杂覆复書书寫写讀读漏漏洩泄私私隱隐醫医藥药"
    "暈晕傷伤亡亡喪丧遺遗屬属軍军烈烈衛卫偵侦察察警警檢检庫库點点鐘钟後后邊边裡里樓楼區区縣县鎮镇鄉乡國国產产務务總总統统"
)
_SIMPLE = {ord(old): new for old, new in zip(_TRADITIONAL[::2], _TRADITIONAL[1::2], strict=True)}
_DIGIT_SIGNS = str.maketrans("零〇一二三四五六七八九", "00123456789")
_READ_OUT = re.compile("[零〇一二三四五六七八九]{4,}")
_CLAUSE_END = ",.;!?。\n"


def normal(text: str) -> str:
    """The text in one form: compatible characters (NFKC), small letters, plain quotes, one space at most and none
    between Chinese characters, the commonest traditional characters as simplified ones, digits that are read out
    (一二三七八) as digits. A sign that ends a clause stays."""
    plain = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text[:MOST_CHARACTERS])).translate(_QUOTES).casefold()
    plain = _BETWEEN_HAN.sub("", _SPACES.sub(" ", plain.translate(_SIMPLE))).strip()
    return _READ_OUT.sub(lambda found: found[0].translate(_DIGIT_SIGNS), plain)


def clause_start(text: str, place: int) -> int:
    """Where the clause begins that `place` is in, at most LONGEST_CLAUSE before it. A comma or point between two digits
    ends none."""
    earliest = max(0, place - LONGEST_CLAUSE)
    for at in range(place - 1, earliest - 1, -1):
        if text[at] in _CLAUSE_END and not _in_number(text, at):
            return at + 1
    return earliest


def _in_number(text: str, at: int) -> bool:
    return text[at] in ",." and 0 < at < len(text) - 1 and text[at - 1].isdigit() and text[at + 1].isdigit()
