import type { Identity } from '../../auth/identity.ts'

/** Push services of Chrome and most others, Firefox, Safari, Edge. */
const SERVICES = [/^fcm\.googleapis\.com$/, /\.push\.services\.mozilla\.com$/, /(^|\.)push\.apple\.com$/, /\.notify\.windows\.com$/]

/**
 * Whether notices may be posted to this endpoint. It is the one address that comes from a request: without this list every viewer could have
 * the server post to machines of its network. An admin, who could do worse, may name a push service of their own.
 */
export function mayPushTo(endpoint: string, role: Identity['role']): boolean {
  const url = URL.parse(endpoint)
  if (!url || url.username || url.password) return false
  if (role === 'admin') return url.protocol === 'https:' || url.protocol === 'http:'
  return url.protocol === 'https:' && url.port === '' && SERVICES.some((service) => service.test(url.hostname))
}
