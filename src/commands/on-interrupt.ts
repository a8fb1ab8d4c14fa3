/**
 * For commands that have taken hold of something: interrupted by SIGINT or SIGTERM, they give it back and end with 128
 * and the signal's number, as shells expect; interrupted again, they end at once.
 */
export function onInterrupt(giveBack: () => Promise<void>): void {
  for (const [signal, number] of [
    ['SIGINT', 2],
    ['SIGTERM', 15],
  ] as const) {
    process.once(signal, () => void giveBack().finally(() => process.exit(128 + number)));
  }
}
