/** Loaded into a process under test: tells at its end how much memory it needed at most. */
process.on('exit', () => {
  process.stderr.write(`peak RSS ${Math.round(process.resourceUsage().maxRSS / 1024)} MB\n`);
});
