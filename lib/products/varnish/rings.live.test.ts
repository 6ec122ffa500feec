import { afterAll, beforeAll, expect, it, test } from 'vitest'
import { describeWith } from '../../../test/live.ts'
import { disagreement, routedKeys, routedOverHttp } from '../../../test/routed.ts'
import { startVarnish, type VarnishServer } from '../../../test/varnish.ts'
import { locate } from '../../rings/placement.ts'
import { poolRing } from '../../rings/poolRing.ts'
import { withVarnish } from './client.ts'
import { varnishConfig } from './config.ts'
import { varnish } from './product.ts'

const KEYS = routedKeys(1_000, 3)
const NUMBERS = Array.from({ length: 1_000 }, (_, i) => String((i * 2_654_435_761) % 2 ** 32))
const PATHS = KEYS.map((key, i) => `/${encodeURIComponent(key)}/${i}`)

/** Directors, each with the piece of vcl_init that fills it, and how it is asked. */
const CASES: [name: string, init: string, ask: string, keys: readonly string[]][] = [
  [
    'plain',
    'plain.add_backend(a); plain.add_backend(b); plain.add_backend(c);',
    'plain.backend(by=KEY, key=plain.key(req.http.x-key))',
    KEYS,
  ],
  ['weighted', 'weighted.add_backend(a, weight = 2); weighted.add_backend(b, weight=5); weighted.add_backend(c); weighted.reconfigure(replicas=25);', 'weighted.backend(KEY, plain.key(req.http.x-key))', KEYS], // biome-ignore format: one line
  ['parts', 'parts.add_backend(a, "", 0s, 2.5); parts.add_backend(b, "", 0s, 1.3); parts.reconfigure(7);', 'parts.backend(by=KEY, key=parts.key(req.http.x-key))', KEYS], // biome-ignore format: one line
  ['staged', 'staged.add_backend(a); staged.reconfigure(10); staged.add_backend(b); staged.add_backend(b); staged.reconfigure(30);', 'staged.backend(by=KEY, key=staged.key(req.http.x-key))', KEYS], // biome-ignore format: one line
  ['named', 'named.add_backend(a, "10.0.0.1:80"); named.add_backend(b, ident={"zwei"}); named.add_backend(c);', 'named.backend(by=KEY, key=named.key(req.http.x-key))', KEYS], // biome-ignore format: one line
  ['one', 'one.add_backend(a); one.reconfigure(1);', 'one.backend(by=KEY, key=one.key(req.http.x-key))', KEYS],
  ['two', 'two.add_backend(a); two.add_backend(b); two.reconfigure(1);', 'two.backend(by=KEY, key=two.key(req.http.x-key))', KEYS],
  ['three', 'three.add_backend(a); three.add_backend(b); three.add_backend(c); three.reconfigure(1);', 'three.backend(by=KEY, key=three.key(req.http.x-key))', KEYS], // biome-ignore format: one line
  ['number', 'number.add_backend(a); number.add_backend(b); number.add_backend(c);', 'number.backend(by=KEY, key=std.integer(req.http.x-key, 0))', NUMBERS], // biome-ignore format: one line
  ['octets', 'octets.add_backend(a); octets.add_backend(b);', 'octets.backend(by=BLOB, key_blob=blob.decode(IDENTITY, encoded=req.http.x-key))', KEYS], // biome-ignore format: one line
  ['hashed', 'hashed.add_backend(a, 1.0); hashed.add_backend(b, 2.5); hashed.add_backend(c, 0.1);', 'hashed.backend(req.http.x-key)', KEYS],
  ['even', 'even.add_backend(a, 1); even.add_backend(b, 1); even.add_backend(c, 1);', 'even.backend("" + req.http.x-key)', KEYS],
]

