import { readFileSync } from 'node:fs'
import { describe, expect, it, test } from 'vitest'
import { hashingOf } from './ring.ts'
import { parseVcl } from './vcl.ts'
import { sourcesOf } from './vclWords.ts'

const SHOWN = readFileSync(new URL('./fixtures/varnish-7.1.1-vcl-show.txt', import.meta.url), 'utf8')
const shard = (init: string, rest = 'sub vcl_recv { set req.backend_hint = d.backend(by=URL); }') =>
  hashingOf(parseVcl(`vcl 4.1;\nimport directors;\nsub vcl_init { new d = directors.shard(); ${init} }\n${rest}`), '7.1.1').get('d')!
const ABC = 'd.add_backend(a); d.add_backend(b); d.reconfigure(replicas=10);'

describe('a VCL as Varnish shows it', () => {
  it('is its sources without the built-in one, each as long as its header says', () => {
    const text = sourcesOf(SHOWN)
    expect(text).toMatch(/^vcl 4\.1;/)
    expect(text).not.toContain('Varnish Software')
    expect(Buffer.byteLength(text)).toBe(839)
    // A comment that looks like a header is no header.
    const vcl = '# é\n// VCL.SHOW 9 3 <builtin>\nx\n'
    expect(sourcesOf(`// VCL.SHOW 0 ${Buffer.byteLength(vcl)} /a b.vcl\n${vcl}\n// VCL.SHOW 1 2 <builtin>\nyy\n`)).toBe(vcl)
    expect(() => sourcesOf('// VCL.SHOW 0 900 /a.vcl\nshort')).toThrow('ends amid a source')
    expect(() => sourcesOf('vcl 4.1;')).toThrow('begin each source with its length')
    expect(() => sourcesOf('// VCL.SHOW 0 0 /a.vcl')).toThrow('begin each source')
  })

  it('tells directors that hash, and where backends are', () => {
    const vcl = parseVcl(sourcesOf(SHOWN))
    expect([...vcl.addresses]).toEqual([['a', '127.0.0.1:18081'], ['b', '127.0.0.1:18082'], ['c', '127.0.0.1:18083']]) // biome-ignore format: one line
    expect([...hashingOf(vcl, '7.1.1')]).toEqual([
      [
        'sh',
        {
          algorithm: 'shard by URL',
          members: [{ name: 'a', weight: 1 }, { name: 'b', weight: 1 }, { name: 'c', weight: 2 }], // biome-ignore format: one line
          ring: {
            algorithm: 'varnish-shard',
            nodes: [{ name: 'a', weight: 1 }, { name: 'b', weight: 1 }, { name: 'c', weight: 2 }], // biome-ignore format: one line
            options: { replicas: 67 },
          },
        },
      ],
      [
        'h',
        {
          algorithm: 'hash of req.url',
          members: [{ name: 'a', weight: 1 }, { name: 'b', weight: 2 }], // biome-ignore format: one line
          ring: { algorithm: 'varnish-hash', nodes: [{ name: 'a', weight: 1 }, { name: 'b', weight: 2 }], options: { version: '7.1.1' } }, // biome-ignore format: one line
        },
      ],
    ])
  })
})

test.each([
  ['d.backend(by=URL)', 'vcl_recv', undefined, 'shard by URL'],
  ['d.backend(URL)', 'vcl_backend_fetch', undefined, 'shard by URL'],
  ['d.backend()', 'vcl_recv', undefined, 'shard by URL'],
  ['d.backend()', 'vcl_backend_fetch', 'digest', 'shard by hash of URL and host'],
  ['d.backend(resolve=LAZY)', 'vcl_recv', 'digest', 'shard by hash of URL and host'],
  ['d.backend(by=BLOB, key_blob=bereq.hash)', 'vcl_backend_fetch', 'digest', 'shard by hash of URL and host'],
  ['d.backend(by=KEY, key=d.key(req.http.cookie + "x"))', 'vcl_recv', undefined, 'shard by req.http.cookie + "x"'],
  ['d.backend(by=KEY, key=std.integer(req.http.shop, 0))', 'vcl_recv', 'number', 'shard by number std.integer(req.http.shop , 0)'],
])('%s in %s', (call, sub, input, algorithm) => {
  const found = shard(ABC, `sub ${sub} { set req.http.x = ${call}; }`)
  expect([found.ring?.options?.input, found.algorithm]).toEqual([input, algorithm])
})

test.each([
  ['an if', 'if (std.healthy(a)) { d.add_backend(a); }', undefined, 'within an if'],
  ['a weight that is computed', 'd.add_backend(a, weight=std.real(std.getenv("W"), 1.0));', undefined, 'not a plain number'],
  ['an ident that is computed', 'd.add_backend(a, ident="x" + "y");', undefined, 'an ident of it'],
  ['a backend that leaves', `${ABC} d.remove_backend(a);`, undefined, 'remove_backend'],
  ['warming', `${ABC} d.set_warmup(0.2);`, undefined, 'set_warmup'],
  ['parameters elsewhere', `${ABC} new p = directors.shard_param(); d.associate(p.use());`, undefined, 'shard_param'],
  ['several idents of one backend', 'd.add_backend(a, "1"); d.add_backend(a, "2");', undefined, 'several times'],
  ['nobody in it', '', undefined, 'adds no backend'],
  ['a change while it runs', ABC, 'sub vcl_recv { d.add_backend(c); set req.backend_hint = d.backend(URL); }', 'called in vcl_recv'],
  ['nobody who asks', ABC, 'sub vcl_recv { }', 'asks it for no backend'],
  [
    'two keys',
    ABC,
    'sub vcl_recv { set req.backend_hint = d.backend(URL); set req.backend_hint = d.backend(by=KEY, key=5); }',
    'different keys',
  ],
  ['another than the first', ABC, 'sub vcl_recv { set req.backend_hint = d.backend(by=URL, alt=req.restarts); }', 'alt is req.restarts'],
  ['sick ones too', ABC, 'sub vcl_recv { set req.backend_hint = d.backend(by=URL, healthy=ALL); }', 'healthy is ALL'],
  [
    'a hash of its own',
    ABC,
    'sub vcl_hash { hash_data(req.http.x); } sub vcl_backend_fetch { set bereq.backend = d.backend(); }',
    'writes itself',
  ],
  ['a sub of its own', ABC, 'sub choose { set req.backend_hint = d.backend(); }', 'whether that is URL or hash'],
])('%s makes no ring, and is said', (_what, init, rest, because) => {
  const found = shard(init, rest)
  expect(found.ring).toBeUndefined()
  expect(found.because).toContain(because)
})

test('comments, strings and inline C say nothing', () => {
  const found = shard(`# d.add_backend(x);\n/* d.add_backend(y); */ // d.add_backend(z);\n C{ d.add_backend(w); }C ${ABC} std.log({" d.add_backend(v); "} + "d.clear()");`) // biome-ignore format: one line
  expect(found.ring?.nodes.map(({ name }) => name)).toEqual(['a', 'b'])
  expect(() => parseVcl('sub x { /* ')).toThrow('not closed')
})
