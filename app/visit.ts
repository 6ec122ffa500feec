import { headers } from 'next/headers'
import { forbidden, redirect } from 'next/navigation'
import { EvenkeelError } from '@/lib/model/error.ts'
import type { Person } from '@/lib/model/views.ts'
import { recordFailed } from '@/lib/server/audit/calls.ts'
import type { EnterOptions } from '@/lib/server/doors/doors.ts'
import type { Identity } from '@/lib/server/doors/identity.ts'
import type { PersonRole } from '@/lib/server/doors/roles.ts'
import { type House, house } from '@/lib/server/house.ts'

/**
 * The access check of a page: every page begins with it and names the role that it needs. proxy.ts has turned away strangers already, with
 * better words; this holds where a path reaches a page and not the proxy.
 */
export async function visit(role: PersonRole, options?: EnterOptions): Promise<{ house: House; person: Person; identity: Identity }> {
  const at = house()
  try {
    const { person, identity } = await at.doors.enter({ method: 'GET', headers: await headers() }, role, { ownAccount: true })
    // Nobody who has yet to set up a required second factor gets further than to where that is done.
    if (!options?.ownAccount && at.doors.lacksSecondFactor(identity)) redirect('/account')
    return { house: at, person: person!, identity: identity! }
  } catch (error) {
    if (error instanceof EvenkeelError && error.code === 'unauthenticated') redirect('/sign-in')
    if (error instanceof EvenkeelError && error.code === 'forbidden') {
      await recordFailed(at, { headers: await headers() }, { operation: `GET a page for the role ${role}` }, error)
      forbidden()
    }
    throw error
  }
}

/** Who looks at the frame around a page, if anybody. */
export async function person(): Promise<Person | null> {
  return (await house().doors.enter({ method: 'GET', headers: await headers() }, 'public')).person
}
