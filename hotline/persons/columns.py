"""Words of the headings of files about persons, and of what stands below them."""

import unicodedata
from collections.abc import Collection

from hotline.contacts.columns import WORDS, plain_word

_MORE = {
    "tier": "等级 客户等级 级别 客户级别 体验等级 会员等级 tier level grade customertier",
    "region": "地区 区域 省份 region province state",
    "purpose": "用途 目的 授权用途 授权事项 purpose category scene",
    "given": "同意 是否同意 授权 是否授权 授权状态 意愿 consent given optin status",
    "channel": "渠道 方式 呼叫方式 channel",
    "at": "时间 日期 授权时间 授权日期 同意时间 date at time consentedat consentdate",
    "until": "截止 有效期 有效期至 到期日 失效日期 until expires expiry validuntil",
    "evidence": "凭证 证据 录音 依据 evidence proof recording document",
}
_WORDS: dict[str, str] = {**{str(role): words for role, words in WORDS.items()}, **_MORE}
SEVERAL = frozenset({"number", "account"})
"""Roles that several columns may have."""
_YES = frozenset({"1", "y", "yes", "true", "given", "optin", "granted", "是", "同意", "已同意", "授权", "已授权"})
_NO = frozenset(
    {
        "0",
        "n",
        "no",
        "false",
        "refused",
        "withdrawn",
        "revoked",
        "optout",
        "否",
        "不同意",
        "拒绝",
        "撤回",
        "已撤回",
        "未授权",
    }
)


def words_of(roles: Collection[str]) -> dict[str, str]:
    """The words of headings for these roles."""
    return {role: words for role, words in _WORDS.items() if role in roles}


def yes_or_no(text: str) -> bool:
    """Whether a cell says yes. Raises ValueError for one that says neither."""
    plain = plain_word(unicodedata.normalize("NFKC", text))
    if plain not in _YES | _NO:
        raise ValueError(f"{text[:40]!r} is neither yes nor no")
    return plain in _YES
