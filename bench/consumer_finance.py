"""A house of consumer finance, made up: its scenes by the hundred, in files as an admin would write them.

Each product has 34 scenes of five categories; ten products make 340 scenes, a hundred make 3,400.
"""

SCENES_OF_A_PRODUCT = 34
_PRODUCTS = (
    "cash", "instalment", "card", "car", "renovation", "education", "medical", "travel", "phone", "farming",
)  # fmt: skip
_TEMPLATES = """\
templates:
  house:
    about: What all calls of the house have
    record: always
    notice: recording_notice
    caller_ids: main
    ring: {longest: 40 s, least: 15 s}
    retry: {tries: 3, after: 4 h, by_result: {busy: 30 min, refusal: never, invalid_number: never}}
  service: {like: house, category: service, department: service, owner: service_office, hours: outbound}
  marketing:
    like: house
    takes: {season: spring}
    category: marketing
    department: sales
    owner: sales_office
    hours: outbound
    list: "{season}_campaign"
    attributes: {season: "{season}"}
    retry: {tries: 2, after: 24 h}
  survey: {like: house, category: survey, department: quality, owner: quality_office, hours: outbound}
  risk: {like: house, category: risk, department: risk, owner: risk_office, hours: outbound}
  collection:
    like: house
    takes: {stage: m1, tries: 3}
    category: collection
    department: collections
    owner: collections_office
    hours: outbound
    list: "overdue_{stage}"
    attributes: {stage: "{stage}"}
    retry: {tries: "{tries}"}
"""
_SERVICE = (
    "welcome", "contract_signed", "instalment_due", "debit_failed", "rate_change", "certificate_ready", "early_payoff",
    "card_sent", "complaint_answer", "callback_wish",
)  # fmt: skip
_MARKETING = (
    ("raise_limit", "spring"), ("second_loan", "autumn"), ("insurance", "spring"), ("bring_a_friend", "summer"),
    ("refinance", "winter"), ("return_offer", "autumn"),
)  # fmt: skip
_SURVEY = ("after_talk", "after_contract", "after_complaint", "yearly")
_RISK = ("verify_application", "verify_address", "fraud_alert", "identity_expired", "early_warning", "employer_check")
_COLLECTION = ("m0", "m1", "m2", "m3", "m4", "m5", "m6", "write_off")


def files(scenes: int) -> dict[str, str]:
    """Scenes of a whole house, by path from the site's folder; as many as are asked for, or some more."""
    products = -(-scenes // SCENES_OF_A_PRODUCT)
    found = {"dialplans/scenes/templates.yaml": _TEMPLATES}
    for number in range(products):
        name = _PRODUCTS[number % len(_PRODUCTS)]
        product = name if number < len(_PRODUCTS) else f"{name}_{number // len(_PRODUCTS) + 1}"
        found[f"dialplans/scenes/{product}.yaml"] = "scenes:\n" + "".join(_scenes(product))
    return found


def _scenes(product: str) -> list[str]:
    lines = [
        _scene(product, name, "service", ("human", "ivr", "callback", "follow_up")[place % 4])
        for place, name in enumerate(_SERVICE)
    ]
    lines += [_scene(product, name, "marketing", "human", season=season) for name, season in _MARKETING]
    lines += [_scene(product, name, "survey", "ivr") for name in _SURVEY]
    lines += [_scene(product, name, "risk", "human" if place % 2 else "ai") for place, name in enumerate(_RISK)]
    lines += [
        _scene(product, f"remind_{stage}", "collection", "ai" if place < 4 else "human", stage=stage)
        for place, stage in enumerate(_COLLECTION)
    ]
    return lines


def _scene(product: str, name: str, template: str, channel: str, **given: str) -> str:
    values = f", with: {{{', '.join(f'{word}: {value}' for word, value in given.items())}}}" if given else ""
    script = "script: survey" if channel == "ivr" else f"script_elsewhere: {template} handbook, {name}, of 2026-11"
    return (
        f"  {product}_{name}: {{like: {template}{values}, channel: {channel}, product: {product}, {quoted(script)}}}\n"
    )


def quoted(setting: str) -> str:
    """A setting whose text may have commas."""
    word, _, text = setting.partition(": ")
    return f'{word}: "{text}"'
