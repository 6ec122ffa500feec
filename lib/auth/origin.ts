import type { Auth } from '../config/auth.ts'
import { isLoopback } from '../config/loopback.ts'
import { EvenkeelError } from '../model/error.ts'

/** `127.0.0.1:3000` -> `127.0.0.1`; null when it is no host. */
export function hostName(host: string | null): string | null {
  const match = /^(\[[0-9a-fA-F:.]+\]|[^\s:/@[\]]+)(:\d{1,5})?$/.exec(host ?? '')
  return match ? match[1]!.replace(/^\[|\]$/g, '').toLowerCase() : null
}

/** Loopback, or the name in the configuration's `url`. Any other name may be one that somebody else makes resolve to us: DNS rebinding. */
export function isOwnName(host: string | null, url: string): boolean {
  const name = hostName(host)
  return name !== null && (isLoopback(name) || name.endsWith('.localhost') || name === hostName(URL.parse(url)?.host ?? null))
}

/**
 * A page of another site must not reach us through the visitor's browser. Without a login the Host header must be one of ours (a foreign
 * name that resolves to loopback is DNS rebinding); whatever changes something must not come from another origin.
 */
export function checkOrigin(method: string, headers: Headers, { auth, url }: { auth: Auth['mode']; url: string }): void {
  const host = headers.get('host')
  const own = URL.parse(url)
  if (auth === 'none' && !isOwnName(host, url))
    throw new EvenkeelError(
      'forbidden',
      'Host: without a login only loopback names are served; reached by another name, set "url" in the configuration.',
    )
  if (method === 'GET' || method === 'HEAD') return
  const origin = headers.get('origin')
  if (origin !== null) {
    const from = URL.parse(origin)?.host.toLowerCase()
    if (from === undefined || (from !== host?.toLowerCase() && origin.toLowerCase() !== own?.origin))
      throw new EvenkeelError('forbidden', 'Origin: a page of another site may not change anything here.')
  } else if (headers.get('sec-fetch-site') === 'cross-site')
    throw new EvenkeelError('forbidden', 'Sec-Fetch-Site: a page of another site may not change anything here.')
}
