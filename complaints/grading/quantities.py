"""Quantities that a text names: money, time that was waited, how often, how old, calls a day.

A number is what the words around it make of it. Where it may be two things the more severe one is taken: a grade that
is too high is seen by the first person who opens the case, one that is too low by nobody.
"""

import re
from collections.abc import Mapping

import msgspec

from complaints.grading.numbers import Number, numbers

_CURRENCY_AFTER = re.compile(
    r"\s?(?:多|余|来|几)?\s?(?:"
    r"(?P<CNY>块|元|圆|人民币|rmb|cny|yuan|kuai|renminbi)|(?P<USD>美元|美金|刀|usd|us dollar|dollar|bucks?)|"
    r"(?P<HKD>港币|港元|hkd|hk dollar)|(?P<EUR>欧元|eur(?:o)?s?|€)|(?P<GBP>英镑|gbp|pounds?|quid|£))"
)
_CURRENCY_BEFORE = re.compile(
    r"(?:(?P<CNY>人民币|rmb|cny|¥|元)|(?P<HKD>hkd|hk\$)|(?P<USD>usd|us\$|\$)|(?P<EUR>eur|€)|(?P<GBP>gbp|£))\s?$"
)
_COUNTED = re.compile(
    r"\s?(?:多|余|来|几)?\s?(?:个|名|位|人|次|回|遍|趟|粉|天|日|年|月|周|星期|礼拜|小时|钟头|分|秒|岁|号|条|单|户|点|度|股|步|里|公里|米|"
    r"平|件|张|本|封|笔|期|套|家|台|部|项|%|％|‰|倍|follower|people|time|day|week|month|year|hour|minute|second|call|percent)"
)
_MONEY_VERB = re.compile(
    r"(?:扣|收|退|赔|还|转|花|交|付|少了?|亏|损失|欠|算|被刷|盗刷|充|存|取|贷|借|共|计|到账|押金|本金|利息|手续费|违约金|费用?|款|保费|"
    r"charge|took|taken|take|refund|paid|pay|owe|missing|lost|lose|cost|debit|worth|of)[a-z]*[^,.;!?。\d]{0,6}$"
)
_MONEY_NOUN = re.compile(
    r"\s?多?(?:的)?(?:利息|本金|手续费|违约金|押金|货款|保费|服务费|贷款|存款|养老金|学费|钱|首付)"
)
_TIMES = re.compile(
    r"\s?(?:多|几)?(?:次|回|遍|趟|time|call|letter|complaint|email|e-mail|ticket|visit|attempt|try|week in a row)"
)
_OF_CONTACT = re.compile(
    r"投诉|反映|反应|来电|致电|打[^,.;!?。]{0,4}电话|打了|打来|联系|找你们|找过|跟你们说|说过|报修|申诉|complain|call(?:ed|ing)|contact|report|"
    r"phon|rang|wrote|writ|email|raised|chas|ask"
)
_MINUTES = re.compile(r"\s?(?:多|几|来)?\s?个?(?:分钟|分(?!期|行|公|之|理|部|店)|min(?:ute)?s?(?![a-z]))")
_HOURS = re.compile(r"\s?(?:多|几)?\s?(?:个)?(?:多)?(?:小时|钟头|钟(?!头)|点钟|hours?(?![a-z])|hrs?(?![a-z])|an? hour)")
_DAYS = re.compile(
    r"\s?(?:多|几|来)?\s?个?(?:多)?(?:工作日|自然日|天|日(?!常)|(?:working |business |calendar )?days?(?![a-z]))"
)
_WEEKS = re.compile(
    r"\s?(?:多|几)?\s?个?(?:多)?(?:星期|礼拜|周(?!岁|末|一|二|三|四|五|六|日)|weeks?(?![a-z])|fortnights?)"
)
_MONTHS = re.compile(
    r"\s?(?:多|几)?\s?个(?:多)?月|\s?months?(?![a-z])|\s?(?:多)?年(?!化|费|底|初|级)|\s?years?(?! old|-old)(?![a-z])"
)
_WAITED = re.compile(
    r"等|排|占线|打不进|打不通|没有?人|没(?:有)?(?:任何)?(?:消息|回复|回音|答复|反应|动静|进展|结果|下文|到账|收到|处理|解决)|未(?:回复|处理|收到|答复|解决)|"
    r"不(?:回复|处理|解决)|拖|过去了|了还|还没|现在|迟迟|一直|音乐|久|hold|wait|queu|no (?:reply|answer|response|news)|"
    r"nobody|no one|"
    r"not (?:heard|been|had|received)|hasn't|haven't|still|ago|come back|promised|now"
)
_AGE = re.compile(r"\s?(?:多)?\s?(?:周?岁|years? old|-years?-old| yrs? old|yo(?![a-z]))")
_OLD = re.compile(r"(?:快|都|已经|年过|将近|nearly|almost|over|about|around)\s?$")
_OLD_AFTER = re.compile(r"\s?多?(?:了|的人|高龄|[,.;!?。]|and\b|$)")
_AGE_BEFORE = re.compile(
    r"(?:(?:is|was|am|aged|age|turned|i'm|he's|she's)(?: only| just| already| now| almost)?|年龄|今年|才|年近)\s?$"
)
_CALLS = re.compile(r"\s?(?:多|几|来)?\s?(?:个|通|次|遍|回|times?|calls?)")
_OF_CALLS = re.compile(r"电话|来电|打|接了|接到|短信|call|phon|ring|rang|text|message")
_MISSED = re.compile(r"\s?(?:多|几)?(?:个|通)?\s?(?:未接|missed calls?|voicemails?)")
_PER_DAY = re.compile(
    r"一天|从早|到现在|since (?:breakfast|this morning|morning|lunch)|today|今天|昨天|yesterday|"
    r"每天|天天|一日|每日|一上午|一下午|一晚上|一个小时|a day|per day|every day|each day|daily|an hour|in one day"
)
_LEAST_YEARS, _MOST_YEARS = 3, 110
_DAYS_OF_WEEK, _DAYS_OF_MONTH = 7, 30


