import { randomBytes } from 'node:crypto'
import { networkOf } from './attempts.ts'
import type { LocalPerson } from './persons.ts'
import { sealedCookie } from './sealed.ts'

const DEVICE_SECONDS = 365 * 86_400

/** Where a request comes from. */
export type Origin = { headers: Headers; from: string | null }

/** Devices that people have signed in from before, by a cookie: attempts from there are limited apart from those of strangers. */
export function createKnownDevices({ password, secure }: { password: string; secure: boolean }) {
  const cookie = sealedCookie<{ person: string; device: string }>({
    name: 'evenkeel_device',
    seconds: DEVICE_SECONDS,
    password,
    secure,
  })
  return {
    /** The device or network that this person has signed in from before. */
    async knownAs(person: LocalPerson | null, { headers, from }: Origin): Promise<string | null> {
      if (!person) return null
      const carried = await cookie.read(headers)
      if (carried?.person === person.id && carried.device) return carried.device
      const network = networkOf(from)
      return from !== null && person.networks?.includes(network) ? network : null
    },
    /** The Set-Cookie headers that make it known: none where it is. */
    async remember(id: string, { headers }: Origin): Promise<string[]> {
      const carried = await cookie.read(headers)
      return carried?.person === id ? [] : [await cookie.set({ person: id, device: randomBytes(12).toString('base64url') })]
    },
  }
}
