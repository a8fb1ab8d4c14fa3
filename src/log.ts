/** Where the program says what happens: the part of pino's logger that it uses. */
export interface Log {
  error(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  info(facts: object, message: string): void;
}

/** Says nothing: for what is told otherwise. */
export const SILENT: Log = { error: () => undefined, warn: () => undefined, info: () => undefined };
