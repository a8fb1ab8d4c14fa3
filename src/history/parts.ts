/** What can be exported, each with what it is ordered and limited by. */
export const PARTS = {
  minutes: `SELECT minute * 60000 AS at, name AS container, critical, error, warning, restart
    FROM minutes JOIN names ON names.id = container WHERE minute * 60000 >= ? ORDER BY minute, name`,
  hours: `SELECT hour * 3600000 AS at, name AS container, critical, error, warning, restart, active AS activeMinutes
    FROM hours JOIN names ON names.id = container WHERE hour * 3600000 >= ? ORDER BY hour, name`,
  messages: `SELECT first AS at, last, repository, container, kind, count, fingerprint, sample
    FROM messages WHERE last >= ? ORDER BY first, repository, fingerprint`,
  incidents: `SELECT opened AS at, closed, id, key, state, reason, heals FROM incidents
    WHERE coalesce(closed, opened) >= ? ORDER BY opened, id`,
  marks: `SELECT at, until, kind, container, text FROM marks WHERE coalesce(until, at) >= ? ORDER BY at, id`,
} as const;

export type Part = keyof typeof PARTS;
