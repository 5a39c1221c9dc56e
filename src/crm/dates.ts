/**
 * Gong's dates: ISO-8601 without milliseconds (reference, section 1). Every line of a 200 MB file passes here,
 * so the digits are read by character code: several times faster than a regular expression and `Date.parse`.
 */

const ZERO = 48;
const DAYS_IN_MONTH = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** The number in `text[at, at + length)`, or -1 if one of the characters is not a digit. */
function digits(text: string, at: number, length: number): number {
  let number = 0;
  for (let index = at; index < at + length; index += 1) {
    const digit = text.charCodeAt(index) - ZERO;
    if (!(digit >= 0 && digit <= 9)) return -1;
    number = number * 10 + digit;
  }
  return number;
}

function isLeap(year: number): boolean {
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
}

function startsWithDate(text: string): boolean {
  if (text[4] !== '-' || text[7] !== '-') return false;
  const year = digits(text, 0, 4);
  const month = digits(text, 5, 2);
  const day = digits(text, 8, 2);
  if (year < 1 || month < 1 || month > 12 || day < 1) return false;
  const last = month === 2 && isLeap(year) ? 29 : (DAYS_IN_MONTH[month - 1] ?? 0);
  return day <= last;
}

/** Whether `text` is a day of the calendar, e.g. `2021-05-19`. */
export function isDate(text: string): boolean {
  return text.length === 10 && startsWithDate(text);
}

/**
 * The instant of a datetime such as `2018-02-18T02:30:00-07:00` or `2018-02-18T08:00:00Z`, in seconds since
 * 1970, or `undefined` if it is not one: milliseconds, a missing zone and days that do not exist are refused.
 */
export function parseDateTime(text: string): number | undefined {
  if (text.length !== 20 && text.length !== 25) return undefined;
  if (!startsWithDate(text) || text[10] !== 'T' || text[13] !== ':' || text[16] !== ':') return undefined;
  const hour = digits(text, 11, 2);
  const minute = digits(text, 14, 2);
  const second = digits(text, 17, 2);
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) return undefined;
  const offset = offsetSeconds(text);
  if (offset === undefined) return undefined;
  const days = daysSince1970(digits(text, 0, 4), digits(text, 5, 2), digits(text, 8, 2));
  return days * 86_400 + hour * 3600 + minute * 60 + second - offset;
}

/** East of UTC is positive; `undefined` if the zone is malformed. */
function offsetSeconds(text: string): number | undefined {
  const sign = text[19];
  if (text.length === 20) return sign === 'Z' ? 0 : undefined;
  if ((sign !== '+' && sign !== '-') || text[22] !== ':') return undefined;
  const hours = digits(text, 20, 2);
  const minutes = digits(text, 23, 2);
  if (hours < 0 || hours > 18 || minutes < 0 || minutes > 59) return undefined;
  const seconds = hours * 3600 + minutes * 60;
  return sign === '+' ? seconds : -seconds;
}

/** Days of the proleptic Gregorian calendar, counting years from March so that the leap day comes last. */
function daysSince1970(year: number, month: number, day: number): number {
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}
