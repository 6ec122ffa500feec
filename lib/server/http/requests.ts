/** A counter of the calls of the API that are being answered: a reload waits until there are none. */
export interface Requests {
  /** Runs a call and counts it while it runs. */
  count<T>(call: () => Promise<T>): Promise<T>
  /** A part of a counted call that is not waited for: the reload itself. */
  outside<T>(part: () => Promise<T>): Promise<T>
  /** Resolves when none is left, or after `ms`. */
  idle(ms: number): Promise<void>
}

export function createRequests(): Requests {
  let open = 0
  let waiting: (() => void)[] = []
  const end = () => {
    open--
    if (open > 0) return
    for (const resolve of waiting) resolve()
    waiting = []
  }
  return {
    async count(call) {
      open++
      try {
        return await call()
      } finally {
        end()
      }
    },
    async outside(part) {
      end()
      try {
        return await part()
      } finally {
        open++
      }
    },
    async idle(ms) {
      if (open === 0) return
      let timer: NodeJS.Timeout | undefined
      await Promise.race([
        new Promise<void>((resolve) => waiting.push(resolve)),
        new Promise<void>((resolve) => {
          timer = setTimeout(resolve, ms)
        }),
      ])
      clearTimeout(timer)
    },
  }
}
