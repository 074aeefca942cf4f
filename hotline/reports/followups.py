"""Follow-ups and answers of the store as the figures take them."""

import sqlite3

from calls.identity import known_by
from reporting.followups import AnswerRow, FollowUpRow

_FOLLOW_UPS = 'SELECT rule, state, "until", changed_at FROM followups WHERE "until" >= ? AND "until" < ?'
_ANSWERS = (
    "SELECT a.questionnaire, a.question, a.word, a.at, a.person, c.caller, a.followup, (SELECT sum(t.ended_at - "
    "t.began_at) FROM talks AS t WHERE t.call = a.call AND t.agent <> '') FROM answers AS a "
    "LEFT JOIN calls AS c ON c.call = a.call AND c.direction = 'in' WHERE a.at >= ? AND a.at < ? "
    "ORDER BY a.at, a.source, a.question"
)


def follow_up_rows(connection: sqlite3.Connection, since: float, until: float) -> list[FollowUpRow]:
    """Those whose last day ended from `since` on and before `until` (UTC epoch seconds)."""
    return [FollowUpRow(*row) for row in connection.execute(_FOLLOW_UPS, (since, until))]


def answer_rows(connection: sqlite3.Connection, since: float, until: float, once_in_h: float) -> list[AnswerRow]:
    """Answers of the span in the order of their times, with those of shortly before it, by which a person counts once.

    An answer that a caller gave after a talk is held to its length; one of a follow-up, or of an app, to none.
    """
    found = []
    rows = connection.execute(_ANSWERS, (since - 3600 * once_in_h, until))
    for questionnaire, question, word, at, person, caller, followup, talk_s in rows:
        talked = (talk_s or 0.0) if caller is not None and followup is None else None
        who = person or known_by(caller or "")
        found.append(AnswerRow(questionnaire, question, word, at, who, talked, at >= since))
    return found
