/**
 * The tables of the history. Moments are epoch milliseconds, hours and minutes their number since the epoch; names and
 * messages stand in `names` once, since a year has millions of rows.
 */
export const SCHEMA = `
  CREATE TABLE names (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
  CREATE TABLE minutes (minute INTEGER, container INTEGER, critical INTEGER, error INTEGER, warning INTEGER, restart INTEGER,
    PRIMARY KEY (minute, container)) STRICT, WITHOUT ROWID;
  CREATE TABLE hours (hour INTEGER, container INTEGER, critical INTEGER, error INTEGER, warning INTEGER, restart INTEGER,
    active INTEGER NOT NULL, PRIMARY KEY (hour, container)) STRICT, WITHOUT ROWID;
  CREATE TABLE messages (id INTEGER PRIMARY KEY, repository TEXT NOT NULL, fingerprint TEXT NOT NULL, kind TEXT NOT NULL,
    container TEXT NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, count INTEGER NOT NULL, sample TEXT NOT NULL,
    UNIQUE (repository, fingerprint)) STRICT;
  CREATE INDEX messages_last ON messages (last);
  CREATE TABLE message_hours (message INTEGER, hour INTEGER, count INTEGER NOT NULL, PRIMARY KEY (message, hour)) STRICT, WITHOUT ROWID;
  CREATE INDEX message_hours_hour ON message_hours (hour);
  CREATE TABLE pauses (container INTEGER PRIMARY KEY, histogram TEXT NOT NULL, last INTEGER NOT NULL) STRICT;
  CREATE TABLE incidents (id TEXT PRIMARY KEY, key TEXT NOT NULL, opened INTEGER NOT NULL, closed INTEGER, state TEXT NOT NULL,
    reason TEXT NOT NULL, heals TEXT NOT NULL) STRICT;
  CREATE TABLE marks (id INTEGER PRIMARY KEY, at INTEGER NOT NULL, until INTEGER, kind TEXT NOT NULL, container TEXT NOT NULL,
    text TEXT NOT NULL) STRICT;
  CREATE INDEX marks_at ON marks (at);
  CREATE TABLE repositories (name TEXT PRIMARY KEY, first INTEGER NOT NULL) STRICT;
  PRAGMA user_version = 1;
`;

/** Tables that a history begun by an earlier build may lack. */
export const ADDED = `
  CREATE TABLE IF NOT EXISTS setups (name TEXT PRIMARY KEY, id TEXT NOT NULL, parts TEXT NOT NULL, at INTEGER NOT NULL) STRICT;
`;

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** How long each is kept, in milliseconds. Incidents, heals, gaps and blind spans are kept for ever: they are few and small. */
export const KEPT = {
  minutes: 14 * DAY,
  hours: 400 * DAY,
  messages: 90 * DAY,
  messageHours: 8 * DAY,
} as const;

/** Most messages that are kept; the least recently seen leave first. */
export const MOST_MESSAGES = 20_000;

/** The most frequent messages, of which hours are kept. */
export const MOST_WITH_HOURS = 2_000;

/** Most setups of containers and engines that are kept; those told least recently leave first. */
export const MOST_SETUPS = 2_000;

/** Longest sample of a message that is kept, in bytes. */
export const SAMPLE_BYTES = 300;
