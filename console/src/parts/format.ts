const DATE_TIME = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  timeZoneName: 'short',
});
const NUMBER = new Intl.NumberFormat('en-GB');

/** In the zone of the person's computer, which is shown, e.g. `26 Nov 2026, 10:46:12 GMT`. */
export function dateTime(iso: string): string {
  const time = Date.parse(iso);
  return Number.isNaN(time) ? iso : DATE_TIME.format(time);
}

export function count(value: number): string {
  return NUMBER.format(value);
}

/** E.g. `1 line`, `2,000 lines`. */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

export function bytes(value: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB'];
  let amount = value;
  let unit = 0;
  while (amount >= 1_000 && unit < units.length - 1) {
    amount /= 1_000;
    unit += 1;
  }
  return `${unit === 0 ? amount : amount.toFixed(1)} ${units[unit]}`;
}

/** `BUSINESS_USER` as `Business user`. */
export function words(name: string): string {
  if (name === 'ID' || name === 'URL') return name;
  const text = name.toLowerCase().replaceAll('_', ' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}
