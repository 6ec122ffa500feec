import type { Claims } from '../../model/store.ts'
import { asked, type Database } from './connection.ts'

/** A claim whose change was never committed ends after this: its holder died between the two. */
const ORPHAN_S = 30

/** Unique rows in the database: of two replicas that take the same key at the same moment one gets it. */
export function sharedClaims({ query }: Pick<Database, 'query'>): Claims {
  return {
    async take(keys, holder) {
      const [answer] = await asked(
        query<{ other: string | null }>('SELECT evenkeel.take_claims($1, $2, $3) AS other', [keys, holder, ORPHAN_S]),
      )
      return answer!.other
    },
    async release(holder) {
      await query('DELETE FROM evenkeel.claim WHERE holder = $1', [holder]).catch(() => {})
    },
  }
}
