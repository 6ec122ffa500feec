import { describe, expect, it, test } from 'vitest'
import { importRing } from './importers.ts'
import { parseSpec } from './spec.ts'

const ring = (text: string) => {
  const found = importRing(text)
  return found && parseSpec(found)
}
const names = (...list: string[]) => list.map((name) => ({ name }))

/** As the clients' own documentation writes them. */
describe('options of', () => {
  test.each([
    ['Dalli::Client.new(\'localhost:11211\', { namespace: "app_v1", compress: true })', names('localhost:11211')],
    [
      "Dalli::Client.new(['10.0.0.1:11211:10', '10.0.0.2:11211:5'], :expires_in => 300)",
      [
        { name: '10.0.0.1:11211', weight: 10 },
        { name: '10.0.0.2:11211', weight: 5 },
      ],
    ],
    [
      'config.cache_store = :mem_cache_store, "cache-1.example.com", "cache-2.example.com"\nconfig.x = "no"',
      names('cache-1.example.com', 'cache-2.example.com'),
    ],
    [
      "config.cache_store = :mem_cache_store, 'cache-1', 'cache-2:11212',\n  { namespace: 'app', pool: { size: 5 } }",
      names('cache-1', 'cache-2:11212'),
    ],
    ['cache = ActiveSupport::Cache.lookup_store(:mem_cache_store, "a:1", "b:2", namespace: "x")', names('a:1', 'b:2')],
    ["Dalli::Client.new('memcached://user:sesame@10.0.0.1:11211,memcached://10.0.0.2:11211')", names('10.0.0.1:11211', '10.0.0.2:11211')],
  ])('Dalli: %s', (text, nodes) => expect(ring(text)).toMatchObject({ algorithm: 'dalli', nodes }))

  it('redis-rb', () =>
    expect(ring('redis = Redis::Distributed.new %w[redis://host-a:6379/0 redis://:sesame@host-b:6380/0], db: 0')).toMatchObject({
      algorithm: 'redis-rb',
      nodes: [
        { name: 'host-a:6379', address: 'redis://host-a:6379' },
        { name: 'host-b:6380', address: 'redis://host-b:6380' },
      ],
    }))

  it('Predis: URIs, arrays, aliases, weights, its two rings', () => {
    const uris =
      "$client = new Predis\\Client(['tcp://10.0.0.1?alias=first-node', ['host' => '10.0.0.2', 'port' => 6380, 'weight' => 50, 'alias' => 'second-node']]"
    const nodes = [
      { name: 'first-node', address: '10.0.0.1:6379' },
      { name: 'second-node', address: '10.0.0.2:6380', weight: 50 },
    ]
    expect(ring(`${uris}, ['cluster' => 'predis']);`)).toMatchObject({ algorithm: 'predis', nodes })
    expect(ring(`${uris}, ['cluster' => function () { return new PredisCluster(new PredisStrategy(new KetamaRing())); }]);`)).toMatchObject(
      {
        algorithm: 'ketama',
        options: { client: 'predis' },
        nodes,
      },
    )
    expect(() => ring(`${uris}, ['cluster' => 'redis']);`)).toThrow(/CLUSTER NODES/)
  })

  it('go-redis: the names of the shards are hashed', () =>
    expect(
      ring(
        'rdb := redis.NewRing(&redis.RingOptions{\n    Addrs: map[string]string{\n        // shardName => host:port\n        "shard1": "localhost:7000",\n        "shard2": "localhost:7001",\n    },\n    Password: "sesame",\n})',
      ),
    ).toEqual({
      algorithm: 'rendezvous',
      options: { client: 'go-redis' },
      nodes: [
        { name: 'shard1', address: 'localhost:7000' },
        { name: 'shard2', address: 'localhost:7001' },
      ],
    }))

  it.each([
    [
      "$m = new Memcached(); $m->addServers(array(\n    array('mem1.domain.com', 11211, 33),\n    array('mem2.domain.com', 11211, 67)\n));",
      'modulo',
      { client: 'libmemcached' },
    ],
    [
      "$m = new Memcached();\n$m->setOption(Memcached::OPT_DISTRIBUTION, Memcached::DISTRIBUTION_CONSISTENT);\n$m->addServer('mem1.domain.com', 11211, 33);\n$m->addServer('mem2.domain.com', 11211, 67);",
      'libmemcached',
      {},
    ],
    [
      "$m = new Memcached();\n$m->setOptions([Memcached::OPT_LIBKETAMA_COMPATIBLE => true]);\n$m->addServers([['mem1.domain.com', 11211, 33], ['mem2.domain.com', 11211, 67]]);",
      'libmemcached',
      { weighted: true },
    ],
    [
      "$m = new Memcached(); $m->setOption(Memcached::OPT_HASH, Memcached::HASH_MURMUR); $m->addServers([['mem1.domain.com', 11211, 33], ['mem2.domain.com', 11211, 67]]);",
      'modulo',
      { client: 'libmemcached', hash: 'murmur' },
    ],
  ])('PHP Memcached: %s', (text, algorithm, options) =>
    expect(ring(text)).toEqual({
      algorithm,
      options,
      nodes: [
        { name: 'mem1.domain.com:11211', weight: 33 },
        { name: 'mem2.domain.com:11211', weight: 67 },
      ],
    }),
  )

  const django = (backend: string, more = '') =>
    `CACHES = {\n    "default": {\n        "BACKEND": "django.core.cache.backends.memcached.${backend}",\n        "LOCATION": [\n            "172.19.26.240:11211",\n            "172.19.26.242:11212",\n        ],${more}\n    }\n}`
  const two = names('172.19.26.240:11211', '172.19.26.242:11212')
  it.each([
    [django('PyMemcacheCache'), 'rendezvous', { client: 'pymemcache' }],
    [django('PyLibMCCache'), 'modulo', { client: 'libmemcached' }],
    [django('PyLibMCCache', '\n        "OPTIONS": {"binary": True, "behaviors": {"ketama": True}},'), 'libmemcached', {}],
    [django('MemcachedCache'), 'modulo', { client: 'python-memcached' }],
    [
      "'default': {'BACKEND': 'x.PyMemcacheCache', 'LOCATION': '172.19.26.240:11211;172.19.26.242:11212'}",
      'rendezvous',
      { client: 'pymemcache' },
    ],
    [
      "client = HashClient([\n    '172.19.26.240:11211',\n    ('172.19.26.242', 11212)\n], use_pooling=True)",
      'rendezvous',
      { client: 'pymemcache' },
    ],
    [
      'mc = pylibmc.Client(["172.19.26.240:11211", "172.19.26.242:11212"], binary=True)\nmc.behaviors = {"ketama_weighted": True}',
      'libmemcached',
      { weighted: true },
    ],
  ])('Python: %s', (text, algorithm, options) => expect(ring(text)).toEqual({ algorithm, options, nodes: two }))

  it('python-memcached: a pair is a server and its weight', () =>
    expect(ring("mc = memcache.Client(['127.0.0.1:11211', ('127.0.0.1:11212', 3)], debug=0)")).toEqual({
      algorithm: 'modulo',
      options: { client: 'python-memcached' },
      nodes: [{ name: '127.0.0.1:11211' }, { name: '127.0.0.1:11212', weight: 3 }],
    }))

  it.each([
    [
      'mc := memcache.New("10.0.0.1:11211", "10.0.0.2:11211", "10.0.0.3:11212")',
      'gomemcache',
      names('10.0.0.1:11211', '10.0.0.2:11211', '10.0.0.3:11212'),
    ],
    [
      "const client = memjs.Client.create('user:sesame@10.0.0.1:11211,10.0.0.2:11211', { retries: 2 })",
      'memjs',
      names('10.0.0.1:11211', '10.0.0.2:11211'),
    ],
    [
      'MemcachedClient c = new MemcachedClient(AddrUtil.getAddresses("10.0.0.1:11211 10.0.0.2:11211"));',
      'spymemcached',
      names('10.0.0.1:11211', '10.0.0.2:11211'),
    ],
    ['MemcachedClient c=new MemcachedClient(new InetSocketAddress("hostname", 11211));', 'spymemcached', names('hostname:11211')],
  ])('the remainder: %s', (text, client, nodes) => expect(ring(text)).toEqual({ algorithm: 'modulo', options: { client }, nodes }))

  it('spymemcached with ketama hashes what Java prints', () => {
    const text = (servers: string) => `new MemcachedClient(new KetamaConnectionFactory(), AddrUtil.getAddresses("${servers}"));`
    expect(ring(text('10.0.0.1:11211 10.0.0.2:11211'))).toMatchObject({ algorithm: 'ketama', options: { client: 'spymemcached' } })
    expect(ring(text('cache-a/10.0.0.1:11211'))!.nodes).toEqual(names('cache-a/10.0.0.1:11211'))
    expect(() => ring(text('cache-a:11211'))).toThrow(/write cache-a:11211 as cache-a\/ADDRESS:11211/)
  })

  it("memcached's proxy: pools of the route library and of Lua", () => {
    const nodes = names('127.0.0.1:11214', '127.0.0.1:11215')
    expect(
      ring(
        'pools{\n    main = {\n        backends = {\n            "127.0.0.1:11214",\n            "127.0.0.1:11215",\n        }\n    }\n}',
      ),
    ).toEqual({ algorithm: 'jump', options: { client: 'memcached-proxy' }, nodes })
    const lua = (more: string) =>
      `local b1 = mcp.backend('b1', '127.0.0.1', 11214)\nlocal b2 = mcp.backend('b2', '127.0.0.1', 11215)\nlocal p = mcp.pool({b1, b2}, { dist = mcp.dist_jump_hash, ${more} })`
    expect(ring(lua('filter = mcp.hashfilter_tags, filter_conf = "{}", seed = "failover"'))).toEqual({
      algorithm: 'jump',
      options: { client: 'memcached-proxy', hashTag: '{}', seed: 'failover' },
      nodes,
    })
    expect(() => ring(lua('').replace('mcp.dist_jump_hash', 'mcp.dist_ring_hash'))).toThrow(/mcp.dist_ring_hash is not known/)
  })

  it('dskit: addresses of Loki, Mimir, Tempo', () => {
    const expected = { algorithm: 'jump', options: { client: 'dskit' }, nodes: names('memcached-0:11211', 'memcached-1:11211') }
    expect(ring('memcached_client:\n  addresses: "memcached-0:11211,memcached-1:11211" # two\n  timeout: 500ms\n')).toEqual(expected)
    expect(ring('memcached:\n  addresses:\n    - memcached-0:11211\n    - memcached-1:11211\n  timeout: 500ms\n')).toEqual(expected)
    expect(() => ring('memcached:\n  addresses: dns+memcached:11211\n')).toThrow(/paste what they resolve to/)
  })

  it('a client that is named before a list of servers', () => {
    expect(ring('gomemcache 10.0.0.1:11211, 10.0.0.2:11211')).toEqual({
      algorithm: 'modulo',
      options: { client: 'gomemcache' },
      nodes: names('10.0.0.1:11211', '10.0.0.2:11211'),
    })
    expect(ring('dalli: 10.0.0.1:11211:2 [::1]:11211')!.nodes).toEqual([{ name: '10.0.0.1:11211', weight: 2 }, { name: '[::1]:11211' }])
  })
})

