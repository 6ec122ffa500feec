/**
 * The newest rejection (NACK) of each target: what an Envoy answered to the endpoints that it was served. Explains a counter of its admin interface, never a reason of
 * their own: whoever reaches the port that Envoy polls can say them.
 */
export type Nack = { at: number; message: string }

const KEY = Symbol.for('evenkeel.envoy.nacks')
type Place = typeof globalThis & { [KEY]?: Map<string, Nack> }

/** One map in the process: Next.js bundles the routes that Envoy asks and the engine that writes apart. */
const nacks = (): Map<string, Nack> => {
  const place = globalThis as Place
  place[KEY] ??= new Map()
  return place[KEY]
}

export const noteNack = (target: string, message: string, at = performance.now()): void => void nacks().set(target, { at, message })

/** The newest refusal since then, in Envoy's own words; null: none. */
export function nackSince(target: string, since: number): string | null {
  const nack = nacks().get(target)
  return nack && nack.at >= since ? nack.message : null
}
