import { headers } from 'next/headers'
import { forbidden, redirect } from 'next/navigation'
import type { EnterOptions } from '@/lib/auth/auth.ts'
import type { Identity } from '@/lib/auth/identity.ts'
import type { PersonRole } from '@/lib/auth/roles.ts'
import type { Person } from '@/lib/model/answers/person.ts'
import { EvenkeelError } from '@/lib/model/error.ts'
import { roleReaches } from '@/lib/model/roles.ts'
import { type Calls, calls } from '@/lib/server/once.ts'
import { type Runtime, settledRuntime } from '@/lib/server/runtime.ts'

export type Visit = { runtime: Runtime; calls: Calls; person: Person; identity: Identity }

/**
 * The access check of a page: every page begins with it and names the role that it needs. proxy.ts has turned away strangers already, with
 * better words; this holds where a path reaches a page and not the proxy.
 */
export async function visit(role: PersonRole, options?: EnterOptions): Promise<Visit> {
  const at = await settledRuntime()
  const server = await calls()
  try {
    const { person, identity } = await at.auth.enter({ method: 'GET', headers: await headers() }, role, { ownAccount: true })
    // Nobody who has yet to set up a required second factor gets further than to where that is done.
    if (!options?.ownAccount && at.auth.lacksSecondFactor(identity)) redirect('/account')
    return { runtime: at, calls: server, person: person!, identity: identity! }
  } catch (error) {
    if (error instanceof EvenkeelError && error.code === 'unauthenticated') redirect('/sign-in')
    if (error instanceof EvenkeelError && error.code === 'forbidden') {
      await server.recordFailed(at, { headers: await headers() }, { operation: `GET a page for the role ${role}` }, error)
      forbidden()
    }
    throw error
  }
}

/** Who looks at the frame around a page, if anybody: it shows what findings there are, which a reporter may not read. */
export async function person(): Promise<Person | null> {
  const { person } = await (await settledRuntime()).auth.enter({ method: 'GET', headers: await headers() }, 'public')
  return person && roleReaches(person.role, 'viewer') ? person : null
}
