import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeWith } from '../../test/live.ts'
import { disagreement, routedKeys, routedOverHttp } from '../../test/routed.ts'
import { type NginxServer, startNginx } from '../../test/servers.ts'
import type { RingNode, RingSpec } from '../model/ring.ts'
import { locate } from './evaluate.ts'

const KEYS = routedKeys(2_000, 2)
// Nothing listens there: the connection is refused at once, and nginx says which server it chose all the same.
const nodes = (states: Partial<Record<number, 'down'>> = {}): RingNode[] =>
  [1, 3, 7, 10, 2].map((weight, i) => ({ name: `127.9.8.${i + 1}:9`, weight, ...(states[i] ? { state: states[i]! } : {}) }))
const unix: RingNode[] = ['a', 'b', 'c'].map((name) => ({ name: `unix:/nonexistent/${name}.sock`, weight: 2 }))
const cases: [string, RingSpec][] = [
  ['consistent', { algorithm: 'nginx-consistent', nodes: nodes() }],
  ['consistent-down', { algorithm: 'nginx-consistent', nodes: nodes({ 3: 'down', 0: 'down' }) }],
  ['consistent-unix', { algorithm: 'nginx-consistent', nodes: unix }],
  ['plain', { algorithm: 'nginx-hash', nodes: nodes() }],
  ['plain-down', { algorithm: 'nginx-hash', nodes: nodes({ 3: 'down' }) }],
  ['plain-most-down', { algorithm: 'nginx-hash', nodes: nodes({ 3: 'down', 2: 'down', 1: 'down' }) }],
]

describeWith(['nginx'], 'NGINX sends every key where lib/rings says', () => {
  let nginx: NginxServer
  beforeAll(async () => {
    nginx = await startNginx({
      http: `error_log /dev/null crit;
keepalive_requests 1000000;
proxy_next_upstream off;
${cases
  .map(
    ([name, spec]) => `upstream ${name} {
  hash $http_x_key${spec.algorithm === 'nginx-consistent' ? ' consistent' : ''};
${spec.nodes.map((node) => `  server ${node.name} weight=${node.weight} max_fails=0${node.state === 'down' ? ' down' : ''};`).join('\n')}
}`,
  )
  .join('\n')}`,
      server: cases
        .map(
          ([name]) =>
            `location = /${name} { proxy_pass http://${name}; add_header x-server $upstream_addr always; error_page 502 = @none; }`,
        )
        .concat('location @none { add_header x-server $upstream_addr always; return 200 ""; }')
        .join('\n'),
    })
  })
  afterAll(() => nginx?.[Symbol.asyncDispose]())

  test.each(cases)('%s', async (name, spec) => {
    const requests = KEYS.map((key) => `GET /${name} HTTP/1.1\r\nhost: x\r\nx-key: ${key}\r\n\r\n`)
    const seen = await routedOverHttp(nginx.about.port, requests, 'x-server')
    const computed = locate(spec)
    const names = seen.map((address) => (address.startsWith('unix:') ? address.replace(/:$/, '') : address))
    // Past its last try nginx goes round robin: those keys are said to be nobody's, and few.
    const foretold = KEYS.map((key, i) => (computed(key) === null ? null : names[i]!))
    expect(foretold.filter((owner) => owner === null).length).toBeLessThan(name === 'plain-most-down' ? 200 : 1)
    expect(disagreement(KEYS, foretold, computed)).toBe('all 2000 agree')
  })
})