class Quantities(msgspec.Struct, frozen=True):
    """What a text names at most, 0 where it names nothing. Money in the house's currency."""

    money: float = 0.0
    wait_minutes: float = 0.0
    wait_days: float = 0.0
    times: float = 0.0
    calls_a_day: float = 0.0
    oldest: float = 0.0
    youngest: float = 0.0


def quantities(text: str, rates: Mapping[str, float]) -> Quantities:
    """The quantities of a text that is `normal`. `rates`: worth of one of each currency (ISO 4217) in the house's own;
    one that is not among them counts as one."""
    most: dict[str, float] = {}

    def take(name: str, value: float) -> None:
        most[name] = max(most.get(name, 0.0), value)

    youngest = 0.0
    for number in numbers(text):
        before, after = text[max(0, number.start - 16) : number.start], text[number.end : number.end + 24]
        if (age := _age(number, before, after)) is not None:
            take("oldest", age)
            youngest = min(youngest or age, age)
            continue
        money = _money(number, before, after, rates)
        if money:
            take("money", money)
        sentence = text[max(0, number.start - 30) : number.end + 30]
        for name, value in _times(number, after, sentence):
            take(name, value)
        if _WAITED.search(sentence):
            for name, value in _waited(number, after):
                take(name, value)
    return Quantities(**most, youngest=youngest)


def _age(number: Number, before: str, after: str) -> float | None:
    if not _LEAST_YEARS <= number.value <= _MOST_YEARS:
        return None
    if _AGE.match(after):
        return number.value
    if _AGE_BEFORE.search(before) and re.match(r"\s?(?:[,.;!?。]|and\b|with\b|$)", after):
        return number.value
    # 快八十了, nearly ninety: tens from sixty on, of which nothing is counted
    if 60 <= number.value < 100 and number.value % 10 == 0 and _OLD.search(before) and _OLD_AFTER.match(after):
        return number.value
    return None


def _money(number: Number, before: str, after: str, rates: Mapping[str, float]) -> float:
    named = _CURRENCY_BEFORE.search(before) or _CURRENCY_AFTER.match(after)
    if named is not None:
        return number.value * rates.get(named.lastgroup or "", 1.0)
    if _COUNTED.match(after):
        return 0.0
    if number.is_great and number.value >= 100 and (_MONEY_VERB.search(before) or _MONEY_NOUN.match(after)):
        return number.value
    if number.is_great and number.value >= 1_000 and re.match(r"\s?多?(?:[,.;!?。吧呢啊]|$)", after):
        return number.value
    if _MONEY_VERB.search(before) and 10 <= number.value < 10_000_000 and re.match(r"\s?(?:[,.;!?。的]|$)", after):
        return number.value
    return 0.0


def _times(number: Number, after: str, sentence: str) -> list[tuple[str, float]]:
    found = []
    if _TIMES.match(after) and _OF_CONTACT.search(sentence):
        found.append(("times", number.value))
    is_of_calls = _CALLS.match(after) and _PER_DAY.search(sentence) and _OF_CALLS.search(sentence)
    if is_of_calls or _MISSED.match(after):
        found.append(("calls_a_day", number.value))
    return found


def _waited(number: Number, after: str) -> list[tuple[str, float]]:
    if _MINUTES.match(after):
        return [("wait_minutes", number.value)]
    if _HOURS.match(after):
        return [("wait_minutes", number.value * 60)]
    if _DAYS.match(after):
        return [("wait_days", number.value)]
    if _WEEKS.match(after):
        return [("wait_days", number.value * _DAYS_OF_WEEK)]
    if _MONTHS.match(after):
        return [("wait_days", number.value * _DAYS_OF_MONTH)]
    return []
