"""Follow-ups and questionnaires as a published version keeps them."""

import msgspec

from complaints.followups.settings import FollowUpBook
from ivr.questionnaires import Questionnaire


class FollowUpRules(msgspec.Struct, frozen=True):
    """What a version keeps of followups.yaml and questionnaires.yaml."""

    book: FollowUpBook = FollowUpBook()
    questionnaires: dict[str, Questionnaire] = {}
