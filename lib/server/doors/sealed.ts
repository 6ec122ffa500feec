import { sealData, unsealData } from 'iron-session'

/** A cookie that only we can make or read. */
export type SealedCookie<T> = {
  /** The Set-Cookie header that carries `value`. */
  set(value: T): Promise<string>
  /** What a request carries; null when nothing, too old, or not ours. */
  read(headers: Headers): Promise<Partial<T> | null>
  /** The Set-Cookie header that forgets it. */
  forget(): string
}

export type CookieOptions = { name: string; path: string; seconds: number; password: string; secure: boolean }

export function sealedCookie<T extends object>({ name, path, seconds, password, secure }: CookieOptions): SealedCookie<T> {
  const header = (value: string, maxAge: number) =>
    `${name}=${value}; Path=${path}; HttpOnly; SameSite=Lax; Max-Age=${maxAge}${secure ? '; Secure' : ''}`
  return {
    set: async (value) => header(await sealData(value, { password, ttl: seconds }), seconds),
    async read(headers) {
      const sealed = headers
        .get('cookie')
        ?.split(/;\s*/)
        .find((part) => part.startsWith(`${name}=`))
        ?.slice(name.length + 1)
      return sealed ? await unsealData<Partial<T>>(sealed, { password, ttl: seconds }).catch(() => null) : null
    },
    forget: () => header('', 0),
  }
}
