import { useSyncExternalStore } from 'react'

const moments = new Map<string, number>()
const listeners = new Set<() => void>()
const listen = (listener: () => void) => {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

/** Sets the moment under the pointer for all charts of a group; null takes it away. */
export function setMoment(group: string, ms: number | null): void {
  if (ms === (moments.get(group) ?? null)) return
  if (ms === null) moments.delete(group)
  else moments.set(group, ms)
  for (const listener of listeners) listener()
}

/** The moment under the pointer, shared by the charts of a group. It is no state of a chart: the lines need not be drawn again for it. */
export const useMoment = (group: string): number | null =>
  useSyncExternalStore(
    listen,
    () => moments.get(group) ?? null,
    () => null,
  )
