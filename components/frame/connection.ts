import { useSyncExternalStore } from 'react'

type Connection = { connected: boolean; newestAt: number | null }
const START: Connection = { connected: true, newestAt: null }

let state = START
const listeners = new Set<() => void>()
const listen = (listener: () => void) => {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

/** Stores the state of the tab's event stream, which comes every second. */
export function setConnection(change: Partial<Connection>): void {
  state = { ...state, ...change }
  for (const listener of listeners) listener()
}

/** Whether the event stream is open, and the moment of the newest sample. A store of its own: only what shows it is drawn again each second. */
export const useConnection = (): Connection =>
  useSyncExternalStore(
    listen,
    () => state,
    () => START,
  )
