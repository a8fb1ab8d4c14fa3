/**
 * For commands that have taken hold of something: interrupted by SIGINT or SIGTERM, they give it back and end by that
 * very signal, as shells expect; interrupted again, they end at once. An exit would wait for what is being read, and a pipe
 * whose writer is silent never answers.
 */
export function onInterrupt(giveBack: () => Promise<void>): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void giveBack().finally(() => process.kill(process.pid, signal)));
}