describe('what is not enough', () => {
  it.each([
    ['10.0.0.1:11211,10.0.0.2:11211', /Write the client before it/],
    ['["10.0.0.1:11211", "10.0.0.2:11211"]', /Write the client before it/],
    ['Dalli::Client.new(ENV["MEMCACHE_SERVERS"])', /Dalli names no servers/],
    ['Dalli::Client.new', /Dalli names no servers/],
    ['memjs.Client.create(process.env.SERVERS)', /memjs names no servers/],
    ['HashClient(servers, hasher=RendezvousHash)', /hasher/],
    ["$m = new Memcache; $m->addServer('h', 11211);", /Memcached \(with d\)/],
    [
      "$m = new Memcached; $m->setOption(Memcached::OPT_DISTRIBUTION, Memcached::DISTRIBUTION_VIRTUAL_BUCKET); $m->addServer('h', 11211);",
      /virtual_bucket is not known/,
    ],
    ['redis.NewRing(&redis.RingOptions{Addrs: map[string]string{"a": ":1"}, NewConsistentHash: x})', /NewConsistentHash/],
    ["Redis::Distributed.new ['redis://h:6379/3']", /RingSpec/],
    ["Redis::Distributed.new(['redis://h:6379'], tag: /x/)", /`ring` or `tag`/],
    ["a = {'BACKEND': 'x.PyMemcacheCache', 'LOCATION': 'a:1'}, {'BACKEND': 'x.PyMemcacheCache', 'LOCATION': 'b:1'}", /several caches/],
    [`${'['.repeat(100)}`, /nests too deeply/],
    [`"${'x'.repeat(300_000)}"`, /300002 characters/],
    ['1,'.repeat(60_000), /too long/],
  ])('%j', (text, because) =>
    expect(() => importRing(text)).toThrow(expect.objectContaining({ code: 'bad_request', message: expect.stringMatching(because) })),
  )

  it.each(['', 'hello', 'user:sesame@', 'a b c', '{', '"', "'\\", '%w[', 'key: value', ')))', 'constructor 10.0.0.1'])(
    '%j is no client',
    (text) => expect(importRing(text)).toBeNull(),
  )

  it('no error holds a password', () => {
    for (const text of [
      "Dalli::Client.new('memcached://u:sesame@h h:port:x')",
      "new Predis\\Client(['tcp://:sesame@'])",
      "Redis::Distributed.new ['redis://:sesame@h:x']",
      "memjs.Client.create('u:sesame@h:x')",
      "Dalli::Client.new('u:open/sesame@h:x')",
      "Dalli::Client.new('u:open@sesame@h:x')",
      "new Predis\\Client(['tcp://:open/sesame@h:1'])",
      "new Predis\\Client(['tcp://sesame@'])",
      "Redis::Distributed.new ['redis://sesame@']",
    ])
      try {
        importRing(text)
        expect.unreachable()
      } catch (error) {
        expect((error as Error).message).not.toContain('sesame')
      }
  })

  it.each([
    ["Dalli::Client.new('u:p@ss/word@10.0.0.1:11211')", '10.0.0.1:11211'],
    ["Dalli::Client.new('/run/mem@cached.sock')", '/run/mem@cached.sock'],
    ["new Predis\\Client(['tcp://:p@ss@10.0.0.1:6379'])", '10.0.0.1:6379'],
    ["Redis::Distributed.new(['redis://:p@ss@10.0.0.1:6379'])", '10.0.0.1:6379'],
  ])('%s is a server without its password', (text, name) => expect(importRing(text)!.nodes.map((node) => node.name)).toEqual([name]))

  it('a node of Predis that is no address is refused, not read as another', () => {
    expect(() => importRing("new Predis\\Client(['unix:/run/redis.sock', 'tcp://10.0.0.1:6379'])")).toThrow(/tcp:\/\/HOST:PORT/)
  })
})
