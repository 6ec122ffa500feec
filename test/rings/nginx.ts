import type { RingNode, RingSpec } from '../../lib/model/ring.ts'
import { routedOverHttp } from '../routed.ts'
import { type NginxServer, startNginx } from '../servers.ts'

// Nothing listens there: the connection is refused at once, and nginx says which server it chose all the same.
const nodes = (states: Partial<Record<number, 'down'>> = {}): RingNode[] =>
  [1, 3, 7, 10, 2].map((weight, i) => ({ name: `127.9.8.${i + 1}:9`, weight, ...(states[i] ? { state: states[i]! } : {}) }))
const unix: RingNode[] = ['a', 'b', 'c'].map((name) => ({ name: `unix:/nonexistent/${name}.sock`, weight: 2 }))
export const nginxCases: [string, RingSpec][] = [
  ['consistent', { algorithm: 'nginx-consistent', nodes: nodes() }],
  ['consistent-down', { algorithm: 'nginx-consistent', nodes: nodes({ 3: 'down', 0: 'down' }) }],
  ['consistent-unix', { algorithm: 'nginx-consistent', nodes: unix }],
  ['plain', { algorithm: 'nginx-hash', nodes: nodes() }],
  ['plain-down', { algorithm: 'nginx-hash', nodes: nodes({ 3: 'down' }) }],
  ['plain-most-down', { algorithm: 'nginx-hash', nodes: nodes({ 3: 'down', 2: 'down', 1: 'down' }) }],
]

/** An nginx with an upstream for each case; every answer says in `x-server` which server was chosen. */
export const startNginxRings = (): Promise<NginxServer> =>
  startNginx({
    http: `error_log /dev/null crit;
keepalive_requests 1000000;
proxy_next_upstream off;
${nginxCases
  .map(
    ([name, spec]) => `upstream ${name} {
  hash $http_x_key${spec.algorithm === 'nginx-consistent' ? ' consistent' : ''};
${spec.nodes.map((node) => `  server ${node.name} weight=${node.weight} max_fails=0${node.state === 'down' ? ' down' : ''};`).join('\n')}
}`,
  )
  .join('\n')}`,
    server: nginxCases
      .map(
        ([name]) => `location = /${name} { proxy_pass http://${name}; add_header x-server $upstream_addr always; error_page 502 = @none; }`,
      )
      .concat('location @none { add_header x-server $upstream_addr always; return 200 ""; }')
      .join('\n'),
  })

/** The server of each key, as its case names it. */
export async function nginxRouted(nginx: NginxServer, upstream: string, keys: readonly string[]): Promise<string[]> {
  const requests = keys.map((key) => `GET /${upstream} HTTP/1.1\r\nhost: x\r\nx-key: ${key}\r\n\r\n`)
  const seen = await routedOverHttp(nginx.about.port, requests, 'x-server')
  return seen.map((address) => (address.startsWith('unix:') ? address.replace(/:$/, '') : address))
}
