/**
 * The longest turn of the event loop, in ms of this thread's own CPU time, while `work` goes on: what a poll, a page or an event would wait
 * for at the most. What else the machine does is not in it.
 */
export async function longestTurn<T>(work: () => Promise<T>): Promise<{ ms: number; value: T }> {
  let longest = 0
  let before = process.threadCpuUsage()
  let over = false
  const measure = () => {
    const { user, system } = process.threadCpuUsage(before)
    before = process.threadCpuUsage()
    longest = Math.max(longest, (user + system) / 1_000)
  }
  const watch = (): void => {
    measure()
    if (!over) setImmediate(watch)
  }
  setImmediate(watch)
  await new Promise(setImmediate)
  longest = 0
  try {
    const value = await work()
    measure()
    return { ms: longest, value }
  } finally {
    over = true
  }
}
