import type { Edit } from '../../model/product.ts'
import type { FrontendRow } from './frontends.ts'
import type { StateRow } from './serversState.ts'

/** A server's limit of requests at once; 0: none. */
export type LimitRow = { pool: string; server: string; limit: number }

/** One way to the weights and states of a HAProxy: what is compared and read back is the same by each. */
export interface Admin {
  /** The servers of these pools as they run; none of a pool that is not there. */
  state(pools: readonly string[], signal: AbortSignal): Promise<StateRow[]>
  /** The limits of the servers of these pools. Absent: limits are not told and set this way. */
  limits?(pools: readonly string[], signal: AbortSignal): Promise<LimitRow[]>
  /** The limits of all frontends. Absent: they are not told and set this way. */
  frontends?(signal: AbortSignal): Promise<FrontendRow[]>
  /** Sets all values, or none of them. Throws in words. */
  set(edits: readonly Edit[], signal: AbortSignal): Promise<void>
  close(): Promise<void>
}

/** Sets values one by one; where one is refused, those before it are put back. */
export async function oneByOne(edits: readonly Edit[], set: (name: string, value: string) => Promise<void>): Promise<void> {
  const written: Edit[] = []
  for (const edit of edits) {
    try {
      await set(edit.name, edit.value)
      written.push(edit)
    } catch (error) {
      for (const done of written.reverse()) await set(done.name, done.expect)
      throw error
    }
  }
}
