import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it, test } from 'vitest'
import { parse as parseYaml } from 'yaml'
import { nginxActuator } from '../actuator.ts'
import { nginxCode } from '../asCode.ts'
import { nginxConfig } from '../config.ts'
import { nginx } from '../product.ts'
import { readFill } from './fill.ts'
import { cachesOf, nginxCache } from './product.ts'
import { VALID_SETTING } from './settings.ts'
import { CacheStatuses } from './statuses.ts'
import { validIn, withValid } from './validFile.ts'

const folder = mkdtempSync(join(tmpdir(), 'ek-fill-'))
afterAll(() => rmSync(folder, { recursive: true }))
const signal = AbortSignal.timeout(10_000)

const caches = { pages: { path: '/c/pages', keys_zone: 'zp:10m', max_size: '10g' }, media: { path: '/c/media', keys_zone: 'zm' } }
const base = { kind: 'nginx', name: 'web', status: 'http://127.0.0.1:1/s' }
const config = nginxConfig.parse({ ...base, caches })
const NONE = { HIT: 0, MISS: 0, EXPIRED: 0, STALE: 0, UPDATING: 0, REVALIDATED: 0, BYPASS: 0, SCARCE: 0 }

describe('answers by status', () => {
  it('are of the cache that the line names by zone or name, and of nobody where it names none of several', () => {
    const statuses = new CacheStatuses(caches)
    statuses.add('zp', 'HIT')
    statuses.add('pages', 'HIT')
    statuses.add('zm', 'BYPASS')
    statuses.add('other', 'HIT')
    statuses.add(null, 'MISS')
    expect(statuses.countsOf('pages')).toEqual({ ...NONE, HIT: 2 })
    expect(statuses.countsOf('media')).toEqual({ ...NONE, BYPASS: 1 })
    expect(statuses.unplaced).toBe(2)
    statuses.beginAnew()
    expect([statuses.countsOf('pages'), statuses.unplaced]).toEqual([NONE, 0])
    const alone = new CacheStatuses({ pages: caches.pages })
    alone.add(null, 'STALE')
    expect(alone.countsOf('pages')).toEqual({ ...NONE, STALE: 1 })
  })

  const probe = nginxCache.probes.find(({ id }) => id === 'statuses')!
  const parse = (raw: object) =>
    probe.parse({ counts: null, page: null, zone: 'zp', fair: null, unplaced: 0, ...raw }, { cursor: null, at: 1 })
  const values = ({ samples }: ReturnType<typeof parse>) =>
    Object.fromEntries(samples.map(({ metric, labels, value }) => [`${metric} ${Object.values(labels ?? {})}`.trim(), value]))

  it('are hits where the cache answered, stale too, and misses where the origin was asked; a bypass is neither', () => {
    const counts = { HIT: 10, STALE: 2, UPDATING: 3, REVALIDATED: 4, MISS: 5, EXPIRED: 6, SCARCE: 1, BYPASS: 7 }
    expect(values(parse({ counts, fair: true }))).toMatchObject({ cache_hits_total: 19, cache_misses_total: 12, 'nginx_cache_responses_total bypass': 7 }) // biome-ignore format: one line
  })

  it('are those of VTS where it shows the zone, with what it holds', () => {
    const page = JSON.stringify({ nginxVersion: '1.26.0', upstreamZones: {}, cacheZones: { zp: { maxSize: 100, usedSize: 40, responses: { hit: 5, miss: 1, stale: 2, bypass: 3 } } } }) // biome-ignore format: one line
    expect(values(parse({ page }))).toMatchObject({ cache_hits_total: 7, cache_misses_total: 1, 'nginx_cache_responses_total bypass': 3, 'nginx_cache_size_bytes used': 40 }) // biome-ignore format: one line
    expect(parse({ page, zone: 'other' }).topology.capabilities![0]!.because).toContain('keys_zone')
  })

  it.each([
    [{}, false, 'no `accessLog` and no `vts`'],
    [{ counts: NONE, fair: false }, false, 'lost'],
    [{ counts: NONE, fair: true, unplaced: 3 }, true, '3 lines say no cache'],
    [{ page: '{', counts: NONE, fair: null }, false, 'keys_zone'],
  ])('%j is said', (raw, available, because) => {
    expect(parse(raw).topology.capabilities).toEqual([
      { feature: 'answers by cache status', available, because: expect.stringContaining(because) },
    ])
  })

  it('has no value while its NGINX does not answer', async () => {
    const statuses = new CacheStatuses(caches)
    const [target] = cachesOf(config, statuses)
    await expect(probe.read(nginxCache.open(target!), null, signal)).rejects.toThrow('its NGINX does not answer')
    statuses.answeredAt = performance.now()
    expect(await probe.read(nginxCache.open(target!), null, signal)).toMatchObject({ zone: 'zp', counts: NONE })
  })
})

test('each cache is a target beside its NGINX, which discovers only where there are some', () => {
  const found = cachesOf(config, new CacheStatuses(caches))
  expect(found.map(({ name, role }) => [name, role])).toEqual([
    ['web:pages', 'cache'],
    ['web:media', 'cache'],
  ])
  expect(new Set([config, ...found].map((one) => (nginx.variant!(one) ?? nginx).address(one))).size).toBe(3)
  expect(nginx.variant!(config)?.discover).toBeDefined()
  expect(nginx.variant!(nginxConfig.parse({ kind: 'nginx', name: 'web', status: 'http://h/s' }))).toBeNull()
})

