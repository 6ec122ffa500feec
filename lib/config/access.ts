import { hostname } from 'node:os'
import { withoutTrailingSlashes } from '../format/url.ts'
import { type Auth, authSchema } from './auth.ts'
import { DEFAULT_LISTEN, type Listen, listenMend, listenText } from './listen.ts'
import { isLoopback } from './loopback.ts'
import type { Checks } from './references.ts'
import type { FileData } from './schema.ts'

type Given = Pick<FileData, 'listen' | 'auth' | 'url'>

/** Where the server listens, and how people sign in there. `bound`: where this process is bound already. */
export function listenOf(
  { listen: given, auth: asked }: Given,
  bound: Listen | undefined,
  { report }: Checks,
): { listen: Listen; auth: Auth } {
  const listen = given ?? bound ?? DEFAULT_LISTEN
  // Beyond the loopback a login must have been configured explicitly.
  if (!given && !/^(127\.0\.0\.1|::1|localhost)$/i.test(listen.host) && (asked?.mode ?? 'none') === 'none')
    report(['listen'], `nothing, while the server is bound to ${listenText(listen)}`, listenMend(listen))
  const loopback = isLoopback(listen.host)
  const auth = asked ?? authSchema.parse({ mode: loopback ? 'none' : 'local' })
  if (auth.mode === 'none' && !loopback)
    report(
      ['auth', 'mode'],
      `"none" while listening on ${listen.host}`,
      '"local", "proxy" or "oidc", or listen: 127.0.0.1:PORT: without a login only this machine may come in',
    )
  return { listen, auth }
}

/** The address that stands in alerts, links and cookies; a warning where people would sign in unencrypted. */
export function urlOf({ url: given }: Given, listen: Listen, auth: Auth, { warn }: Checks): string {
  // Nobody can follow a link to "every address".
  const name = /^(0\.0\.0\.0|::)$/.test(listen.host) ? hostname() : listen.host
  const host = name.includes(':') ? `[${name}]` : name
  const url = withoutTrailingSlashes(given ?? `http://${host}:${listen.port}`)
  const signsIn = auth.mode === 'oidc' || auth.mode === 'local'
  if (signsIn && url.startsWith('http:') && !isLoopback(new URL(url).hostname.replace(/^\[|\]$/g, '')))
    warn(
      ['auth'],
      `people sign in at ${url}, where others on the way can read along${auth.mode === 'oidc' ? ', and most issuers send nobody back' : ''}. ` +
        'Set "url" to the https address that they use.',
    )
  return url
}
