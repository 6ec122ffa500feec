import { headers } from 'next/headers'
import type { Person } from '@/lib/model/views.ts'
import { house } from '@/lib/server/house.ts'

/** Who looks at this page, if anybody: asked as for a page that is open to all, for the doors have decided already who may see it. */
export async function person(): Promise<Person | null> {
  const { person } = await house().doors.enter({ method: 'GET', path: '/sign-in', headers: await headers() })
  return person
}
