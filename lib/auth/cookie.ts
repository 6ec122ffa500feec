/**
 * A cookie of ours. Behind TLS its name has a prefix with which the browser takes it from this host alone, and over TLS alone: another host of the
 * same domain could otherwise plant its own, and have a browser end a sign-in that somebody else began.
 */
export type Cookie = {
  name: string
  /** The Set-Cookie header that carries `value`. */
  set(value: string): string
  /** What a request carries, or null. */
  read(headers: Headers): string | null
  /** The Set-Cookie header that forgets it. */
  forget(): string
}

export type CookieOptions = { name: string; seconds: number; secure: boolean }

export function createCookie({ name: plain, seconds, secure }: CookieOptions): Cookie {
  const name = secure ? `__Host-${plain}` : plain
  const header = (value: string, maxAge: number) =>
    `${name}=${value}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${maxAge}${secure ? '; Secure' : ''}`
  return {
    name,
    set: (value) => header(value, seconds),
    read: (headers) =>
      headers
        .get('cookie')
        ?.split(/;\s*/)
        .find((part) => part.startsWith(`${name}=`))
        ?.slice(name.length + 1) || null,
    forget: () => header('', 0),
  }
}
