"""What number does a Chinese numeral say?"""

from decimal import Decimal

MAX_NUMERALS = 30  # characters of one Chinese numeral; longer runs are no number anybody writes

HAN_DIGITS = (
    {char: value for value, char in enumerate("零一二三四五六七八九")}
    | {"〇": 0, "两": 2}
    | {char: value for value, char in enumerate("壹贰叁肆伍陆柒捌玖", 1)}
)
HAN_UNITS = {"十": 1, "百": 2, "千": 3, "拾": 1, "佰": 2, "仟": 3}
HAN_MYRIADS = {"万": 4, "亿": 8}
HAN_TENS = {"廿": 20, "卅": 30}
HAN = "".join([*HAN_DIGITS, *HAN_UNITS, *HAN_MYRIADS, *HAN_TENS])
"""Every character of Chinese numerals; 半 is no part of a longer numeral."""


def han_value(numeral: str) -> Decimal | None:
    """The value of a Chinese numeral: `一千二百`, `十五`, `二〇一九` (digit by digit), `一万三` or `千亿`; None if it is none."""
    if not numeral or len(numeral) > MAX_NUMERALS:
        return None
    if all(char in HAN_DIGITS for char in numeral):
        return Decimal("".join(str(HAN_DIGITS[char]) for char in numeral))
    total, section, digit, power = Decimal(0), Decimal(0), None, 0
    for char in numeral:
        if char in HAN_DIGITS:
            if digit:
                return None
            digit = HAN_DIGITS[char]
            power = 0 if digit == 0 else power
        elif char in HAN_TENS:
            section, power = section + HAN_TENS[char], 1
        elif char in HAN_UNITS:
            section += Decimal(1 if digit is None else digit).scaleb(HAN_UNITS[char])
            digit, power = None, HAN_UNITS[char]
        else:
            section += digit or 0
            power = HAN_MYRIADS[char]
            if total and total < Decimal(1).scaleb(power) and not section:
                total = total.scaleb(power)
            elif total and total < Decimal(1).scaleb(power):
                total = (total + section).scaleb(power)
            else:
                total += (section or Decimal(1)).scaleb(power)
            section, digit = Decimal(0), None
    if digit and power > 1 and numeral[-2] not in "零〇":
        return total + section + Decimal(digit).scaleb(power - 1)
    return total + section + (digit or 0)
