/**
 * Makes queries old that an event speaks of, many events at a time, after a while by chance. A page out of sight asks for nothing: its queries are
 * old when somebody looks again.
 */
export function createRefetch(of: {
  /** How long to wait from the first event on, ms. */
  delay(): number
  /** Whether an answer to it is on its way: to ask again would throw that away, and where events come faster than answers none would ever arrive. */
  busy(key: string): boolean
  /** Whether somebody can see the page, and it is not paused. */
  seen(): boolean
  /** Makes the queries of these first words old; `now`: and asks for those that are shown. */
  invalidate(keys: readonly string[], now: boolean): void
}) {
  const due = new Set<string>()
  let timer: ReturnType<typeof setTimeout> | null = null
  function begin() {
    if (due.size === 0) return
    timer ??= setTimeout(() => {
      timer = null
      const ready = [...due].filter((key) => !of.busy(key))
      for (const key of ready) due.delete(key)
      if (ready.length > 0) of.invalidate(ready, of.seen())
      begin()
    }, of.delay())
  }
  return {
    touch(keys: readonly string[]) {
      for (const key of keys) due.add(key)
      begin()
    },
    stop() {
      if (timer) clearTimeout(timer)
      timer = null
      due.clear()
    },
  }
}
