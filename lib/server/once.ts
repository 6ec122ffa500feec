import { EvenkeelError } from '../model/error.ts'

/** What pages, routes and proxy.ts call. */
export type Calls = typeof import('./calls.ts')

const CALLS_KEY = Symbol.for('evenkeel.calls')
type WithCalls = { [CALLS_KEY]?: Calls }

/**
 * The server's functions, from the one copy of its code. Next bundles instrumentation, proxy.ts, routes and pages apart: each that imported them would
 * load a megabyte of its own. While the code is being worked on each entry imports them, so that a change is seen without a restart.
 */
export async function calls(): Promise<Calls> {
  if (process.env.NODE_ENV !== 'production') return import('./calls.ts')
  const found = (globalThis as WithCalls)[CALLS_KEY]
  if (!found) throw new EvenkeelError('unavailable', 'Evenkeel is starting.')
  return found
}
export function setCalls(calls: Calls): void {
  ;(globalThis as WithCalls)[CALLS_KEY] = calls
}
