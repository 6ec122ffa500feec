import type { RingNode, RingSpec } from '../model/ring.ts'

/** How many slots a Redis or Valkey Cluster has. */
export const SLOTS = 16_384

/** The slots of a cluster that no node has. */
export function missingSlots({ nodes }: RingSpec): [number, number][] {
  const taken = new Uint8Array(SLOTS)
  for (const { slots = [] } of nodes) for (const [from, to] of slots) taken.fill(1, from, to + 1)
  const missing: [number, number][] = []
  for (let slot = 0; slot < SLOTS; slot++) {
    if (taken[slot]) continue
    const last = missing.at(-1)
    if (last && last[1] === slot - 1) last[1] = slot
    else missing.push([slot, slot])
  }
  return missing
}

/** Slots as text: `0-5460 5462`. */
export const slotsText = (slots: RingNode['slots']): string =>
  (slots ?? []).map(([from, to]) => (from === to ? String(from) : `${from}-${to}`)).join(' ')

/** Slots from such a text; null where it is none. */
export function readSlots(text: string): [number, number][] | null {
  const slots: [number, number][] = []
  for (const part of text.split(/[\s,]+/).filter(Boolean)) {
    const [, from, to = from] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(part) ?? []
    if (from === undefined) return null
    slots.push([Number(from), Number(to)])
  }
  return slots
}
