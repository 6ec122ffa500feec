/** CPU time of this thread in ms: other programs do not count. */
export function spentMs(): number {
  // Node 24 and newer report a thread's own CPU time.
  const { user, system } = process.threadCpuUsage?.() ?? process.cpuUsage()
  return (user + system) / 1_000
}

/** CPU time of work that awaits nothing, in ms, the least of three runs: a cold start or garbage collection only adds to it. */
export function fastest(work: () => unknown): number {
  let least = Number.POSITIVE_INFINITY
  for (let i = 0; i < 3; i++) {
    const begun = spentMs()
    work()
    least = Math.min(least, spentMs() - begun)
  }
  return least
}
