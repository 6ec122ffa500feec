/** What a hook says of a batch that it took: how many keys it filled, and how many were there already. */
export type Said = { filled?: number; there?: number }

const MOST = 1_000_000

/** Reads the answer of a hook, `{"filled": 40, "there": 10}`. Anything else is no error: the batch was taken, and nothing is known of its keys. */
export function saidOf(answer: unknown): Said {
  const count = (name: string): number | undefined => {
    const value =
      typeof answer === 'object' && answer !== null && Object.hasOwn(answer, name) ? (answer as Record<string, unknown>)[name] : null
    return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MOST ? value : undefined
  }
  const [filled, there] = [count('filled'), count('there')]
  return { ...(filled !== undefined && { filled }), ...(there !== undefined && { there }) }
}
