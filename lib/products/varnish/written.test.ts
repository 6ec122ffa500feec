import { expect, it } from 'vitest'
import type { RingSpec } from '../../model/ring.ts'
import { describes, writes } from './written.ts'

const SHARD: RingSpec = {
  algorithm: 'varnish-shard',
  nodes: [
    { name: 'a', weight: 1 },
    { name: 'b', label: 'ident of b', weight: 3 },
  ],
  options: { replicas: 25 },
}

it.each<RingSpec>([
  SHARD,
  { ...SHARD, options: { replicas: 67, input: 'digest' } },
  { ...SHARD, options: { replicas: 67, input: 'blob' } },
  { ...SHARD, options: { replicas: 67, input: 'number' } },
  {
    algorithm: 'varnish-hash',
    nodes: [
      { name: 'a', weight: 1 },
      { name: 'b', weight: 2 },
    ],
  },
])('a ring that is written as VCL is read back from it: %j', (spec) => {
  expect(describes(writes(spec)!.text)).toEqual(spec)
})

it('reads the first director that hashes in a whole VCL, and none where there is none', () => {
  const vcl = `vcl 4.1; import directors; backend a { .host = "h"; } sub vcl_init { new r = directors.round_robin(); r.add_backend(a);
    new d = directors.shard(); d.add_backend(a, weight=2); d.reconfigure(9); } sub vcl_recv { set req.backend_hint = d.backend(by=URL); }`
  expect(describes(vcl)).toEqual({ algorithm: 'varnish-shard', nodes: [{ name: 'a', weight: 2 }], options: { replicas: 9 } })
  expect(describes('vcl 4.1; sub vcl_init { new r = directors.round_robin(); }')).toBeNull()
  expect(describes('upstream app { hash $uri consistent; server 10.0.0.1:80; }')).toBeNull()
  expect(() => describes(vcl.replace('by=URL', 'by=URL, alt=1'))).toThrow(/d makes no ring that is certain: alt is 1/)
})

it('writes no name that could end its word, and no backend that is out', () => {
  const of = (more: object) => writes({ ...SHARD, nodes: [{ name: 'a', weight: 1, ...more }] })
  expect(() => of({ name: 'a); std.log("x"' })).toThrow(/cannot hold/)
  expect(() => of({ label: 'x"; }' })).toThrow(/cannot hold/)
  expect(() => of({ state: 'maint' })).toThrow(/backend.set_health/)
  expect(writes({ algorithm: 'ketama', nodes: [{ name: 'a' }] })).toBeNull()
})
