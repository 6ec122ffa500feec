import type { Person } from '../model/views.ts'
import { house } from './house.ts'

/** Who looks at a page. The door has been passed in proxy.ts; this reads the name off the same headers. */
export async function visitor(headers: Headers, path = '/'): Promise<Person | null> {
  const { person } = await house().doors.enter({ method: 'GET', path, headers })
  return person
}
