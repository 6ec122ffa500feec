import { sealData, unsealData } from 'iron-session'
import { type CookieOptions, createCookie } from './cookie.ts'

/** What is sealed in a text; nothing when it is too old, or not ours. */
export const unsealed = <T extends object>(text: string, password: string, seconds: number): Promise<Partial<T>> =>
  unsealData<Partial<T>>(text, { password, ttl: seconds }).catch(() => ({}))

/** A cookie that only we can make or read. */
export type SealedCookie<T> = {
  /** The Set-Cookie header that carries `value`. */
  set(value: T): Promise<string>
  /** What a request carries; null when nothing, too old, or not ours. */
  read(headers: Headers): Promise<Partial<T> | null>
  /** The Set-Cookie header that forgets it. */
  forget(): string
}

export function sealedCookie<T extends object>({ password, ...options }: CookieOptions & { password: string }): SealedCookie<T> {
  const cookie = createCookie(options)
  const ttl = options.seconds
  return {
    set: async (value) => cookie.set(await sealData(value, { password, ttl })),
    async read(headers) {
      const sealed = cookie.read(headers)
      return sealed ? await unsealData<Partial<T>>(sealed, { password, ttl }).catch(() => null) : null
    },
    forget: cookie.forget,
  }
}