const VCL = `vcl 4.1;
import directors;
import std;
import blob;
${['a', 'b', 'c'].map((name) => `backend ${name} { .host = "127.0.0.1"; .port = "9"; }`).join('\n')}
sub vcl_init {
${CASES.map(([name, init]) => `  new ${name} = directors.${name === 'hashed' || name === 'even' ? 'hash' : 'shard'}();\n  ${init}`).join('\n')}
  new url = directors.shard(); url.add_backend(a); url.add_backend(b); url.add_backend(c);
  new digest = directors.shard(); digest.add_backend(a); digest.add_backend(b); digest.add_backend(c);
  new warmed = directors.shard(); warmed.set_warmup(0.5); warmed.add_backend(a); warmed.add_backend(b);
}
sub vcl_recv {
${CASES.map(([name, , ask]) => `  if (req.http.x-pool == "${name}") { set req.http.x-server = ${ask}; return (synth(200)); }`).join('\n')}
  if (req.http.x-pool == "url") { set req.http.x-server = url.backend(by=URL); return (synth(200)); }
  if (req.http.x-pool == "warmed") { set req.http.x-server = warmed.backend(by=URL); return (synth(200)); }
}
sub vcl_synth { set resp.http.x-server = req.http.x-server; }
# Behind the look-up the hash is that of vcl_hash.
sub vcl_backend_fetch { set bereq.http.x-server = digest.backend(resolve=NOW); return (error(200)); }
sub vcl_backend_error { set beresp.http.x-server = bereq.http.x-server; set beresp.ttl = 0s; }
`

describeWith(['varnishd'], 'Varnish sends every key where lib/rings says, by what its VCL says', () => {
  let server: VarnishServer
  beforeAll(async () => {
    server = await startVarnish({ vcl: VCL })
  })
  afterAll(() => server?.[Symbol.asyncDispose]())

  const config = () => varnishConfig.parse({ kind: 'varnish', name: 'v', admin: server.about.admin, secret_file: server.about.secretFile })
  async function pools() {
    const link = varnish.open(config())
    const probe = varnish.probes.find(({ id }) => id === 'backends')!
    const parsed = probe.parse(await probe.read(link, null, AbortSignal.timeout(2_000)), { cursor: null, at: Date.now() })
    await varnish.close(link)
    return new Map(parsed.topology.pools!.map((pool) => [pool.name, pool]))
  }
  const say = (command: string) => withVarnish(config(), (client) => client.ask(command, AbortSignal.timeout(2_000)))
  const routed = (pool: string, keys: readonly string[], request = (key: string) => `GET / HTTP/1.1\r\nhost: x\r\nx-key: ${key}`) =>
    routedOverHttp(server.about.port, keys.map((key) => `${request(key)}\r\nx-pool: ${pool}\r\n\r\n`), 'x-server') // biome-ignore format: one line

  it.each([
    ['every backend in', [], 'all 1000 agree'],
    ['one sick', ['b'], 'all 1000 agree'],
    ['all but one sick', ['b', 'c'], 'all 1000 agree'],
  ])('%s', async (_what, sick, agree) => {
    for (const name of sick) await say(`backend.set_health ${name} sick`)
    const known = await pools()
    for (const [name, , , keys] of CASES) {
      const ring = poolRing(known.get(name)!)
      expect(ring, `${name}: ${known.get(name)!.ringBecause}`).not.toBeNull()
      expect(disagreement(keys, await routed(name, keys), locate(ring!)), name).toBe(agree)
    }
    for (const name of sick) await say(`backend.set_health ${name} auto`)
  })

  test('by URL, and by the hash of URL and host', async () => {
    const known = await pools()
    const request = (path: string) => `GET ${path} HTTP/1.1\r\nhost: shop.example:8080`
    expect(disagreement(PATHS, await routed('url', PATHS, request), locate(poolRing(known.get('url')!)!))).toBe('all 1000 agree')
    const located = locate(poolRing(known.get('digest')!)!)
    const some = PATHS.slice(0, 500)
    expect(disagreement(some, await routed('digest', some, request), (path) => located(`${path} shop.example:8080`))).toBe('all 500 agree')
  })

  test('what a VCL does that no ring tells is said', async () => {
    const known = await pools()
    expect(known.get('warmed')).toMatchObject({ balances: 'hash', ringBecause: expect.stringContaining('set_warmup') })
    expect(known.get('parts')!.servers.map(({ name, weightSet, address }) => [name, weightSet, address])).toEqual([
      ['a', 17, '127.0.0.1:9'],
      ['b', 9, '127.0.0.1:9'],
    ])
    expect(known.get('hashed')!.servers.map(({ weightSet }) => weightSet)).toEqual([10, 25, 1])
    expect(known.get('weighted')!.algorithm).toBe('shard by req.http.x-key')
  })
})
