"""Words of a report, by language: Chinese first, then English."""

from calls.errors import BadInput
from dsl.tree import nearest_hint

LANGUAGES = ("zh-CN", "en")

_WORDS = {
    "daily": ("日报", "Daily report"),
    "weekly": ("周报", "Weekly report"),
    "monthly": ("月报", "Monthly report"),
    "made": ("数据截至", "Known until"),
    "summary": ("概览", "Summary"),
    "suggestions": ("建议", "Suggestions"),
    "rule": ("规则", "Rule"),
    "concerns": ("对象", "Concerns"),
    "suggestion": ("建议", "Suggestion"),
    "house": ("全部", "All"),
    "total": ("合计", "Total"),
    "what_became": ("来电去向", "What became of callers"),
    "by_hour": ("按时段（来电时刻）", "By hour of arrival"),
    "by_day": ("按日", "By day"),
    "by_wait": ("等待时长分布", "How long callers waited"),
    "by_grade_of_answer": ("满意度分布", "Answers by grade"),
    "queues": ("队列", "Queues"),
    "queue": ("队列", "Queue"),
    "after_talks": ("通话与回访效果", "Talks, and what came after"),
    "agents": ("坐席", "Agents"),
    "agent": ("坐席", "Agent"),
    "kinds": ("通话类别", "Talks by kind of call"),
    "kind": ("类别", "Kind"),
    "caller": ("来电", "caller"),
    "campaign": ("外呼任务", "campaign"),
    "internal": ("内部通话", "colleague"),
    "own_call": ("坐席外拨", "agent's own"),
    "callbacks": ("回拨", "Callbacks"),
    "dispositions": ("通话结果", "What came of talks"),
    "disposition": ("登记结果", "Said"),
    "unsaid": ("未登记", "nothing"),
    "outcome": ("结果", "Outcome"),
    "count": ("数量", "Count"),
    "cases": ("工单", "Cases"),
    "case_clocks": ("时限达成（按级别）", "Clocks of cases, by level"),
    "case_departments": ("部门", "Departments"),
    "level": ("级别", "Level"),
    "clock": ("时限", "Clock"),
    "met": ("按时", "Met"),
    "missed": ("超时", "Missed"),
    "met_rate": ("达成率", "Met"),
    "share": ("要求", "Asked for"),
    "department": ("部门", "Department"),
    "opened": ("受理", "Opened"),
    "closed_in_two_days": ("两日内办结", "Closed in two days"),
    "taken": ("接手", "Hand-overs"),
    "sent_on": ("转出未接手", "Sent on untaken"),
    "mean_hand_over": ("平均交接", "Mean hand-over"),
    "longest_hand_over": ("最长交接", "Longest hand-over"),
    "followups": ("回访", "Follow-up visits"),
    "questionnaires": ("问卷", "Questionnaires"),
    "questionnaire": ("问卷", "Questionnaire"),
    "question": ("问题", "Question"),
    "answer": ("回答", "Answer"),
    "all_of_them": ("合计", "All"),
    "due": ("到期", "Due"),
    "done": ("完成", "Done"),
    "in_time": ("按时完成", "In time"),
    "in_time_rate": ("按时率", "In time"),
    "held_back": ("不得外呼", "Held"),
    "given_up": ("未联系上", "Given up"),
    "not_wanted": ("客户不愿", "Not wanted"),
    "pending": ("进行中", "Pending"),
    "index": ("满意度指数", "Index"),
    "scenes": ("外呼场景", "Scenes of outgoing calls"),
    "scene": ("场景", "Scene"),
    "dialled": ("已拨", "Dialled"),
    "answered_calls": ("接听", "Answered"),
    "effective_talks": ("有效通话", "Talks"),
    "blocked": ("被拦截", "Blocked"),
    "refused_calls": ("拦截", "Refused"),
    "refused_rate": ("拦截率", "Refused"),
    "refusals": ("外呼拦截", "Outgoing calls refused"),
    "refusals_by_department": ("各部门外呼拦截", "Outgoing calls refused, by department"),
    "denied": ("禁止", "Denied"),
    "put_off": ("暂缓", "Put off"),
    "numbers": ("号码数", "Numbers"),
    "talk_rate": ("有效率", "Talk rate"),
    "complaints": ("投诉", "Complaints"),
    "complaints_per_10000": ("万投比", "Complaints per 10,000"),
    "offered": ("进入队列", "Offered"),
    "answered": ("接通", "Answered"),
    "abandoned": ("放弃", "Abandoned"),
    "callback": ("回拨", "Callback"),
    "way_out": ("自选退出", "Way out"),
    "timed_out": ("等待超时", "Timed out"),
    "turned_away": ("未能受理", "Turned away"),
    "lost": ("系统丢失", "Lost"),
    "other": ("其他", "Other"),
    "others": ("其余去向", "All others"),
    "answer_rate": ("接通率", "Answer rate"),
    "abandon_rate": ("放弃率", "Abandon rate"),
    "service_level": ("服务水平（剔除早弃）", "Service level, early leavers apart"),
    "service_level_of_all": ("服务水平（全部）", "Service level, of all"),
    "within": ("{} 秒内接通", "answered within {} s"),
    "mean_wait": ("平均等待", "Mean wait"),
    "longest_wait": ("最长等待", "Longest wait"),
    "mean_abandon": ("放弃前等待", "Wait before giving up"),
    "talks": ("通话段数", "Talks"),
    "calls": ("通话来电数", "Calls with a talk"),
    "mean_talk": ("平均每段", "Mean talk"),
    "mean_call": ("平均每通", "Mean per call"),
    "talk_time": ("通话总时长", "Talk time"),
    "held": ("保持时长", "On hold"),
    "repeat_rate": ("重复来电率", "Repeat calls"),
    "resolution": ("首次解决率", "First-contact resolution"),
    "resolution_pending": ("{} 个尚未过观察期", "{} not known yet"),
    "of_contacts": ("{} 次首次来电", "of {} first contacts"),
    "days_window": ("{} 天内同一人同一队列", "same person, same queue, within {} days"),
    "satisfaction": ("满意度指数（校正）", "Satisfaction index, corrected"),
    "satisfaction_raw": ("满意度指数（原始）", "Satisfaction index, raw"),
    "satisfied": ("满意率（校正）", "Satisfied, corrected"),
    "sample": ("样本", "Sample"),
    "of_sample": ("样本 {}，95 % 区间 {}–{}", "sample {}, 95 % interval {}–{}"),
    "response_rate": ("参评率", "Response rate"),
    "accuracy": ("人工准确率", "Human accuracy"),
    "of_reviewed": ("复核 {} 段", "{} talks reviewed"),
    "interval": ("95 % 区间", "95 % interval"),
    "grade_1": ("很不满意", "very dissatisfied"),
    "grade_2": ("不满意", "dissatisfied"),
    "grade_3": ("一般", "neither"),
    "grade_4": ("满意", "satisfied"),
    "grade_5": ("很满意", "very satisfied"),
    "hour": ("时", "hour"),
    "day": ("日期", "Day"),
    "seconds": ("秒", "s"),
    "up_to": ("≤{}", "≤{}"),
    "longer": (">{}", ">{}"),
    "none": ("本期没有数据", "Nothing in this span"),
    "gaps": ("缺失的数据", "What is missing"),
    "notes": ("说明", "Notes"),
    "note_offered": (
        "进入队列的来电每通只计一次，去向合计等于进入队列数。接通率 = 接通 ÷ 进入队列。",
        "Each caller who came to a queue counts once; fates add up to the offered. Answer rate = answered ÷ offered.",
    ),
    "note_level": (
        "服务水平（剔除早弃）= {0} 秒内接通 ÷（进入队列 − {0} 秒内放弃）；（全部）= {0} 秒内接通 ÷ 进入队列。",
        "Service level, early leavers apart = answered within {0} s ÷ (offered − abandoned within {0} s); "
        "of all = the same ÷ offered.",
    ),
    "note_talk": (
        "通话时长从双方接通算起，到一方离开为止，含保持，不含其后的评价；一通来电可有几段通话。",
        "A talk is from the moment both hear each other until one is gone, holds included, the survey after it not; "
        "a call may have several.",
    ),
    "note_csat": (
        "校正：按队列与等待时长分层，以各层通话数加权，减少只有部分人参评带来的偏差。",
        "Corrected: answers are weighed by the talks of each class of queue and wait, since those who answer are not "
        "like those who do not.",
    ),
    "note_formulas": ("各项公式见 docs/reports.md。", "docs/reports.md has every formula."),
    "figure": ("指标", "Figure"),
    "value": ("数值", "Value"),
    "reached": ("已回拨", "reached"),
    "unreached": ("未接通", "unreached"),
    "expired": ("已过期", "expired"),
    "refused": ("已拒绝", "refused"),
    "came_back": ("客户再次来电", "came back"),
    "joined": ("并入另一回拨", "joined"),
    "booked": ("待回拨", "booked"),
    "abandoned_dialled": ("无人接续", "Abandoned"),
}


class Words:
    """The words of one language. A word that nobody knows, a queue's name, is itself."""

    def __init__(self, language: str) -> None:
        """Raises BadInput for a language that reports do not have."""
        if language not in LANGUAGES:
            raise BadInput(
                f"reports are in {' and '.join(LANGUAGES)}, not in {language}{nearest_hint(language, LANGUAGES)}"
            )
        self.language = language
        self._place = LANGUAGES.index(language)

    def __getitem__(self, word: str) -> str:
        found = _WORDS.get(word)
        return word if found is None else found[self._place]

    def form(self, word: str, *values: object) -> str:
        """The word with values in their places."""
        return self[word].format(*values)

    def of(self, texts: dict[str, str]) -> str:
        """The text of this language, else the first one."""
        return texts.get(self.language) or next(iter(texts.values()), "")
