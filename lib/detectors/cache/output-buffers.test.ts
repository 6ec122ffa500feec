import { expect, test } from 'vitest'
import { FROM, judge, load } from '../../../test/series.ts'
import type { TargetRecord } from '../../model/record.ts'
import type { TargetFacts } from '../../model/topology.ts'
import { outputBuffers } from './output-buffers.ts'

const MB = 1_048_576
const a: TargetFacts = { name: 'a', kind: 'redis', state: 'up', capabilities: [] }
type Buffers = { max: number; sum?: number }

/** Redis's own limits, and a memory limit of 1 GiB. */
function said(classes: Record<string, Buffers>, more: Record<string, string> = {}, records: TargetRecord[] = []) {
  const all = { normal: { max: 0 }, replica: { max: 0 }, pubsub: { max: 0 }, ...classes } as Record<string, Buffers>
  const lines: Record<string, string> = { 'cache_memory_max_bytes{target=a}': `${1024 * MB}x4` }
  for (const [of, { max, sum = max }] of Object.entries(all)) {
    lines[`redis_client_class_output_buffer_max_bytes{target=a,class=${of}}`] = `0x1 ${max * MB}x2`
    lines[`redis_client_class_output_buffers_bytes{target=a,class=${of}}`] = `0x1 ${sum * MB}x2`
  }
  for (const [of, hard, soft] of [
    ['normal', 0, 0],
    ['replica', 256, 64],
    ['pubsub', 32, 8],
  ] as const) {
    // biome-ignore format: one line
    lines[`redis_config_client_output_buffer_limit_bytes{target=a,class=${of},limit=hard}`] = `${hard * MB}x4`
    lines[`redis_config_client_output_buffer_limit_bytes{target=a,class=${of},limit=soft}`] = `${soft * MB}x4`
    lines[`redis_config_client_output_buffer_limit_seconds{target=a,class=${of}}`] = '60x4'
  }
  return judge(outputBuffers, load(30_000, { ...lines, ...more }, { records }), { targets: [a] })
}

test('empty buffers, and large replies, are clear', () => {
  expect(said({})).toMatchObject([{ subject: { target: 'a' }, is: 'clear' }])
  expect(said({ normal: { max: 7 }, replica: { max: 40 }, pubsub: { max: 7 } })).toMatchObject([{ is: 'clear' }])
})
test('a subscriber near its limit is named, and what comes of it', () => {
  const who: TargetRecord = { kind: 'client-buffer', target: 'a', id: 'pubsub', at: FROM + 90_000, bytes: 25 * MB, address: '10.0.0.7:4711', name: 'shop', command: 'subscribe' } // biome-ignore format: one line
  expect(said({ pubsub: { max: 25 } }, {}, [who])).toMatchObject([
    {
      is: 'found',
      severity: 'warning',
      summary: expect.stringMatching(/^a keeps 25.MiB for a subscriber \(shop at 10\.0\.0\.7:4711, SUBSCRIBE\): at 32.MiB it is cut off$/),
      evidence: [{ where: { target: 'a', class: 'pubsub' }, value: 25 * MB }],
    },
  ])
})
test('above the soft limit, and a replica, for which it is critical', () => {
  expect(said({ pubsub: { max: 9 } })).toMatchObject([
    { is: 'found', summary: expect.stringMatching(/above 8.MiB for 1.min it is cut off/) },
  ])
  expect(said({ replica: { max: 80 }, pubsub: { max: 9 } })).toMatchObject([{ is: 'found', severity: 'critical', evidence: [{ where: { class: 'replica' } }] }]) // biome-ignore format: one line
})
test('a backlog larger than the limit is the limit of replicas', () => {
  const more = { 'redis_replication_backlog_bytes{target=a}': `${1024 * MB}x4` }
  expect(said({ replica: { max: 200 } }, { ...more, 'redis_config_client_output_buffer_limit_bytes{target=a,class=replica,limit=soft}': '0x4' })).toMatchObject([{ is: 'clear' }]) // biome-ignore format: one line
})
test('many clients without a limit of their own hold memory that keys lose', () => {
  expect(said({ normal: { max: 9, sum: 300 } })).toMatchObject([{ is: 'found', severity: 'warning', summary: expect.stringMatching(/29\.3.% of its memory limit/) }]) // biome-ignore format: one line
  expect(said({ normal: { max: 9, sum: 300 } }, { 'cache_memory_max_bytes{target=a}': '0x4' })).toMatchObject([{ is: 'clear' }])
  expect(said({ replica: { max: 50, sum: 300 } })).toMatchObject([{ is: 'clear' }])
})
test('connections that were cut off are told although their buffers are gone', () => {
  const cut = (line: string) => said({}, { 'redis_client_output_buffer_limit_disconnections_total{target=a}': line })
  expect(cut('3x2 5')).toMatchObject([
    { is: 'found', summary: expect.stringMatching(/^a cut off 2 connections/), evidence: [{ value: 2 }] },
  ])
  expect(cut('3x4')).toMatchObject([{ is: 'clear' }])
})
test('silence is unjudged; without limits nothing is near one', () => {
  expect(judge(outputBuffers, load(30_000, { 'redis_client_class_output_buffer_max_bytes{target=a,class=normal}': '9 _x4', 'target_up{target=a}': '1x4' }), { targets: [a] })).toMatchObject([{ is: 'unjudged' }]) // biome-ignore format: one line
  expect(judge(outputBuffers, load(30_000, { 'redis_client_class_output_buffer_max_bytes{target=a,class=normal}': '9e9x4' }), { targets: [a] })).toMatchObject([{ is: 'clear' }]) // biome-ignore format: one line
  expect(judge(outputBuffers, load(30_000, { 'target_up{target=a}': '1x4' }), { targets: [a] })).toEqual([])
})
