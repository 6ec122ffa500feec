/** One slice of long work: others wait no longer for their turn than this, and the last step that began within it. */
const SLICE_MS = 8

const waiting: (() => void)[] = []

function letOneIn(): void {
  waiting.shift()?.()
  if (waiting.length > 0) setImmediate(letOneIn)
}

/** The next turn of the event loop that no other sliced work has: of many that wait, one a turn. */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    waiting.push(resolve)
    if (waiting.length === 1) setImmediate(letOneIn)
  })
}

/** Undefined while the slice lasts, which costs a loop nothing to ask; else it is to be awaited. */
export type Pause = () => Promise<void> | undefined

/**
 * Cooperative scheduling of work that takes long on the main thread: the answer is awaited in its loops and is there at once until a slice of
 * time is used up, then in a later turn of the event loop, after polls, pages and other sliced work.
 */
export function createSlices(now: () => number = performance.now.bind(performance)): Pause {
  let until = Number.NEGATIVE_INFINITY
  return () => (now() < until ? undefined : turn().then(begin))
  function begin(): void {
    until = now() + SLICE_MS
  }
}

/** A long list mapped in slices, one item after the other. */
export async function mapped<T, U>(items: Iterable<T>, of: (item: T) => U | Promise<U>, pause: Pause = createSlices()): Promise<U[]> {
  const out: U[] = []
  for (const item of items) {
    const turn = pause()
    if (turn) await turn
    const made = of(item)
    out.push(made instanceof Promise ? await made : made)
  }
  return out
}
