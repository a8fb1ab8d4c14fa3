/** Whether both are of one limit: a rule, and the container if it is counted for each. */
export function isSame(a: Limit, b: Limit): boolean {
  return a.rule === b.rule && a.container === b.container;
}

/** What a limit goes by. */
export interface Limit {
  readonly rule: string;
  readonly container?: string;
}
