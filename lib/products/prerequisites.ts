import { access, constants } from 'node:fs/promises'
import { basename, delimiter, join } from 'node:path'
import type { Capability } from '../model/topology.ts'

/** One line of what a change needs: there, or why not. */
export const prerequisite = (feature: string, found: true | string): Capability =>
  found === true ? { feature, available: true } : { feature, available: false, because: found }

/** What that look says: true, or its error's words. */
export const looked = (work: Promise<unknown>): Promise<true | string> =>
  work.then(
    () => true as const,
    (error: Error) => error.message,
  )

/** True, or why this command could not be run here. It is not run. */
export async function runnable([program = '']: readonly string[]): Promise<true | string> {
  const places = program.includes('/') ? [program] : (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, program))
  for (const place of places)
    try {
      await access(place, constants.X_OK)
      return true
    } catch {}
  return `${basename(program)} is not there, or Evenkeel's user may not run it`
}
