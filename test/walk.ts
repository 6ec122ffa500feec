import { expect } from 'vitest'
import type { TokenRole } from '../lib/auth/roles.ts'
import type { Operation } from '../lib/server/http/operation.ts'
import { operations } from '../lib/server/http/operations.ts'
import { EQUAL, SPELLINGS } from './spellings.ts'

/** A caller: its present role (null for none) and its headers. */
export type Actor = { who: string; role: TokenRole | null; headers: Record<string, string> }
export type Asked = { status: number; code: string | null }
export type Ask = (method: string, path: string, actor: Actor) => Promise<Asked>

/** Written out here once more: what the server grants is held against it. */
const MAY: Record<TokenRole | 'nobody', Operation['role'][]> = {
  nobody: ['public'],
  reporter: ['public', 'reporter'],
  viewer: ['public', 'viewer'],
  operator: ['public', 'reporter', 'viewer', 'operator'],
  admin: ['public', 'reporter', 'viewer', 'operator', 'admin'],
}
const reaches = (actor: Actor, { role }: Operation) => MAY[actor.role ?? 'nobody'].includes(role)
/** Answers without effect: a refusal, not found, or a redirect to the plain spelling. */
const NOTHING = [301, 307, 308, 400, 401, 403, 404, 405]

/** Which spellings are tried by those without the role. Of the equal ones one is enough where time is short. */
const WHICH = {
  all: () => true,
  equal: (spelling: string) => spelling === EQUAL[1],
}
type Which = keyof typeof WHICH

/**
 * Calls every operation as every actor in every spelling of its path. An actor with the role is not refused for it; one without is refused before the
 * input is parsed, and reaches nothing by any spelling. `actorsOf` is asked for each operation anew: calls such as sign-out end them.
 */
export async function walk(ask: Ask, actorsOf: () => Promise<Actor[]>, which: Which = 'all'): Promise<number> {
  let asked = 0
  for (const operation of operations) {
    const path = `/api/v1/${operation.path.replace(/\{\w+\}/g, 'nothing')}`
    for (const actor of await actorsOf()) {
      const allowed = reaches(actor, operation)
      for (const [spelling, spell] of Object.entries(SPELLINGS)) {
        if (allowed ? spelling !== 'plain' : !WHICH[which](spelling)) continue
        const { status, code } = await ask(operation.method, spell(path), actor)
        asked++
        const what = `${actor.who}: ${operation.method} ${spell(path)} (${spelling}) answered ${status} ${code}`
        if (allowed) {
          expect(status, what).not.toBe(401)
          expect(code, what).not.toBe('forbidden')
          expect(status, what).not.toBe(500)
        } else if (EQUAL.includes(spelling)) {
          expect({ status, code }, what).toEqual(
            actor.role === null ? { status: 401, code: 'unauthenticated' } : { status: 403, code: 'forbidden' },
          )
        } else expect(NOTHING, what).toContain(status)
      }
    }
  }
  return asked
}