describe('what a cache holds on the disk', () => {
  const file = (...parts: string[]) => {
    mkdirSync(join(folder, ...parts.slice(0, -1)), { recursive: true })
    writeFileSync(join(folder, ...parts), Buffer.alloc(5_000))
  }
  const name = (i: number) => i.toString(16).padStart(32, '0')

  it('is its files in all levels; what is being written is not', async () => {
    for (let i = 0; i < 40; i++) file('small', String(i % 16), String(i % 3), name(i))
    file('small', name(99))
    file('small', '0', '0', `${name(1)}.0000000007`)
    const fill = await readFill(join(folder, 'small'), signal)
    expect(fill).toMatchObject({ files: 41, part: 1 })
    expect(fill.bytes).toBe(41 * 8_192)
  })

  it('is reckoned from some of the folders where they are too many, and nothing of one that is empty', async () => {
    for (let i = 0; i < 320; i++) file('large', (i % 16).toString(16), name(i))
    expect(await readFill(join(folder, 'large'), signal, 50)).toMatchObject({ files: 320, part: 3 / 16 })
    mkdirSync(join(folder, 'empty'))
    expect(await readFill(join(folder, 'empty'), signal)).toEqual({ files: 0, bytes: 0, part: 1 })
  })

  it('is not known of a folder that cannot be read', async () => {
    await expect(readFill(join(folder, 'none'), signal)).rejects.toThrow('cannot be read (ENOENT)')
  })
})

test.each([
  [{ path: '/c', keys_zone: 'a b' }, 'keys_zone'],
  [{ path: '/c', keys_zone: 'z', max_size: '10 gb' }, 'max_size'],
  [{ keys_zone: 'z' }, 'path'],
])('a cache that cannot be one names the key: %j', (cache, key) => {
  const { error } = nginxConfig.safeParse({ kind: 'nginx', name: 'web', status: 'http://h/s', caches: { c: cache } })
  expect(error!.issues[0]!.path).toEqual(['caches', 'c', key])
})

describe('the times of a cache', () => {
  const text =
    '# proxy_cache_valid 200 1s;\nproxy_cache_valid 404 1m;\nlocation / { proxy_cache_valid  200 302\n 10m ; }\nproxy_cache_valid any 5s;\n'

  it('are those of the first statement that names the status; the rest of the file stays as it is', () => {
    expect(['200', '302', '404', 'any'].map((code) => validIn(text, `proxy_cache_valid/${code}`))).toEqual(['10m', '10m', '1m', '5s'])
    expect(withValid(text, 'proxy_cache_valid/302', '1h30m')).toBe(text.replace('10m', '1h30m'))
    expect(validIn('proxy_cache_valid 7m;', 'proxy_cache_valid/301')).toBe('7m')
  })

  it.each([
    [text, 'proxy_cache_valid/500', 'a proxy_cache_valid of any stands before'],
    ['proxy_cache_valid 200 1m;', 'proxy_cache_valid/404', 'has no proxy_cache_valid for 404'],
    ['proxy_cache_valid 404 1m;', 'proxy_cache_valid/200', 'has no proxy_cache_valid for 200'],
    ['proxy_cache_valid 200 "1m', 'proxy_cache_valid/200', 'not closed'],
    [text, 'proxy_cache_valid/2xx', 'is no setting'],
  ])('%j has no %s', (file, name, because) => expect(() => validIn(file, name)).toThrow(because))

  it.each(['10m', '1h30m', '0', '600', '500ms', '1y'])('%s is one', (time) => expect(VALID_SETTING.value.parse(time)).toBe(time))
  it.each(['-1', '10 m', '10m;', '1.5h', 'off', '', '10q', '1m # x'])('%j is none', (time) => expect(VALID_SETTING.value.safeParse(time).success).toBe(false)) // biome-ignore format: one line

  it('cannot be set where no file or no pid is named', async () => {
    const [pages] = cachesOf(config, new CacheStatuses(caches))
    await expect(nginxActuator.get(pages!, ['proxy_cache_valid/200'], signal)).rejects.toThrow('name it as `valid` under `caches`')
  })

  it('as an Ansible task match only the statement of the status', () => {
    const [pages] = cachesOf(nginxConfig.parse({ ...base, caches: { pages: { ...caches.pages, valid: '/etc/nginx/valid.conf' } } }), new CacheStatuses(caches)) // biome-ignore format: one line
    const task = (code: string) => {
      const [snippet] = nginxCode.snippets(pages!, [{ name: `proxy_cache_valid/${code}`, expect: '10m', value: '1h' }])
      const tasks = parseYaml(snippet!.text)[0].tasks as { 'ansible.builtin.replace': { regexp: string; replace: string } }[]
      const { regexp, replace } = tasks[0]!['ansible.builtin.replace']
      return (line: string) => line.replace(new RegExp(regexp, 'gm'), replace.replaceAll('\\g<1>', '$1').replaceAll('\\g<2>', '$2'))
    }
    expect(task('200')('proxy_cache_valid 404 1m;\n  proxy_cache_valid 200 302 10m;\nproxy_cache_valid 10m;')).toBe('proxy_cache_valid 404 1m;\n  proxy_cache_valid 200 302 1h;\nproxy_cache_valid 1h;') // biome-ignore format: one line
    expect(task('404')('proxy_cache_valid 404 1m;\nproxy_cache_valid 200 302 10m;\nproxy_cache_valid 10m;')).toBe('proxy_cache_valid 404 1h;\nproxy_cache_valid 200 302 10m;\nproxy_cache_valid 10m;') // biome-ignore format: one line
  })
})
