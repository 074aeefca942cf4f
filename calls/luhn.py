"""The Luhn formula (ISO/IEC 7812-1, annex B): one misread digit of a number is always seen."""


def check_digit(digits: str) -> str:
    """The digit to put behind `digits`."""
    total = 0
    for index, char in enumerate(reversed(digits)):
        value = int(char) * (2 - index % 2)
        total += value - 9 if value > 9 else value
    return str(-total % 10)


def is_valid(digits: str) -> bool:
    """Whether the last of `digits` is the check digit of the others."""
    return len(digits) > 1 and digits.isascii() and digits.isdecimal() and check_digit(digits[:-1]) == digits[-1]
