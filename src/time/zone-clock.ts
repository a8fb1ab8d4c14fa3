/** What the clocks of a time zone show: the day of the week (0 is Sunday) and the minute of the day. */
export type ZoneClock = (at: number) => { readonly day: number; readonly minute: number };

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

/** The clocks of a time zone, such as Europe/Oslo; without one those of this host. Throws a RangeError for one that is none. */
export function zoneClock(timeZone: string | undefined): ZoneClock {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  return (at) => {
    const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, value]));
    return {
      day: DAYS.indexOf(parts.get('weekday') ?? ''),
      minute: Number(parts.get('hour')) * 60 + Number(parts.get('minute')),
    };
  };
}
