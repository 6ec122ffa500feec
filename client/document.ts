/** What a follower needs of a Redis client. An ioredis has the first three as they are; `subscribe` needs a connection of its own. */
export type FollowerLink = {
  get(key: string): Promise<string | null>
  hgetall(key: string): Promise<Record<string, string>>
  hset(key: string, field: string, value: string): Promise<unknown>
  /** Removes this follower's report when it stops. */
  hdel?(key: string, field: string): Promise<unknown>
  /** Calls back at each message of the channel and resolves with the way to stop. Without it changes are seen at the next poll. */
  subscribe?(channel: string, onMessage: (message: string) => void): Promise<() => unknown>
}

export type FollowOptions = {
  link: FollowerLink
  /** Key of the control document. */
  key: string
  /** Name of this follower, unique among all: host and process id. */
  name: string
  /** How often the document is read even without a message, and how often this follower reports itself, in ms. Default 2000 each. */
  pollMs?: number
  reportMs?: number
}

/** Reads at start, at each message and at each poll, one read at a time; reports `{name, version, at}`. Failures keep what was read last. */
export async function follow(options: FollowOptions & { read(): Promise<void>; version(): number }): Promise<() => Promise<void>> {
  const { link, key, name, pollMs = 2_000, reportMs = 2_000 } = options
  let reading: Promise<void> | null = null
  let again = false

  function read(): Promise<void> {
    if (reading) {
      again = true
      return reading
    }
    reading = options
      .read()
      .catch(() => {})
      .finally(() => {
        reading = null
        if (again) {
          again = false
          void read()
        }
      })
    return reading
  }
  const report = async () => {
    const at = new Date().toISOString()
    await link.hset(`${key}:followers`, name, JSON.stringify({ name, version: options.version(), at }))
  }
  const quietly = () => void report().catch(() => {})

  await read()
  quietly()
  const unsubscribe = await link.subscribe?.(key, () => void read().then(quietly)).catch(() => undefined)
  const timers = [setInterval(() => void read(), pollMs), setInterval(quietly, reportMs)]
  return async () => {
    for (const timer of timers) clearInterval(timer)
    await unsubscribe?.()
    await link.hdel?.(`${key}:followers`, name).catch(() => {})
  }
}
