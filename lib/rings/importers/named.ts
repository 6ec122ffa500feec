import type { RingOptions, RingSpec } from '../../model/ring.ts'
import { listed, refuse, serverOf } from './servers.ts'

/** Clients by the word that may stand before a plain list of servers. */
const CLIENTS: Record<string, { algorithm: RingSpec['algorithm']; options?: RingOptions; weights?: true }> = {
  dalli: { algorithm: 'dalli', weights: true },
  libmemcached: { algorithm: 'modulo', options: { client: 'libmemcached' } },
  pylibmc: { algorithm: 'modulo', options: { client: 'libmemcached' } },
  gomemcache: { algorithm: 'modulo', options: { client: 'gomemcache' } },
  'python-memcached': { algorithm: 'modulo', options: { client: 'python-memcached' }, weights: true },
  memjs: { algorithm: 'modulo', options: { client: 'memjs' } },
  spymemcached: { algorithm: 'modulo', options: { client: 'spymemcached' } },
  pymemcache: { algorithm: 'rendezvous', options: { client: 'pymemcache' } },
  caddy: { algorithm: 'rendezvous', options: { client: 'caddy' } },
  'memcached-proxy': { algorithm: 'jump', options: { client: 'memcached-proxy' } },
  dskit: { algorithm: 'jump', options: { client: 'dskit' } },
  uhashring: { algorithm: 'ketama', options: { client: 'uhashring' }, weights: true },
  hashring: { algorithm: 'ketama', options: { client: 'hashring' }, weights: true },
  predis: { algorithm: 'predis', weights: true },
  groupcache: { algorithm: 'groupcache' },
}
const SERVER = /^(?:\[[0-9A-Fa-f:.]+\]|[\w.-]+):\d{1,5}(?::\d{1,9})?$/

/** `gomemcache 10.0.0.1:11211, 10.0.0.2:11211`. A list of servers alone is any of them: an error asks which. */
export function named(text: string): RingSpec | null {
  const [first = '', ...rest] = listed(text.replace(/["']/g, ' ')).filter((one) => one !== '[' && one !== ']')
  const word = first.replace(/:$/, '').toLowerCase()
  const client = Object.hasOwn(CLIENTS, word) ? CLIENTS[word]! : null
  const servers = client ? rest : [first, ...rest]
  if (servers.length === 0 || !servers.every((one) => SERVER.test(one))) return null
  if (!client)
    throw refuse(
      `A list of servers is another ring for each client. Write the client before it, such as \`gomemcache ${servers[0]!.slice(0, 60)} …\`: ${Object.keys(CLIENTS).join(', ')}`,
    )
  const { algorithm, options, weights } = client
  const nodes = servers.map(serverOf)
  return { algorithm, ...(options ? { options } : {}), nodes: weights ? nodes : nodes.map(({ name }) => ({ name })) }
}
